// Kinds and types: equal ones are made once, and all are measured.
#include <algorithm>
#include <compare>
#include <tuple>

#include "lf/builder.hpp"

namespace tenon::daml::lf {

namespace {

constexpr Kind kStar{KindForm::kStar, 1, {}, nullptr};
constexpr Kind kNat{KindForm::kNat, 1, {}, nullptr};

std::strong_ordering compare(const void* left, const void* right) {
  return std::compare_three_way{}(left, right);
}
std::strong_ordering compare(const FieldType& left, const FieldType& right) {
  const auto names = left.name <=> right.name;
  return names != 0 ? names : compare(left.type, right.type);
}
std::strong_ordering compare(const TypeParameter& left, const TypeParameter& right) {
  const auto names = left.name <=> right.name;
  return names != 0 ? names : compare(left.kind, right.kind);
}

template <typename Item> bool items_less(std::span<const Item> left, std::span<const Item> right) {
  return std::lexicographical_compare(
      left.begin(), left.end(), right.begin(), right.end(),
      [](const Item& one, const Item& other) { return compare(one, other) < 0; });
}

// The levels and nodes of a type from those of its parts.
class Measure {
public:
  void add(const Type& part) {
    depth_ = std::max<std::uint32_t>(depth_, part.depth + 1u);
    size_ += part.size;
  }
  Status write(Type& type) const {
    if (depth_ > kMaxTypeDepth) {
      return invalid_argument("type: expected at most " + std::to_string(kMaxTypeDepth) +
                              " levels, found " + std::to_string(depth_));
    }
    if (size_ > kMaxTypeSize) {
      return invalid_argument("type: expected at most " + std::to_string(kMaxTypeSize) +
                              " parts, found " + std::to_string(size_));
    }
    type.depth = static_cast<std::uint16_t>(depth_);
    type.size = static_cast<std::uint32_t>(size_);
    return {};
  }

private:
  std::uint32_t depth_ = 1;
  std::uint64_t size_ = 1;
};

Status measure(Type& type) {
  Measure measure;
  for (const Type* argument : type.arguments())
    measure.add(*argument);
  if (type.form == TypeForm::kStruct) {
    for (const FieldType& field : type.fields())
      measure.add(*field.type);
  }
  if (type.form == TypeForm::kForall)
    measure.add(*type.body);
  return measure.write(type);
}

} // namespace

const Kind* PackageBuilder::star() {
  return &kStar;
}

const Kind* PackageBuilder::nat() {
  return &kNat;
}

const Kind* PackageBuilder::arrow(std::span<const Kind* const> parameters, const Kind* result) {
  std::uint32_t depth = result->depth;
  for (const Kind* parameter : parameters)
    depth = std::max<std::uint32_t>(depth, parameter->depth);
  // The depth of a kind is that of messages, which the archive bounds; beyond it, it saturates and
  // the encoder refuses.
  const auto bounded = static_cast<std::uint16_t>(std::min<std::uint32_t>(depth + 1, 0xffff));
  const Kind kind{KindForm::kArrow, bounded, parameters, result};
  if (const auto found = kind_index_.find(&kind); found != kind_index_.end())
    return *found;
  const Kind* kept = store(Kind{kind.form, bounded, package_.arena_.copy(parameters), result});
  kind_index_.insert(kept);
  return kept;
}

bool PackageBuilder::ContentOrder::operator()(const Kind* left, const Kind* right) const {
  if (left->result != right->result)
    return compare(left->result, right->result) < 0;
  return items_less(left->parameters, right->parameters);
}

bool PackageBuilder::ContentOrder::operator()(const Type* left, const Type* right) const {
  const auto head = [](const Type* type) {
    return std::tuple(type->form, type->builtin, type->nat, type->head, type->count);
  };
  if (head(left) != head(right))
    return head(left) < head(right);
  if (left->body != right->body)
    return compare(left->body, right->body) < 0;
  if (left->form == TypeForm::kForall)
    return items_less(left->parameters(), right->parameters());
  if (left->form == TypeForm::kStruct)
    return items_less(left->fields(), right->fields());
  return items_less(left->arguments(), right->arguments());
}

Type* PackageBuilder::keep(const Type& type) {
  Type kept = type;
  switch (type.form) {
  case TypeForm::kForall:
    kept.items = package_.arena_.copy(type.parameters()).data();
    break;
  case TypeForm::kStruct:
    kept.items = package_.arena_.copy(type.fields()).data();
    break;
  default:
    kept.items = package_.arena_.copy(type.arguments()).data();
    break;
  }
  return package_.arena_.make(kept);
}

Status PackageBuilder::check_struct(const Type& type) const {
  std::vector<std::uint32_t> names;
  names.reserve(type.count);
  for (const FieldType& field : type.fields())
    names.push_back(field.name.index);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice == names.end())
    return {};
  return invalid_argument("struct type: expected fields of different names, found \"" +
                          std::string(package_.text(Name{*twice})) + "\" twice");
}

Result<const Type*> PackageBuilder::type(const Type& type) {
  if (const auto found = type_index_.find(&type); found != type_index_.end())
    return *found;
  TENON_ASSIGN_OR_RETURN(Type * kept, measured(type));
  other_types_.push_back(kept);
  type_index_.insert(kept);
  return static_cast<const Type*>(kept);
}

Status PackageBuilder::add_type(const Type& type) {
  TENON_ASSIGN_OR_RETURN(Type * kept, measured(type));
  kept->id = static_cast<std::uint32_t>(table_types_.size());
  table_types_.push_back(kept);
  package_.types_.push_back(kept);
  table_index_.insert(kept);
  ++package_.wire_form_.types;
  return {};
}

Status PackageBuilder::add_type_alias(std::uint32_t target) {
  const auto entry = static_cast<std::uint32_t>(table_types_.size());
  package_.wire_form_.aliases.push_back({entry, target});
  return add_type(*table_types_[target]);
}

Result<const Type*> PackageBuilder::table_type(const Type& type) {
  if (const auto found = table_index_.find(&type); found != table_index_.end())
    return *found;
  TENON_RETURN_IF_ERROR(add_type(type));
  return static_cast<const Type*>(table_types_.back());
}

Result<Type*> PackageBuilder::measured(const Type& type) {
  if (type.form == TypeForm::kStruct)
    TENON_RETURN_IF_ERROR(check_struct(type));
  Type sized = type;
  TENON_RETURN_IF_ERROR(measure(sized));
  return keep(sized);
}

void PackageBuilder::number_types() {
  for (Type* type : other_types_) {
    type->id = static_cast<std::uint32_t>(package_.types_.size());
    package_.types_.push_back(type);
  }
}

namespace {

Type applied(TypeForm form, std::span<const Type* const> arguments) {
  Type type;
  type.form = form;
  type.count = static_cast<std::uint32_t>(arguments.size());
  type.items = arguments.data();
  return type;
}

} // namespace

Type variable_type(Name name, std::span<const Type* const> arguments) {
  Type type = applied(TypeForm::kVariable, arguments);
  type.head = name.index;
  return type;
}

Type constructor_type(IdentifierId identifier, std::span<const Type* const> arguments) {
  Type type = applied(TypeForm::kConstructor, arguments);
  type.head = identifier.index;
  return type;
}

Type synonym_type(IdentifierId identifier, std::span<const Type* const> arguments) {
  Type type = applied(TypeForm::kSynonym, arguments);
  type.head = identifier.index;
  return type;
}

Type builtin_type(BuiltinType builtin, std::span<const Type* const> arguments) {
  Type type = applied(TypeForm::kBuiltin, arguments);
  type.builtin = builtin;
  return type;
}

Type forall_type(std::span<const TypeParameter> parameters, const Type* body) {
  Type type;
  type.form = TypeForm::kForall;
  type.count = static_cast<std::uint32_t>(parameters.size());
  type.items = parameters.data();
  type.body = body;
  return type;
}

Type struct_type(std::span<const FieldType> fields) {
  Type type;
  type.form = TypeForm::kStruct;
  type.count = static_cast<std::uint32_t>(fields.size());
  type.items = fields.data();
  return type;
}

Type nat_type(std::uint8_t nat) {
  Type type;
  type.form = TypeForm::kNat;
  type.nat = nat;
  return type;
}

} // namespace tenon::daml::lf
