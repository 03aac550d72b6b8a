// Some value of a type, chosen by a function: what commands on packages that nobody looked at get
// as arguments. Header only, for tests and fuzz targets.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "interpreter/store.hpp"
#include "values/comparison.hpp"
#include "values/value.hpp"

namespace tenon::daml::interpreter::test {

class SampleValues {
public:
  // A number below the bound. Always the same for equal values that are to come out.
  using Choose = std::function<std::uint32_t(std::uint32_t bound)>;

  SampleValues(PackageStore& store, Choose choose) : store_(store), choose_(std::move(choose)) {}

  // Nothing when the type has no values that a ledger could carry, or none that is small.
  std::optional<Value> make(const RuntimeType& type, int depth = 0) {
    constexpr int kMaxDepth = 8;
    if (depth > kMaxDepth)
      return std::nullopt;
    if (type.form == RuntimeType::Form::kConstructor)
      return make_data(type, depth);
    if (type.form != RuntimeType::Form::kBuiltin)
      return std::nullopt;
    const bool flat = depth + 3 > kMaxDepth;
    switch (type.builtin) {
    case lf::BuiltinType::kList:
      return make_list(*type.arguments[0], depth, flat ? 0 : choose_(3));
    case lf::BuiltinType::kOptional: {
      if (flat || choose_(2) == 0)
        return Value::none();
      auto content = make(*type.arguments[0], depth + 1);
      return content ? Value::some(std::move(*content)) : Value::none();
    }
    case lf::BuiltinType::kTextMap:
      return make_text_map(*type.arguments[0], depth, flat ? 0 : choose_(2));
    case lf::BuiltinType::kGenMap:
      return make_map(*type.arguments[0], *type.arguments[1], depth, flat ? 0 : choose_(2));
    default:
      return make_leaf(type);
    }
  }

private:
  std::optional<Value> make_leaf(const RuntimeType& type) {
    const auto number = static_cast<std::int64_t>(choose_(5));
    switch (type.builtin) {
    case lf::BuiltinType::kUnit:
      return Value();
    case lf::BuiltinType::kBool:
      return Value::boolean(number % 2 == 1);
    case lf::BuiltinType::kInt64:
      return Value::int64(number);
    case lf::BuiltinType::kText:
      return Value::text(number == 0 ? "" : "text");
    case lf::BuiltinType::kParty:
      return Value::party(Party::literal("Alice"));
    case lf::BuiltinType::kDate:
      return Value::date(Date::from_days(number).value());
    case lf::BuiltinType::kTimestamp:
      return Value::timestamp(Timestamp::from_micros(number).value());
    case lf::BuiltinType::kContractId:
      return Value::contract_id(ContractId(Hash{}));
    case lf::BuiltinType::kNumeric:
      if (auto numeric = Numeric::make(number, type.arguments[0]->nat); numeric.ok())
        return Value::numeric(*numeric);
      return std::nullopt;
    default:
      return std::nullopt;
    }
  }

  std::optional<Value> make_list(const RuntimeType& type, int depth, std::uint32_t length) {
    std::vector<Value> items;
    for (std::uint32_t i = 0; i < length; ++i) {
      if (auto item = make(type, depth + 1))
        items.push_back(std::move(*item));
    }
    return Value::list(std::move(items));
  }

  std::optional<Value> make_text_map(const RuntimeType& type, int depth, std::uint32_t size) {
    std::vector<Value::TextMapEntry> entries;
    if (size > 0) {
      if (auto value = make(type, depth + 1))
        entries.push_back({"key", std::move(*value)});
    }
    return Value::text_map(std::move(entries)).value();
  }

  std::optional<Value> make_map(const RuntimeType& key, const RuntimeType& type, int depth,
                                std::uint32_t size) {
    std::vector<Value::GenMapEntry> entries;
    if (size > 0) {
      auto first = make(key, depth + 1);
      auto second = make(type, depth + 1);
      if (first && second)
        entries.push_back({std::move(*first), std::move(*second)});
    }
    return make_gen_map(std::move(entries)).value();
  }

  std::optional<Value> make_data(const RuntimeType& type, int depth) {
    const auto found = store_.layout(type);
    if (!found.ok())
      return std::nullopt;
    const TypeLayout& layout = **found;
    if (layout.form == TypeLayout::Form::kRecord) {
      std::vector<Value> fields;
      for (const RuntimeType* field : layout.types) {
        auto value = make(*field, depth + 1);
        if (!value)
          return std::nullopt;
        fields.push_back(std::move(*value));
      }
      return Value::record(nullptr, nullptr, std::move(fields));
    }
    const auto count = static_cast<std::uint32_t>(layout.constructors.size());
    if (count == 0)
      return std::nullopt;
    // The one that was chosen, or the next that ends somewhere.
    const std::uint32_t start = choose_(count);
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t rank = (start + i) % count;
      if (layout.form == TypeLayout::Form::kEnum)
        return Value::enumeration({nullptr, layout.constructors[rank], rank});
      if (auto value = make(*layout.types[rank], depth + 1))
        return Value::variant({nullptr, layout.constructors[rank], rank}, std::move(*value));
    }
    return std::nullopt;
  }

  PackageStore& store_;
  Choose choose_;
};

} // namespace tenon::daml::interpreter::test
