// What the type reader makes of the definitions of types.
#include <algorithm>

#include "validation/type_reader.hpp"

namespace tenon::daml::validation {

using lf::DataForm;
using lf::TypeForm;

Result<const KindNode*> TypeReader::data_kind(Entity& entity) {
  if (entity.kind != nullptr)
    return entity.kind;
  if (entity.data_type() == nullptr)
    return site_.refuse(Rule::kDataTypeKnown, "one that is defined", world_.to_string(entity));
  const auto parameters = entity.data_type()->parameters;
  const KindNode* result = store_.star();
  for (std::size_t i = parameters.size(); i > 0; --i) {
    TENON_ASSIGN_OR_RETURN(const KindNode* parameter, kind(*parameters[i - 1].kind));
    result = store_.arrow(parameter, result);
  }
  entity.kind = result;
  return result;
}

Result<const TypeNode*> TypeReader::ledger_type(Entity& entity) {
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, data(entity));
  if (type->kind != store_.star()) {
    return site_.refuse(Rule::kDataArity, "no type parameters of " + world_.to_string(entity),
                        to_string(*type->kind));
  }
  return type;
}

Status TypeReader::read_fields(Entity& entity) {
  if (entity.fields_progress == Progress::kDone)
    return {};
  entity.fields_progress = Progress::kDone;
  const lf::DataType& type = *entity.data_type();
  PackageView& view = *entity.view;
  for (std::size_t i = 0; i < type.constructors.size(); ++i)
    entity.field_index.add(view.name(type.constructors[i]), i);
  TypeScope scope;
  for (const lf::TypeParameter& parameter : type.parameters)
    TENON_RETURN_IF_ERROR(push(view, scope, parameter));
  entity.fields.reserve(type.fields.size());
  for (const lf::FieldType& field : type.fields) {
    const NameId name = view.name(field.name);
    entity.field_index.add(name, entity.fields.size());
    TENON_ASSIGN_OR_RETURN(const TypeNode* field_type, read_star(view, scope, *field.type));
    TENON_ASSIGN_OR_RETURN(const TypeNode* body,
                           made(store_.abstract(field_type, 0, scope.size())));
    entity.fields.push_back({name, body});
  }
  entity.field_index.sort();
  return {};
}

// Synonyms that a synonym's type is made of come first, however long the chain: on a list, not on
// the stack.
Status TypeReader::read_synonym(Entity& entity) {
  std::vector<Entity*> waiting;
  if (entity.synonym_progress != Progress::kDone)
    waiting.push_back(&entity);
  while (!waiting.empty()) {
    Entity& next = *waiting.back();
    if (next.synonym_progress == Progress::kUntouched) {
      TENON_ASSIGN_OR_RETURN(const bool complete, start_synonym(next, waiting));
      if (!complete)
        continue;
    }
    waiting.pop_back();
    if (next.synonym_progress == Progress::kDone)
      continue; // two of those before it needed it
    TENON_RETURN_IF_ERROR(read_synonym_body(next));
  }
  return {};
}

Result<bool> TypeReader::start_synonym(Entity& entity, std::vector<Entity*>& waiting) {
  entity.synonym_progress = Progress::kStarted;
  const std::size_t before = waiting.size();
  std::vector<const lf::Type*> types{entity.definition->synonym->type};
  while (!types.empty()) {
    const lf::Type& type = *types.back();
    types.pop_back();
    if (!store_.meter().spend(1))
      return site_.refuse(Limit::kWork, store_.meter());
    for (const lf::Type* argument : type.arguments())
      types.push_back(argument);
    if (type.form == TypeForm::kStruct) {
      for (const lf::FieldType& field : type.fields())
        types.push_back(field.type);
    } else if (type.form == TypeForm::kForall) {
      types.push_back(type.body);
    } else if (type.form == TypeForm::kSynonym) {
      Entity* used = entity.view->find(type.identifier());
      if (used == nullptr || used->definition->synonym == nullptr)
        continue; // refused where the type is read
      if (used->synonym_progress == Progress::kStarted)
        return synonym_cycle(waiting, *used);
      if (used->synonym_progress == Progress::kUntouched)
        waiting.push_back(used);
    }
  }
  return waiting.size() == before;
}

// The last started one refers to `again`, which was started before it.
Status TypeReader::synonym_cycle(const std::vector<Entity*>& waiting, const Entity& again) const {
  constexpr std::size_t kShown = 8;
  std::vector<const Entity*> cycle;
  for (const Entity* entity : waiting) {
    if (entity->synonym_progress == Progress::kStarted && (entity == &again || !cycle.empty()))
      cycle.push_back(entity);
  }
  std::string found;
  for (std::size_t i = 0; i < std::min(cycle.size(), kShown); ++i)
    found.append(world_.to_string(*cycle[i])).append(" -> ");
  if (cycle.size() > kShown)
    found.append("... -> ");
  return site_.refuse(Rule::kSynonymCycle, "no cycles", found + world_.to_string(again));
}

Status TypeReader::read_synonym_body(Entity& entity) {
  const lf::TypeSynonym& synonym = *entity.definition->synonym;
  PackageView& view = *entity.view;
  TENON_RETURN_IF_ERROR(site_.require(view.package(), lf::Feature::kTypeSynonyms, "type synonyms",
                                      world_.to_string(entity)));
  TypeScope scope;
  for (const lf::TypeParameter& parameter : synonym.parameters) {
    TENON_RETURN_IF_ERROR(push(view, scope, parameter));
    entity.parameters.push_back(scope.variables().back().kind);
  }
  TENON_ASSIGN_OR_RETURN(const TypeNode* type, read_star(view, scope, *synonym.type));
  TENON_ASSIGN_OR_RETURN(entity.synonym, made(store_.abstract(type, 0, scope.size())));
  entity.synonym_progress = Progress::kDone;
  return {};
}

namespace {

// Types on their way to a message, no longer than that may be.
class Printer {
public:
  Printer(const World& world, const TypeScope* scope, const PackageView* view)
      : world_(world), scope_(scope), view_(view) {}

  enum class Place : std::uint8_t { kAlone, kParameter, kArgument };

  void print(const TypeNode& type, Place place) {
    if (result_.size() > kMaxTypeText)
      return;
    const bool is_function = type.is(lf::BuiltinType::kArrow, 2);
    const bool is_open = is_function || type.form == NodeForm::kForall;
    const bool bracketed = is_open ? place != Place::kAlone
                                   : place == Place::kArgument && type.form != NodeForm::kStruct &&
                                         !type.parts.empty();
    result_.append(bracketed ? "(" : "");
    if (is_function) {
      print(*type.parts[0], Place::kParameter);
      result_.append(" -> ");
      print(*type.parts[1], Place::kAlone);
    } else if (type.form == NodeForm::kForall) {
      print_forall(type);
    } else if (type.form == NodeForm::kStruct) {
      print_struct(type);
    } else {
      print_applied(type);
    }
    result_.append(bracketed ? ")" : "");
  }

  std::string take() {
    if (result_.size() > kMaxTypeText)
      result_.replace(kMaxTypeText, std::string::npos, "...");
    return std::move(result_);
  }

private:
  void print_applied(const TypeNode& type) {
    print_head(type);
    for (const TypeNode* part : type.parts) {
      if (result_.size() > kMaxTypeText)
        return;
      result_.append(" ");
      print(*part, Place::kArgument);
    }
  }

  void print_head(const TypeNode& type) {
    switch (type.form) {
    case NodeForm::kFree:
      if (scope_ != nullptr && type.head < scope_->size())
        result_.append(view_->package().text(scope_->variables()[type.head].name));
      else
        result_.append("t").append(std::to_string(type.head));
      break;
    case NodeForm::kBound: // counted from the outermost, which has the number 1
      result_.append("a").append(std::to_string(bound_ - std::min(bound_, type.head)));
      break;
    case NodeForm::kData:
      result_.append(world_.to_string(*type.entity));
      break;
    case NodeForm::kNat:
      result_.append(std::to_string(type.nat));
      break;
    default:
      result_.append(lf::builtin_type_name(type.builtin));
      break;
    }
  }

  void print_forall(const TypeNode& type) {
    ++bound_;
    result_.append("forall a").append(std::to_string(bound_)).append(" : ");
    result_.append(TypeReader::to_string(*type.head_kind)).append(". ");
    print(*type.parts[0], Place::kAlone);
    --bound_;
  }

  void print_struct(const TypeNode& type) {
    result_.append("<");
    for (std::size_t i = 0; i < type.fields.size() && result_.size() <= kMaxTypeText; ++i) {
      result_.append(i == 0 ? "" : ", ").append(world_.text(type.fields[i])).append(": ");
      print(*type.parts[i], Place::kAlone);
    }
    result_.append(">");
  }

  const World& world_;
  const TypeScope* scope_;
  const PackageView* view_;
  std::uint32_t bound_ = 0;
  std::string result_;
};

void print_kind(const KindNode& kind, bool tight, std::string& result) {
  if (result.size() > kMaxTypeText)
    return;
  if (kind.form != lf::KindForm::kArrow) {
    result.append(kind.form == lf::KindForm::kStar ? "*" : "nat");
    return;
  }
  result.append(tight ? "(" : "");
  print_kind(*kind.parameter, true, result);
  result.append(" -> ");
  print_kind(*kind.result, false, result);
  result.append(tight ? ")" : "");
}

} // namespace

std::string TypeReader::to_string(const TypeNode& type, const TypeScope* scope,
                                  const PackageView* view) const {
  Printer printer(world_, scope, view);
  printer.print(type, Printer::Place::kAlone);
  return printer.take();
}

std::string TypeReader::to_string(const KindNode& kind) {
  std::string result;
  print_kind(kind, false, result);
  if (result.size() > kMaxTypeText)
    result.replace(kMaxTypeText, std::string::npos, "...");
  return result;
}

} // namespace tenon::daml::validation
