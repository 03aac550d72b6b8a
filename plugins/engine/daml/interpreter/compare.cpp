#include "interpreter/compare.hpp"

#include <memory>
#include <variant>
#include <vector>

#include "interpreter/code.hpp"
#include "interpreter/heap.hpp"
#include "interpreter/map.hpp"
#include "interpreter/types.hpp"
#include "values/big_numeric.hpp"
#include "values/contract_id.hpp"

namespace tenon::daml::interpreter {

namespace {

using Order = std::strong_ordering;

bool is_function(const Word& word) {
  return word.kind == Kind::kFunction || word.kind == Kind::kPartial;
}

// Whether words of the kind contain words.
bool has_content(Kind kind) {
  switch (kind) {
  case Kind::kOptional:
  case Kind::kList:
  case Kind::kTextMap:
  case Kind::kGenMap:
  case Kind::kRecord:
  case Kind::kVariant:
  case Kind::kStruct:
  case Kind::kAny:
  case Kind::kContract:
    return true;
  default:
    return false;
  }
}

Order order_of(__int128 left, __int128 right) {
  return left < right ? Order::less : left > right ? Order::greater : Order::equal;
}

constexpr std::uint64_t kBytesPerStep = 64;
constexpr std::uint64_t kDigitsPerStep = 16;

} // namespace

std::nullopt_t Comparer::fail(ErrorKind kind, std::string message) {
  error_.emplace();
  error_->kind = kind;
  error_->message = std::move(message);
  return std::nullopt;
}

std::optional<Order> Comparer::compare_contract_ids(const Word& left, const Word& right) {
  if (left.text() == right.text())
    return Order::equal;
  const auto l = ContractId::from_bytes(left.text());
  const auto r = ContractId::from_bytes(right.text());
  if (!l.ok() || !r.ok())
    return fail(ErrorKind::kIllFormedProgram, "expected contract ids, found other bytes");
  if (const ContractId* global = incomparable_global_id(*l, *r)) {
    fail(ErrorKind::kContractIdsNotComparable,
         "compared a contract id of this transaction with the global contract id " +
             global->to_text() + " that it may become");
    error_->contract_id = *global;
    return std::nullopt;
  }
  return *l <=> *r;
}

std::optional<Order> Comparer::compare_leaves(const Word& left, const Word& right) {
  switch (left.kind) {
  case Kind::kUnit:
    return Order::equal;
  case Kind::kBool:
  case Kind::kInt64:
  case Kind::kDate:
  case Kind::kTimestamp:
  case Kind::kNat:
    return left.integer <=> right.integer;
  case Kind::kEnum:
    return left.size <=> right.size;
  case Kind::kNumeric:
    if (left.scale != right.scale)
      return fail(ErrorKind::kIllFormedProgram, "compared Numerics of different scales");
    return order_of(unscaled_of(left), unscaled_of(right));
  case Kind::kBigNumeric: {
    const auto digits = static_cast<std::uint64_t>(left.big->precision() + right.big->precision());
    if (!meter_.charge(digits / kDigitsPerStep))
      return std::nullopt;
    return left.big->compare(*right.big);
  }
  case Kind::kText:
  case Kind::kParty:
    if (!meter_.charge(std::min(left.size, right.size) / kBytesPerStep))
      return std::nullopt;
    return left.text().compare(right.text()) <=> 0;
  case Kind::kContractId:
    return compare_contract_ids(left, right);
  case Kind::kTypeRep:
    return interpreter::compare(*left.type, *right.type);
  default:
    return fail(ErrorKind::kIllFormedProgram, "compared what has no order");
  }
}

// What is still to be compared, from the outside in.
class Comparer::Walk {
public:
  explicit Walk(Comparer& comparer) : comparer_(comparer) {}

  std::optional<Order> run(const Word& left, const Word& right) {
    std::optional<Order> order = enter(left, right);
    while (order && *order == Order::equal && !levels_.empty()) {
      if (!comparer_.meter_.charge(1))
        return std::nullopt;
      order = std::visit([this](auto& level) { return next(level); }, levels_.back());
    }
    return order;
  }

private:
  struct Words {
    const Word* left;
    const Word* right;
    std::uint32_t left_count;
    std::uint32_t right_count;
    std::uint32_t done = 0;
  };
  struct Lists {
    const ListCell* left;
    const ListCell* right;
  };
  struct Maps {
    std::unique_ptr<MapIterator> left; // large: kept apart
    std::unique_ptr<MapIterator> right;
    const MapNode* left_node = nullptr;
    const MapNode* right_node = nullptr;
  };

  // Compares the heads and opens a level for what they contain.
  std::optional<Order> enter(const Word& left, const Word& right) {
    if (is_function(left) && is_function(right))
      return comparer_.fail(ErrorKind::kNotComparable, "functions were compared");
    if (left.kind != right.kind) {
      return comparer_.fail(ErrorKind::kIllFormedProgram,
                            "compared values of different types: " +
                                std::string(kind_name(left.kind)) + " and " +
                                std::string(kind_name(right.kind)));
    }
    if (!has_content(left.kind))
      return comparer_.compare_leaves(left, right);
    return enter_content(left, right);
  }

  std::optional<Order> enter_content(const Word& left, const Word& right) {
    switch (left.kind) {
    case Kind::kOptional:
      open(left.words, left.words != nullptr ? 1 : 0, right.words, right.words != nullptr ? 1 : 0);
      return Order::equal;
    case Kind::kList:
      levels_.emplace_back(Lists{left.cells, right.cells});
      return Order::equal;
    case Kind::kTextMap:
    case Kind::kGenMap:
      levels_.emplace_back(Maps{std::make_unique<MapIterator>(left.map),
                                std::make_unique<MapIterator>(right.map)});
      return Order::equal;
    case Kind::kRecord:
      open(left.words, left.size, right.words, right.size);
      return Order::equal;
    case Kind::kVariant:
      open(left.words, 1, right.words, 1);
      return left.size <=> right.size;
    case Kind::kStruct: {
      const auto count = static_cast<std::uint32_t>(left.fields->shape->names.size());
      if (left.fields->shape != right.fields->shape)
        return comparer_.fail(ErrorKind::kIllFormedProgram, "compared different structs");
      open(left.fields->words(), count, right.fields->words(), count);
      return Order::equal;
    }
    case Kind::kAny:
      open(&left.any->value, 1, &right.any->value, 1);
      return interpreter::compare(*left.any->type, *right.any->type);
    default:
      open(&left.contract->record, 1, &right.contract->record, 1);
      return interpreter::compare(*left.contract->contract->type, *right.contract->contract->type);
    }
  }

  void open(const Word* left, std::uint32_t left_count, const Word* right,
            std::uint32_t right_count) {
    levels_.emplace_back(Words{left, right, left_count, right_count});
  }

  std::optional<Order> close(Order order) {
    levels_.pop_back();
    return order;
  }

  std::optional<Order> next(Words& level) {
    if (level.done == std::min(level.left_count, level.right_count))
      return close(level.left_count <=> level.right_count);
    const std::uint32_t index = level.done++;
    return enter(level.left[index], level.right[index]);
  }

  std::optional<Order> next(Lists& level) {
    if (level.left == nullptr || level.right == nullptr)
      return close((level.left != nullptr) <=> (level.right != nullptr));
    const Word& left = level.left->head;
    const Word& right = level.right->head;
    level.left = level.left->tail;
    level.right = level.right->tail;
    return enter(left, right);
  }

  std::optional<Order> next(Maps& level) {
    if (level.left_node != nullptr) {
      const Word& left = level.left_node->value;
      const Word& right = level.right_node->value;
      level.left_node = nullptr;
      return enter(left, right);
    }
    level.left_node = level.left->next();
    level.right_node = level.right->next();
    if (level.left_node == nullptr || level.right_node == nullptr)
      return close((level.left_node != nullptr) <=> (level.right_node != nullptr));
    return enter(level.left_node->key, level.right_node->key);
  }

  Comparer& comparer_;
  std::vector<std::variant<Words, Lists, Maps>> levels_;
};

std::optional<Order> Comparer::compare(const Word& left, const Word& right) {
  if (left.kind == right.kind && !has_content(left.kind) && !is_function(left))
    return compare_leaves(left, right);
  return Walk(*this).run(left, right);
}

bool Comparer::check_key(const Word& key) {
  if (!has_content(key.kind) && !is_function(key))
    return true;
  // What can be compared with itself can be compared with others.
  return compare(key, key).has_value();
}

} // namespace tenon::daml::interpreter
