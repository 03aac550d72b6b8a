// A value of the ledger: what contracts hold, choices take and give back. Immutable and shared: a
// copy costs a counter. Values; any thread may read and copy the same one.
//
// A Value may be nested to any depth; nothing here recurses over one, destruction included. What is
// stored or hashed is nested kMaxNesting deep at most, which check_nesting() tells in no time.
#pragma once

#include <atomic>
#include <compare>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "values/contract_id.hpp"
#include "values/names.hpp"
#include "values/numeric.hpp"
#include "values/time.hpp"

namespace tenon::daml {

// The type of a record, variant or enum; nullptr where it is not told. Shared among values.
using TypeName = std::shared_ptr<const Identifier>;
// One label for each field of a record, "" for a field without; nullptr when none has one.
using Labels = std::shared_ptr<const std::vector<std::string>>;

// The constructor of a variant or enum. Constructors are ordered by their place in the type, the
// rank; a value that was made without its type does not know it and can be compared with one of the
// same constructor only.
struct Constructor {
  static constexpr std::uint32_t kNoRank = std::numeric_limits<std::uint32_t>::max();

  TypeName type;
  Name name;
  std::uint32_t rank = kNoRank;
};

class Value {
public:
  // How many values may lie around a value of the ledger: 0 for one that stands alone.
  static constexpr std::uint32_t kMaxNesting = 100;

  enum class Kind : std::uint8_t {
    kUnit,
    kBool,
    kInt64,
    kDate,
    kTimestamp,
    kNumeric,
    kText,
    kParty,
    kContractId,
    kOptional,
    kList,
    kTextMap,
    kGenMap,
    kRecord,
    kVariant,
    kEnum,
  };

  struct TextMapEntry;
  struct GenMapEntry;

  Value() = default; // unit
  static Value boolean(bool value);
  static Value int64(std::int64_t value);
  static Value date(Date value);
  static Value timestamp(Timestamp value);
  static Value numeric(const Numeric& value);
  static Value text(std::string utf8); // the caller has checked that it is UTF-8
  static Value party(Party value);
  static Value contract_id(ContractId value);
  static Value none();
  static Value some(Value value);
  static Value list(std::vector<Value> elements);
  // Sorts the entries. INVALID_ARGUMENT when a key occurs twice.
  static Result<Value> text_map(std::vector<TextMapEntry> entries);
  // Keeps the order; see make_gen_map() for entries in any order.
  static Value gen_map(std::vector<GenMapEntry> entries);
  // As many labels as fields, or nullptr.
  static Value record(TypeName type, Labels labels, std::vector<Value> fields);
  static Value variant(Constructor constructor, Value value);
  static Value enumeration(Constructor constructor);

  Value(const Value& other) : kind_(other.kind_), content_(other.content_) { retain(); }
  Value(Value&& other) noexcept : kind_(other.kind_), content_(other.content_) {
    other.kind_ = Kind::kUnit;
  }
  Value& operator=(const Value& other) {
    Value(other).swap(*this);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    Value(std::move(other)).swap(*this);
    return *this;
  }
  ~Value() {
    if (Node* const shared = node())
      release(shared);
  }
  void swap(Value& other) noexcept {
    std::swap(kind_, other.kind_);
    std::swap(content_, other.content_);
  }

  [[nodiscard]] Kind kind() const { return kind_; }

  // Reading a kind that is not there is a bug and aborts.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_int64() const;
  [[nodiscard]] Date as_date() const;
  [[nodiscard]] Timestamp as_timestamp() const;
  [[nodiscard]] const Numeric& as_numeric() const;
  [[nodiscard]] const std::string& as_text() const;
  [[nodiscard]] const Party& as_party() const;
  [[nodiscard]] const ContractId& as_contract_id() const;
  // Of a text map, one for each child.
  [[nodiscard]] const std::vector<std::string>& keys() const;
  // Of a record.
  [[nodiscard]] const TypeName& type() const;
  [[nodiscard]] const Labels& labels() const;
  // Of a variant or enum.
  [[nodiscard]] const Constructor& constructor() const;

  // What it contains: elements, fields, the value of a `some` or a variant, the values of a text
  // map, key and value by turns of a generic map. Empty for any other kind.
  [[nodiscard]] std::span<const Value> children() const;
  // The longest way down to a value without children.
  [[nodiscard]] std::uint32_t nesting() const;
  // Whether both are the same object in memory (or the same empty one): then they are equal.
  [[nodiscard]] bool is_same(const Value& other) const;

private:
  // `count` holds the references; of a dead node, the next dead one.
  struct Node {
    Node(Kind node_kind, std::uint32_t node_nesting) : kind(node_kind), nesting(node_nesting) {}
    std::atomic<std::uintptr_t> count{1};
    Kind kind;
    std::uint32_t nesting;
  };
  template <typename Held> struct Leaf;
  struct Parent;
  struct TextMapNode;
  struct RecordNode;
  struct ConstructorNode;
  union Content {
    std::int64_t number;
    Node* node; // nullptr for none and for what is empty
  };

  explicit Value(Kind kind, std::int64_t number) : kind_(kind) { content_.number = number; }
  explicit Value(Kind kind, Node* node) : kind_(kind) { content_.node = node; }

  [[nodiscard]] Node* node() const {
    return kind_ >= Kind::kNumeric ? content_.node : nullptr;
  }
  void retain() const {
    if (Node* const shared = node())
      shared->count.fetch_add(1, std::memory_order_relaxed);
  }
  void require(Kind kind) const;
  static void release(Node* node) noexcept;
  static void destroy(Node* node) noexcept;
  static Value with_children(Kind kind, std::vector<Value> children);

  Kind kind_ = Kind::kUnit;
  Content content_{};
};

struct Value::TextMapEntry {
  std::string key; // UTF-8
  Value value;
};

struct Value::GenMapEntry {
  Value key;
  Value value;
};

// "list", "generic map" …
[[nodiscard]] std::string_view kind_name(Value::Kind kind);

// INVALID_ARGUMENT for what is nested too deep to be stored or hashed.
[[nodiscard]] Status check_nesting(const Value& value);

} // namespace tenon::daml
