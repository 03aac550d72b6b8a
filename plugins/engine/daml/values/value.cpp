#include "values/value.hpp"

#include <algorithm>
#include <cstdlib>

#include "values/text.hpp"

namespace tenon::daml {

namespace {

std::uint32_t nesting_around(std::span<const Value> children) {
  std::uint32_t most = 0;
  for (const Value& child : children)
    most = std::max(most, child.nesting());
  const bool counts = !children.empty() && most < std::numeric_limits<std::uint32_t>::max();
  return most + (counts ? 1 : 0);
}

} // namespace

template <typename Held> struct Value::Leaf : Node {
  Leaf(Kind leaf_kind, Held leaf_held) : Node(leaf_kind, 0), held(std::move(leaf_held)) {}
  Held held;
};

struct Value::Parent : Node {
  Parent(Kind parent_kind, std::vector<Value> parent_children)
      : Node(parent_kind, nesting_around(parent_children)), children(std::move(parent_children)) {
  }
  std::vector<Value> children;
};

struct Value::TextMapNode : Parent {
  TextMapNode(std::vector<std::string> map_keys, std::vector<Value> values)
      : Parent(Kind::kTextMap, std::move(values)), keys(std::move(map_keys)) {}
  std::vector<std::string> keys;
};

struct Value::RecordNode : Parent {
  RecordNode(TypeName record_type, Labels record_labels, std::vector<Value> fields)
      : Parent(Kind::kRecord, std::move(fields)), type(std::move(record_type)),
        labels(std::move(record_labels)) {}
  TypeName type;
  Labels labels;
};

struct Value::ConstructorNode : Parent {
  ConstructorNode(Kind node_kind, Constructor node_constructor, std::vector<Value> values)
      : Parent(node_kind, std::move(values)), constructor(std::move(node_constructor)) {}
  Constructor constructor;
};

Value Value::boolean(bool value) {
  return Value(Kind::kBool, std::int64_t{value});
}

Value Value::int64(std::int64_t value) {
  return Value(Kind::kInt64, value);
}

Value Value::date(Date value) {
  return Value(Kind::kDate, std::int64_t{value.days()});
}

Value Value::timestamp(Timestamp value) {
  return Value(Kind::kTimestamp, value.micros());
}

Value Value::numeric(const Numeric& value) {
  return Value(Kind::kNumeric, new Leaf<Numeric>(Kind::kNumeric, value));
}

Value Value::text(std::string utf8) {
  return Value(Kind::kText, new Leaf<std::string>(Kind::kText, std::move(utf8)));
}

Value Value::party(Party value) {
  return Value(Kind::kParty, new Leaf<Party>(Kind::kParty, std::move(value)));
}

Value Value::contract_id(ContractId value) {
  return Value(Kind::kContractId, new Leaf<ContractId>(Kind::kContractId, std::move(value)));
}

Value Value::none() {
  return Value(Kind::kOptional, static_cast<Node*>(nullptr));
}

Value Value::some(Value value) {
  std::vector<Value> children;
  children.push_back(std::move(value));
  return with_children(Kind::kOptional, std::move(children));
}

Value Value::list(std::vector<Value> elements) {
  return with_children(Kind::kList, std::move(elements));
}

Result<Value> Value::text_map(std::vector<TextMapEntry> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& left, const auto& right) { return left.key < right.key; });
  std::vector<std::string> keys;
  std::vector<Value> values;
  keys.reserve(entries.size());
  values.reserve(entries.size());
  for (TextMapEntry& entry : entries) {
    if (!keys.empty() && keys.back() == entry.key)
      return invalid_argument("text map: the key " + quote(entry.key) + " occurs twice");
    keys.push_back(std::move(entry.key));
    values.push_back(std::move(entry.value));
  }
  if (keys.empty())
    return Value(Kind::kTextMap, static_cast<Node*>(nullptr));
  return Value(Kind::kTextMap, new TextMapNode(std::move(keys), std::move(values)));
}

Value Value::gen_map(std::vector<GenMapEntry> entries) {
  std::vector<Value> children;
  children.reserve(2 * entries.size());
  for (GenMapEntry& entry : entries) {
    children.push_back(std::move(entry.key));
    children.push_back(std::move(entry.value));
  }
  return with_children(Kind::kGenMap, std::move(children));
}

Value Value::record(TypeName type, Labels labels, std::vector<Value> fields) {
  if (labels && labels->size() != fields.size())
    std::abort(); // a label for each field
  return Value(Kind::kRecord,
               new RecordNode(std::move(type), std::move(labels), std::move(fields)));
}

Value Value::variant(Constructor constructor, Value value) {
  std::vector<Value> children;
  children.push_back(std::move(value));
  return Value(Kind::kVariant, new ConstructorNode(Kind::kVariant, std::move(constructor),
                                                   std::move(children)));
}

Value Value::enumeration(Constructor constructor) {
  return Value(Kind::kEnum, new ConstructorNode(Kind::kEnum, std::move(constructor), {}));
}

Value Value::with_children(Kind kind, std::vector<Value> children) {
  return Value(kind, children.empty() ? nullptr
                                      : static_cast<Node*>(new Parent(kind, std::move(children))));
}

void Value::require(Kind kind) const {
  if (kind_ != kind)
    std::abort(); // reading a kind that is not there is a bug, in release too
}

bool Value::as_bool() const {
  require(Kind::kBool);
  return content_.number != 0;
}

std::int64_t Value::as_int64() const {
  require(Kind::kInt64);
  return content_.number;
}

Date Value::as_date() const {
  require(Kind::kDate);
  return Date::from_days(content_.number).value();
}

Timestamp Value::as_timestamp() const {
  require(Kind::kTimestamp);
  return Timestamp::from_micros(content_.number).value();
}

const Numeric& Value::as_numeric() const {
  require(Kind::kNumeric);
  return static_cast<const Leaf<Numeric>*>(content_.node)->held;
}

const std::string& Value::as_text() const {
  require(Kind::kText);
  return static_cast<const Leaf<std::string>*>(content_.node)->held;
}

const Party& Value::as_party() const {
  require(Kind::kParty);
  return static_cast<const Leaf<Party>*>(content_.node)->held;
}

const ContractId& Value::as_contract_id() const {
  require(Kind::kContractId);
  return static_cast<const Leaf<ContractId>*>(content_.node)->held;
}

const std::vector<std::string>& Value::keys() const {
  static const std::vector<std::string> none;
  require(Kind::kTextMap);
  return content_.node ? static_cast<const TextMapNode*>(content_.node)->keys : none;
}

const TypeName& Value::type() const {
  require(Kind::kRecord);
  return static_cast<const RecordNode*>(content_.node)->type;
}

const Labels& Value::labels() const {
  require(Kind::kRecord);
  return static_cast<const RecordNode*>(content_.node)->labels;
}

const Constructor& Value::constructor() const {
  require(kind_ == Kind::kEnum ? Kind::kEnum : Kind::kVariant);
  return static_cast<const ConstructorNode*>(content_.node)->constructor;
}

std::span<const Value> Value::children() const {
  if (kind_ < Kind::kOptional || !content_.node)
    return {};
  return static_cast<const Parent*>(content_.node)->children;
}

std::uint32_t Value::nesting() const {
  const Node* const shared = node();
  return shared ? shared->nesting : 0;
}

bool Value::is_same(const Value& other) const {
  return kind_ == other.kind_ && kind_ >= Kind::kNumeric && node() == other.node();
}

void Value::release(Node* node) noexcept {
  // Dead nodes wait in a chain, so that neither their depth nor their number needs a stack.
  Node* dead = nullptr;
  const auto drop = [&dead](Node* dropped) {
    if (dropped->count.fetch_sub(1, std::memory_order_acq_rel) != 1)
      return;
    dropped->count.store(reinterpret_cast<std::uintptr_t>(dead), std::memory_order_relaxed);
    dead = dropped;
  };
  drop(node);
  while (dead != nullptr) {
    Node* const current = dead;
    dead = reinterpret_cast<Node*>(current->count.load(std::memory_order_relaxed));
    if (current->kind >= Kind::kOptional) {
      for (Value& child : static_cast<Parent*>(current)->children) {
        if (Node* const shared = child.node())
          drop(shared);
        child.kind_ = Kind::kUnit;
      }
    }
    destroy(current);
  }
}

void Value::destroy(Node* node) noexcept {
  switch (node->kind) {
  case Kind::kNumeric:
    delete static_cast<Leaf<Numeric>*>(node);
    break;
  case Kind::kText:
    delete static_cast<Leaf<std::string>*>(node);
    break;
  case Kind::kParty:
    delete static_cast<Leaf<Party>*>(node);
    break;
  case Kind::kContractId:
    delete static_cast<Leaf<ContractId>*>(node);
    break;
  case Kind::kOptional:
  case Kind::kList:
  case Kind::kGenMap:
    delete static_cast<Parent*>(node);
    break;
  case Kind::kTextMap:
    delete static_cast<TextMapNode*>(node);
    break;
  case Kind::kRecord:
    delete static_cast<RecordNode*>(node);
    break;
  case Kind::kVariant:
  case Kind::kEnum:
    delete static_cast<ConstructorNode*>(node);
    break;
  default:
    std::abort(); // the other kinds have no node
  }
}

std::string_view kind_name(Value::Kind kind) {
  constexpr std::string_view kNames[] = {
      "unit",        "bool",     "int64", "date",     "timestamp",   "numeric", "text",    "party",
      "contract id", "optional", "list",  "text map", "generic map", "record",  "variant", "enum"};
  return kNames[static_cast<std::size_t>(kind)];
}

Status check_nesting(const Value& value) {
  if (value.nesting() <= Value::kMaxNesting)
    return {};
  return invalid_argument("a value nested " + std::to_string(value.nesting()) +
                          " deep; expected at most " + std::to_string(Value::kMaxNesting));
}

} // namespace tenon::daml
