#include "validation/type_reader.hpp"

#include <algorithm>
#include <array>

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::Feature;
using lf::KindForm;
using lf::TypeForm;

namespace {

constexpr std::uint32_t kNoLevel = 0xffffffff;

using TypeResult = Result<const TypeNode*>;

} // namespace

// One type on its way: where its names mean something, and what is learnt about it.
struct TypeReader::Reading {
  PackageView& view;
  TypeScope& scope;
  std::uint32_t lowest = kNoLevel;
  bool synonyms = false;
  bool quantifiers = false;
};

Result<CachedType> TypeReader::read(PackageView& view, TypeScope& scope, const lf::Type& type) {
  CachedType& cached = view.cached(type);
  const std::uint32_t here = scope.ids_.empty() ? 0 : scope.ids_.back();
  if (cached.node != nullptr && (cached.scope == 0 || cached.scope == here))
    return cached;
  if (depth_ >= lf::kMaxTypeDepth)
    return site_.refuse(Limit::kLevels, store_.meter());
  if (!store_.meter().spend(1))
    return site_.refuse(Limit::kWork, store_.meter());
  Reading reading{view, scope};
  ++depth_;
  const TypeResult node = read_form(reading, type);
  --depth_;
  if (!node.ok())
    return node.status();
  CachedType result;
  result.node = *node;
  result.lowest = reading.lowest;
  result.scope = reading.lowest == kNoLevel ? 0 : here;
  result.synonyms = reading.synonyms;
  result.quantifiers = reading.quantifiers;
  view.cached(type) = result;
  return result;
}

TypeResult TypeReader::read_star(PackageView& view, TypeScope& scope, const lf::Type& type) {
  TENON_ASSIGN_OR_RETURN(const CachedType read_type, read(view, scope, type));
  if (read_type.node->kind != store_.star()) {
    return site_.refuse(Rule::kTypeOfValues, "a type of kind *",
                        to_string(*read_type.node, &scope, &view) + " of kind " +
                            to_string(*read_type.node->kind));
  }
  return read_type.node;
}

TypeResult TypeReader::read_closed(PackageView& view, const lf::Type& type) {
  TypeScope nothing;
  return read_star(view, nothing, type);
}

TypeResult TypeReader::read_part(Reading& reading, const lf::Type& type) {
  TENON_ASSIGN_OR_RETURN(const CachedType part, read(reading.view, reading.scope, type));
  reading.lowest = std::min(reading.lowest, part.lowest);
  reading.synonyms |= part.synonyms;
  reading.quantifiers |= part.quantifiers;
  return part.node;
}

TypeResult TypeReader::read_form(Reading& reading, const lf::Type& type) {
  switch (type.form) {
  case TypeForm::kVariable:
    return read_variable(reading, type);
  case TypeForm::kConstructor:
    return read_data(reading, type);
  case TypeForm::kSynonym:
    return read_synonym_use(reading, type);
  case TypeForm::kBuiltin: {
    TENON_RETURN_IF_ERROR(check_feature(reading.view, type.builtin));
    TENON_ASSIGN_OR_RETURN(const TypeNode* head, made(store_.builtin(type.builtin)));
    return apply(reading, head, type);
  }
  case TypeForm::kForall:
    return read_forall(reading, type);
  case TypeForm::kStruct:
    return read_struct(reading, type);
  case TypeForm::kNat: // without Numeric there is Decimal, which is written as one of its scale
    if (type.nat != lf::kDecimalScale) {
      TENON_RETURN_IF_ERROR(site_.require(reading.view.package(), Feature::kNumeric, "naturals",
                                          std::to_string(type.nat)));
    }
    return made(store_.natural(type.nat));
  }
  return site_.refuse(Rule::kTypeOfValues, "a type", "none");
}

TypeResult TypeReader::read_variable(Reading& reading, const lf::Type& type) {
  const auto& variables = reading.scope.variables_;
  std::size_t place = variables.size();
  while (place > 0 && variables[place - 1].name != type.variable())
    --place;
  if (!store_.meter().spend(variables.size() - place))
    return site_.refuse(Limit::kWork, store_.meter());
  if (place == 0) {
    return site_.refuse(Rule::kTypeVariable, "one that is in scope",
                        reading.view.package().text(type.variable()));
  }
  const auto level = static_cast<std::uint32_t>(place - 1);
  reading.lowest = std::min(reading.lowest, level);
  TENON_ASSIGN_OR_RETURN(const TypeNode* head,
                         made(store_.free_variable(level, variables[level].kind)));
  return apply(reading, head, type);
}

TypeResult TypeReader::read_data(Reading& reading, const lf::Type& type) {
  Entity* entity = reading.view.find(type.identifier());
  if (entity == nullptr || entity->data_type() == nullptr) {
    return site_.refuse(Rule::kDataTypeKnown, "one that is defined",
                        reading.view.package().to_string(type.identifier()));
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* head, data(*entity));
  return apply(reading, head, type);
}

TypeResult TypeReader::data(Entity& entity) {
  TENON_ASSIGN_OR_RETURN(const KindNode* kind, data_kind(entity));
  return made(store_.data(entity, entity.id, kind));
}

TypeResult TypeReader::apply(Reading& reading, const TypeNode* head, const lf::Type& type) {
  const auto arguments = type.arguments();
  if (arguments.empty())
    return head;
  std::vector<const TypeNode*> parts;
  parts.reserve(arguments.size());
  const KindNode* kind = head->kind;
  for (const lf::Type* argument : arguments) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* part, read_part(reading, *argument));
    const auto shown = [&](const TypeNode* shown_type) {
      return to_string(*shown_type, &reading.scope, &reading.view);
    };
    if (kind->form != KindForm::kArrow) {
      return site_.refuse(Rule::kTypeArgumentCount,
                          std::to_string(parts.size()) + " for " + shown(head),
                          std::to_string(arguments.size()));
    }
    if (part->kind != kind->parameter) {
      return site_.refuse(Rule::kTypeArgumentKind,
                          to_string(*kind->parameter) + " for argument " +
                              std::to_string(parts.size() + 1) + " of " + shown(head),
                          shown(part) + " of kind " + to_string(*part->kind));
    }
    kind = kind->result;
    parts.push_back(part);
  }
  return made(store_.apply(head, parts));
}

TypeResult TypeReader::read_synonym_use(Reading& reading, const lf::Type& type) {
  const lf::Package& package = reading.view.package();
  Entity* entity = reading.view.find(type.identifier());
  if (entity == nullptr || entity->definition->synonym == nullptr) {
    return site_.refuse(Rule::kSynonymKnown, "one that is defined",
                        package.to_string(type.identifier()));
  }
  TENON_RETURN_IF_ERROR(read_synonym(*entity));
  const auto arguments = type.arguments();
  if (arguments.size() != entity->parameters.size()) {
    return site_.refuse(Rule::kSynonymArity,
                        std::to_string(entity->parameters.size()) + " for " +
                            world_.to_string(*entity),
                        std::to_string(arguments.size()));
  }
  std::vector<const TypeNode*> parts;
  for (const lf::Type* argument : arguments) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* part, read_part(reading, *argument));
    if (const KindNode* wanted = entity->parameters[parts.size()]; part->kind != wanted) {
      return site_.refuse(Rule::kTypeArgumentKind,
                          to_string(*wanted) + " for argument " + std::to_string(parts.size() + 1) +
                              " of " + world_.to_string(*entity),
                          to_string(*part, &reading.scope, &reading.view) + " of kind " +
                              to_string(*part->kind));
    }
    parts.push_back(part);
  }
  reading.synonyms = true;
  return made(store_.instantiate(entity->synonym, parts));
}

TypeResult TypeReader::read_forall(Reading& reading, const lf::Type& type) {
  const auto parameters = type.parameters();
  const std::uint32_t level = reading.scope.size();
  for (const lf::TypeParameter& parameter : parameters)
    TENON_RETURN_IF_ERROR(push(reading.view, reading.scope, parameter));
  Reading inside{reading.view, reading.scope};
  TENON_ASSIGN_OR_RETURN(const TypeNode* body, read_part(inside, *type.body));
  if (body->kind != store_.star()) {
    return site_.refuse(Rule::kTypeOfValues, "a type of kind * below a quantifier",
                        to_string(*body, &reading.scope, &reading.view) + " of kind " +
                            to_string(*body->kind));
  }
  const auto count = static_cast<std::uint32_t>(parameters.size());
  TENON_ASSIGN_OR_RETURN(const TypeNode* result, made(store_.abstract(body, level, count)));
  for (std::uint32_t i = count; i > 0; --i) {
    TENON_ASSIGN_OR_RETURN(
        result, made(store_.forall(reading.scope.variables_[level + i - 1].kind, result)));
  }
  pop(reading.scope, count);
  if (inside.lowest < level)
    reading.lowest = std::min(reading.lowest, inside.lowest);
  reading.synonyms |= inside.synonyms;
  reading.quantifiers = true;
  return result;
}

TypeResult TypeReader::read_struct(Reading& reading, const lf::Type& type) {
  std::vector<std::pair<NameId, const TypeNode*>> fields;
  for (const lf::FieldType& field : type.fields()) {
    TENON_ASSIGN_OR_RETURN(const TypeNode* part, read_part(reading, *field.type));
    if (part->kind != store_.star()) {
      return site_.refuse(Rule::kTypeOfValues, "a type of kind * for a field",
                          to_string(*part, &reading.scope, &reading.view) + " of kind " +
                              to_string(*part->kind));
    }
    fields.emplace_back(reading.view.name(field.name), part);
  }
  return made(store_.structure(fields));
}

Status TypeReader::check_feature(const PackageView& view, BuiltinType builtin) const {
  Feature feature{};
  switch (builtin) {
  case BuiltinType::kAny:
    feature = Feature::kAny;
    break;
  case BuiltinType::kTypeRep:
    feature = Feature::kTypeRep;
    break;
  case BuiltinType::kGenMap:
    feature = Feature::kGenMap;
    break;
  case BuiltinType::kBigNumeric:
  case BuiltinType::kRoundingMode:
    feature = Feature::kBigNumeric;
    break;
  case BuiltinType::kAnyException:
    feature = Feature::kExceptions;
    break;
  default:
    return {};
  }
  return site_.require(view.package(), feature, lf::range_of(feature).name,
                       lf::builtin_type_name(builtin));
}

Result<const KindNode*> TypeReader::kind(const lf::Kind& kind) {
  const KindNode* result = store_.kind(kind);
  if (result == nullptr)
    return site_.refuse(store_.limit(), store_.meter());
  return result;
}

Status TypeReader::check_kind(const PackageView& view, const lf::Kind& kind) {
  TENON_ASSIGN_OR_RETURN(const KindNode* whole, this->kind(kind));
  std::vector<const KindNode*> waiting{whole};
  while (!waiting.empty()) {
    const KindNode* next = waiting.back();
    waiting.pop_back();
    if (!store_.meter().spend(1))
      return site_.refuse(Limit::kWork, store_.meter());
    if (next == store_.nat()) {
      TENON_RETURN_IF_ERROR(
          site_.require(view.package(), Feature::kNumeric, "naturals", to_string(*whole)));
    }
    if (next->form != KindForm::kArrow)
      continue;
    if (next->result == store_.nat())
      return site_.refuse(Rule::kKindForm, "no natural as a result", to_string(*whole));
    waiting.push_back(next->parameter);
    waiting.push_back(next->result);
  }
  return {};
}

Status TypeReader::push(const PackageView& view, TypeScope& scope,
                        const lf::TypeParameter& parameter) {
  TENON_RETURN_IF_ERROR(check_kind(view, *parameter.kind));
  TENON_ASSIGN_OR_RETURN(const KindNode* parameter_kind, kind(*parameter.kind));
  scope.variables_.push_back({parameter.name, parameter_kind});
  scope.ids_.push_back(++scopes_);
  return {};
}

void TypeReader::pop(TypeScope& scope, std::size_t count) {
  scope.variables_.resize(scope.variables_.size() - count);
  scope.ids_.resize(scope.ids_.size() - count);
}

} // namespace tenon::daml::validation
