#include "values/transformation.hpp"

namespace tenon::daml {

namespace {

using Kind = Value::Kind;
using Change = FunctionRef<Result<Value>(const Value&)>;

// Type names and labels are shared or dropped; nothing else of a value changes here.
struct Rebuild {
  bool erase_types;
  // Gives a new value for one without children.
  Change leaf;

  // Recurses at most Value::kMaxNesting deep: the caller has checked.
  [[nodiscard]] Result<Value> run(const Value& value) const {
    if (value.kind() < Kind::kOptional)
      return leaf(value);
    std::vector<Value> children;
    children.reserve(value.children().size());
    bool changed = false;
    for (const Value& child : value.children()) {
      TENON_ASSIGN_OR_RETURN(Value rebuilt, run(child));
      changed = changed || (child.kind() >= Kind::kNumeric && !rebuilt.is_same(child));
      children.push_back(std::move(rebuilt));
    }
    if (!changed && !(erase_types && has_types(value)))
      return value;
    return with_children(value, std::move(children));
  }

private:
  static bool has_types(const Value& value) {
    switch (value.kind()) {
    case Kind::kRecord:
      return value.type() || value.labels();
    case Kind::kVariant:
    case Kind::kEnum:
      return value.constructor().type != nullptr;
    default:
      return false;
    }
  }

  [[nodiscard]] Constructor constructor(const Value& value) const {
    Constructor result = value.constructor();
    if (erase_types)
      result.type = nullptr;
    return result;
  }

  [[nodiscard]] Result<Value> with_children(const Value& value,
                                            std::vector<Value> children) const {
    switch (value.kind()) {
    case Kind::kOptional:
      return children.empty() ? Value::none() : Value::some(std::move(children[0]));
    case Kind::kTextMap: {
      std::vector<Value::TextMapEntry> entries;
      entries.reserve(children.size());
      for (std::size_t i = 0; i < children.size(); ++i)
        entries.push_back({value.keys()[i], std::move(children[i])});
      return Value::text_map(std::move(entries));
    }
    case Kind::kGenMap: {
      std::vector<Value::GenMapEntry> entries;
      entries.reserve(children.size() / 2);
      for (std::size_t i = 0; i < children.size(); i += 2)
        entries.push_back({std::move(children[i]), std::move(children[i + 1])});
      return Value::gen_map(std::move(entries));
    }
    case Kind::kRecord:
      return Value::record(erase_types ? nullptr : value.type(),
                           erase_types ? nullptr : value.labels(), std::move(children));
    case Kind::kVariant:
      return Value::variant(constructor(value), std::move(children[0]));
    case Kind::kEnum:
      return Value::enumeration(constructor(value));
    default:
      return Value::list(std::move(children));
    }
  }
};

bool contains_gen_map(const Value& value) {
  std::vector<const Value*> open{&value};
  while (!open.empty()) {
    const Value* const next = open.back();
    open.pop_back();
    if (next->kind() == Kind::kGenMap)
      return true;
    for (const Value& child : next->children())
      open.push_back(&child);
  }
  return false;
}

} // namespace

Result<Value> normalize(const Value& value, TransactionVersion version) {
  TENON_RETURN_IF_ERROR(check_nesting(value));
  if (!has_gen_map(version) && contains_gen_map(value)) {
    return invalid_argument("a generic map in a value of transaction version " +
                            to_string(version) + "; they came with version 11");
  }
  if (!erases_types(version))
    return value;
  return Rebuild{true, [](const Value& leaf) { return Result<Value>(leaf); }}.run(value);
}

Result<Value> map_contract_ids(const Value& value,
                               FunctionRef<Result<ContractId>(const ContractId&)> change) {
  TENON_RETURN_IF_ERROR(check_nesting(value));
  const auto leaf = [&change](const Value& old) -> Result<Value> {
    if (old.kind() != Kind::kContractId)
      return old;
    TENON_ASSIGN_OR_RETURN(ContractId id, change(old.as_contract_id()));
    return id == old.as_contract_id() ? old : Value::contract_id(std::move(id));
  };
  return Rebuild{false, leaf}.run(value);
}

void for_each_contract_id(const Value& value, FunctionRef<void(const ContractId&)> visit) {
  std::vector<const Value*> open{&value};
  while (!open.empty()) {
    const Value* const next = open.back();
    open.pop_back();
    if (next->kind() == Kind::kContractId)
      visit(next->as_contract_id());
    const auto children = next->children();
    for (std::size_t i = children.size(); i-- > 0;)
      open.push_back(&children[i]);
  }
}

} // namespace tenon::daml
