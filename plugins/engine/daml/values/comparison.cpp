#include "values/comparison.hpp"

#include <algorithm>

namespace tenon::daml {

namespace {

using Kind = Value::Kind;
using Order = std::strong_ordering;

Status different_types(const Value& left, const Value& right) {
  return invalid_argument("compared values are of different types: " +
                          std::string(kind_name(left.kind())) + " and " +
                          std::string(kind_name(right.kind())));
}

Result<Order> compare_constructors(const Constructor& left, const Constructor& right) {
  if (left.rank != Constructor::kNoRank && right.rank != Constructor::kNoRank)
    return left.rank <=> right.rank;
  if (left.name == right.name)
    return Order::equal;
  return invalid_argument("compared constructors \"" + left.name.str() + "\" and \"" +
                          right.name.str() + "\" whose place in their type is not known");
}

Order compare_text(const std::string& left, const std::string& right) {
  return left.compare(right) <=> 0;
}

// The values without what they contain.
Result<Order> compare_heads(const Value& left, const Value& right) {
  if (left.kind() != right.kind())
    return different_types(left, right);
  switch (left.kind()) {
  case Kind::kBool:
    return left.as_bool() <=> right.as_bool();
  case Kind::kInt64:
    return left.as_int64() <=> right.as_int64();
  case Kind::kDate:
    return left.as_date() <=> right.as_date();
  case Kind::kTimestamp:
    return left.as_timestamp() <=> right.as_timestamp();
  case Kind::kNumeric:
    return left.as_numeric().compare(right.as_numeric());
  case Kind::kText:
    return compare_text(left.as_text(), right.as_text());
  case Kind::kParty:
    return compare_text(left.as_party().str(), right.as_party().str());
  case Kind::kContractId:
    return compare(left.as_contract_id(), right.as_contract_id());
  case Kind::kVariant:
  case Kind::kEnum:
    return compare_constructors(left.constructor(), right.constructor());
  case Kind::kUnit:
  case Kind::kOptional:
  case Kind::kList:
  case Kind::kTextMap:
  case Kind::kGenMap:
  case Kind::kRecord:
    break;
  }
  return Order::equal;
}

bool same_type(const TypeName& left, const TypeName& right) {
  return left == right || (left && right && *left == *right);
}

bool same_labels(const Labels& left, const Labels& right) {
  return left == right || (left && right && *left == *right);
}

// The same, but for operator==: equal or not.
Result<Order> match_heads(const Value& left, const Value& right) {
  bool same = left.kind() == right.kind();
  if (!same)
    return Order::less;
  switch (left.kind()) {
  case Kind::kNumeric:
    same = left.as_numeric() == right.as_numeric();
    break;
  case Kind::kContractId:
    same = left.as_contract_id() == right.as_contract_id();
    break;
  case Kind::kRecord:
    same = same_type(left.type(), right.type()) && same_labels(left.labels(), right.labels());
    break;
  case Kind::kVariant:
  case Kind::kEnum:
    same = left.constructor().name == right.constructor().name &&
           same_type(left.constructor().type, right.constructor().type);
    break;
  default:
    return compare_heads(left, right);
  }
  return same ? Order::equal : Order::less;
}

// Both values and what they contain, in order, until `heads` tells a difference or fails.
template <typename Heads>
Result<Order> walk(const Value& left, const Value& right, const Heads& heads) {
  struct Pair {
    const Value* left;
    const Value* right;
    std::size_t next; // child
  };
  std::vector<Pair> open;
  const auto enter = [&](const Value& l, const Value& r) -> Result<Order> {
    if (l.is_same(r))
      return Order::equal;
    TENON_ASSIGN_OR_RETURN(const Order order, heads(l, r));
    if (order == Order::equal && !(l.children().empty() && r.children().empty()))
      open.push_back({&l, &r, 0});
    return order;
  };
  TENON_ASSIGN_OR_RETURN(Order order, enter(left, right));
  while (order == Order::equal && !open.empty()) {
    const Pair pair = open.back();
    const auto lefts = pair.left->children();
    const auto rights = pair.right->children();
    if (pair.next == std::min(lefts.size(), rights.size())) {
      order = lefts.size() <=> rights.size();
      open.pop_back();
      continue;
    }
    ++open.back().next;
    if (pair.left->kind() == Kind::kTextMap)
      order = compare_text(pair.left->keys()[pair.next], pair.right->keys()[pair.next]);
    if (order == Order::equal) {
      TENON_ASSIGN_OR_RETURN(order, enter(lefts[pair.next], rights[pair.next]));
    }
  }
  return order;
}

} // namespace

Result<std::strong_ordering> compare(const Value& left, const Value& right) {
  return walk(left, right, compare_heads);
}

bool operator==(const Value& left, const Value& right) {
  const auto order = walk(left, right, match_heads);
  return order.ok() && *order == Order::equal;
}

Result<Value> make_gen_map(std::vector<Value::GenMapEntry> entries) {
  Status failure;
  const auto less = [&failure](const auto& left, const auto& right) {
    // After a failure nothing is less than anything: the sort ends, its result is not used.
    if (!failure.ok())
      return false;
    const auto order = compare(left.key, right.key);
    if (!order.ok())
      failure = order.status();
    return order.ok() && *order < 0;
  };
  std::stable_sort(entries.begin(), entries.end(), less);
  std::vector<Value::GenMapEntry> unique;
  unique.reserve(entries.size());
  for (Value::GenMapEntry& entry : entries) {
    const bool repeated = !unique.empty() && !less(unique.back(), entry);
    TENON_RETURN_IF_ERROR(failure);
    if (repeated) {
      unique.back() = std::move(entry);
    } else {
      unique.push_back(std::move(entry));
    }
  }
  TENON_RETURN_IF_ERROR(failure);
  return Value::gen_map(std::move(unique));
}

} // namespace tenon::daml
