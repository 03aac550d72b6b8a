#include "json/value_match.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <compare>
#include <optional>

#include "json/decimal.hpp"
#include "json/time_text.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using daml::v1::Value;

constexpr std::array<std::string_view, 4> kOperators = {"%lt", "%lte", "%gt", "%gte"};

bool is_operator(std::string_view name) {
  return std::find(kOperators.begin(), kOperators.end(), name) != kOperators.end();
}

// An object that holds an operator is about bounds, where it is not about a record.
bool is_range(const Json& json) {
  if (!json.is_object())
    return false;
  for (const auto& [name, bound] : json.items()) {
    if (is_operator(name))
      return true;
  }
  return false;
}

std::optional<std::int64_t> read_int64(const Json& json) {
  const bool too_large = json.is_number_unsigned() && json.get<std::uint64_t>() >> 63 != 0;
  if (json.is_number_integer() && !too_large)
    return json.get<std::int64_t>();
  std::string text = json.is_string() ? json.get<std::string>() : std::string();
  if (text.starts_with('+') && !text.starts_with("+-"))
    text.erase(0, 1);
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size())
    return std::nullopt;
  return number;
}

std::optional<Unscaled> read_numeric(const Json& json, int scale) {
  if (json.is_string())
    return parse_decimal(json.get_ref<const std::string&>(), scale);
  return json.is_number() ? parse_decimal(json.dump(), scale) : std::nullopt;
}

template <typename T>
std::optional<std::strong_ordering> order(const T& value, const std::optional<T>& other) {
  if (!other)
    return std::nullopt;
  return value <=> *other;
}

std::strong_ordering order_of_texts(std::string_view left, std::string_view right) {
  return left.compare(right) <=> 0; // by bytes of UTF-8, which is by code points
}

// How a value of a type that has bounds stands to a scalar; nothing where that is of another type.
std::optional<std::strong_ordering> compare(const Value& value, const Json& json) {
  const bool text = json.is_string();
  switch (value.content_case()) {
  case Value::kInt64:
    return order<std::int64_t>(value.int64(), read_int64(json));
  case Value::kNumeric: {
    const int scale = scale_of(value.numeric());
    std::string number = short_decimal(value.numeric());
    return order<Unscaled>(parse_decimal(number, scale).value_or(0), read_numeric(json, scale));
  }
  case Value::kText:
    return text ? std::optional(order_of_texts(value.text(), json.get_ref<const std::string&>()))
                : std::nullopt;
  case Value::kDate:
    return text ? order<std::int32_t>(value.date(), parse_date(json.get_ref<const std::string&>()))
                : std::nullopt;
  case Value::kTimestamp:
    return text ? order<std::int64_t>(value.timestamp(),
                                      parse_timestamp(json.get_ref<const std::string&>()))
                : std::nullopt;
  default:
    return std::nullopt;
  }
}

const char* kind_of(const Value& value) {
  switch (value.content_case()) {
  case Value::kInt64:
    return "an Int64";
  case Value::kNumeric:
    return "a Numeric";
  case Value::kText:
    return "a Text";
  case Value::kDate:
    return "a Date";
  case Value::kTimestamp:
    return "a Time";
  case Value::kParty:
    return "a Party";
  case Value::kContract:
    return "a ContractId";
  case Value::kBoolean:
    return "a Bool";
  case Value::kEnumeration:
    return "the constructor of an enumeration";
  case Value::kVariant:
    return "a variant, {\"tag\": …, \"value\": …}";
  case Value::kRecord:
    return "a record";
  case Value::kOptional:
    return "an Optional of an Optional: a list of at most one";
  case Value::kUnit:
    return "the unit, {}";
  default:
    return "nothing: lists and maps cannot be queried";
  }
}

bool is_bounded(const Value& value) {
  switch (value.content_case()) {
  case Value::kInt64:
  case Value::kNumeric:
  case Value::kText:
  case Value::kDate:
  case Value::kTimestamp:
    return true;
  default:
    return false;
  }
}

// Of the members of a variant in JSON: null unless these are the two.
const Json* variant_value(const Json& json, std::string& tag) {
  if (!json.is_object() || json.size() != 2)
    return nullptr;
  const auto found = json.find("tag");
  const auto value = json.find("value");
  if (found == json.end() || !found->is_string() || value == json.end())
    return nullptr;
  tag = found->get<std::string>();
  return &*value;
}

class Query {
public:
  Result<bool> match(const Value& value, const Json& query) {
    switch (value.content_case()) {
    case Value::kRecord:
      return record(value.record(), query);
    case Value::kVariant:
      return variant(value, query);
    case Value::kOptional:
      return optional(value, query);
    default:
      return scalar(value, query);
    }
  }

private:
  [[nodiscard]] Status mismatch(const Value& value, const Json& query) const {
    std::string found = api::dump(query);
    if (found.size() > 64)
      found = found.substr(0, 64) + "…";
    return invalid_argument("query" + path_ + ": expected " + kind_of(value) + ", found " + found);
  }

  Result<bool> at(const std::string& member, const Value& value, const Json& query) {
    const std::size_t size = path_.size();
    path_ += "." + member;
    auto result = match(value, query);
    path_.resize(size);
    return result;
  }

  Result<bool> record(const daml::v1::Record& record, const Json& query) {
    if (!query.is_object()) {
      Value value;
      *value.mutable_record() = record;
      return mismatch(value, query);
    }
    bool all = true;
    for (const auto& [name, part] : query.items()) {
      const auto field =
          std::find_if(record.fields().begin(), record.fields().end(),
                       [&name = name](const auto& known) { return known.label() == name; });
      if (field == record.fields().end())
        return invalid_argument("query" + path_ + ": the record has no field \"" + name + "\"");
      // All are looked at, so that whether the query is a good one does not depend on the data.
      TENON_ASSIGN_OR_RETURN(const bool matched, at(name, field->value(), part));
      all = all && matched;
    }
    return all;
  }

  Result<bool> variant(const Value& value, const Json& query) {
    std::string tag;
    const Json* const part = variant_value(query, tag);
    if (part == nullptr)
      return mismatch(value, query);
    if (tag != value.variant().constructor_name())
      return false;
    return at("value", value.variant().value(), *part);
  }

  Result<bool> optional(const Value& value, const Json& query) {
    if (!value.optional().has_value())
      return query.is_null();
    if (query.is_null())
      return false;
    const Value& inner = value.optional().value();
    if (!inner.has_optional())
      return match(inner, query);
    if (!query.is_array() || query.size() > 1)
      return mismatch(inner, query);
    if (query.empty())
      return !inner.optional().has_value();
    return inner.optional().has_value() ? optional(inner, query[0]) : Result<bool>(false);
  }

  Result<bool> range(const Value& value, const Json& query) {
    bool inside = true;
    for (const auto& [name, bound] : query.items()) {
      const auto place = compare(value, bound);
      if (!place)
        return mismatch(value, bound);
      const bool equal = *place == 0;
      const bool less = *place < 0;
      inside = inside && (name == "%lt"    ? less
                          : name == "%lte" ? less || equal
                          : name == "%gt"  ? !less && !equal
                                           : !less);
    }
    return inside;
  }

  Result<bool> scalar(const Value& value, const Json& query) {
    if (is_bounded(value)) {
      if (is_range(query))
        return range(value, query);
      const auto place = compare(value, query);
      return place ? Result<bool>(*place == 0) : mismatch(value, query);
    }
    const std::string* const text = query.get_ptr<const std::string*>();
    switch (value.content_case()) {
    case Value::kParty:
      return text ? Result<bool>(*text == value.party()) : mismatch(value, query);
    case Value::kContract:
      return text ? Result<bool>(*text == value.contract().id()) : mismatch(value, query);
    case Value::kEnumeration:
      return text ? Result<bool>(*text == value.enumeration().constructor_name())
                  : mismatch(value, query);
    case Value::kBoolean:
      return query.is_boolean() ? Result<bool>(query.get<bool>() == value.boolean())
                                : mismatch(value, query);
    case Value::kUnit:
      return query.is_object() && query.empty() ? Result<bool>(true) : mismatch(value, query);
    default:
      return mismatch(value, query);
    }
  }

  std::string path_;
};

Status check_range(const Json& query, const std::string& path) {
  for (const auto& [name, bound] : query.items()) {
    if (!is_operator(name)) {
      return invalid_argument("query" + path + ": \"" + name +
                              "\" cannot stand beside bounds; expected %lt, %lte, %gt or %gte");
    }
    if (!bound.is_string() && !bound.is_number())
      return invalid_argument("query" + path + "." + name + ": expected a string or a number");
  }
  for (const auto& [exclusive, inclusive] : {std::pair("%lt", "%lte"), std::pair("%gt", "%gte")}) {
    if (query.contains(exclusive) && query.contains(inclusive)) {
      return invalid_argument("query" + path + ": only one of " + exclusive + " and " + inclusive +
                              " may be given");
    }
  }
  return {};
}

Status check_part(const Json& query, const std::string& path) {
  if (is_range(query))
    return check_range(query, path);
  if (query.is_object()) {
    for (const auto& [name, part] : query.items())
      TENON_RETURN_IF_ERROR(check_part(part, path + "." + name));
  }
  return {};
}

bool is_equal_record(const daml::v1::Record& record, const Json& json) {
  const auto size = static_cast<std::size_t>(record.fields_size());
  if (json.is_array()) {
    if (json.size() != size)
      return false;
    for (std::size_t i = 0; i < size; ++i) {
      if (!is_equal(record.fields(static_cast<int>(i)).value(), json[i]))
        return false;
    }
    return true;
  }
  if (!json.is_object())
    return false;
  for (const auto& field : record.fields()) {
    const auto found = json.find(field.label());
    const bool absent = found == json.end();
    // What is left out is None.
    if (absent ? !field.value().has_optional() || field.value().optional().has_value()
               : !is_equal(field.value(), *found))
      return false;
  }
  return true;
}

bool is_equal_optional(const daml::v1::Optional& optional, const Json& json) {
  if (!optional.has_value())
    return json.is_null();
  const Value& inner = optional.value();
  if (!inner.has_optional())
    return is_equal(inner, json);
  if (!json.is_array() || json.size() > 1)
    return false;
  if (json.empty())
    return !inner.optional().has_value();
  return inner.optional().has_value() && is_equal_optional(inner.optional(), json[0]);
}

bool is_equal_list(const daml::v1::List& list, const Json& json) {
  if (!json.is_array() || json.size() != static_cast<std::size_t>(list.elements_size()))
    return false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    if (!is_equal(list.elements(static_cast<int>(i)), json[i]))
      return false;
  }
  return true;
}

bool is_equal_text_map(const daml::v1::TextMap& map, const Json& json) {
  if (!json.is_object() || json.size() != static_cast<std::size_t>(map.entries_size()))
    return false;
  for (const auto& entry : map.entries()) {
    const auto found = json.find(entry.key());
    if (found == json.end() || !is_equal(entry.value(), *found))
      return false;
  }
  return true;
}

// Pairs, in any order.
bool is_equal_gen_map(const daml::v1::GenMap& map, const Json& json) {
  if (!json.is_array() || json.size() != static_cast<std::size_t>(map.entries_size()))
    return false;
  for (const auto& entry : map.entries()) {
    const bool there = std::any_of(json.begin(), json.end(), [&](const Json& pair) {
      return pair.is_array() && pair.size() == 2 && is_equal(entry.key(), pair[0]) &&
             is_equal(entry.value(), pair[1]);
    });
    if (!there)
      return false;
  }
  return true;
}

} // namespace

Result<bool> matches(const Value& record, const Json& query) {
  return Query().match(record, query);
}

Status check_query(const Json& query) {
  if (!query.is_object())
    return invalid_argument("query: expected an object");
  for (const auto& [name, part] : query.items())
    TENON_RETURN_IF_ERROR(check_part(part, "." + name));
  return {};
}

bool is_equal(const Value& value, const Json& json) {
  std::string tag;
  switch (value.content_case()) {
  case Value::kRecord:
    return is_equal_record(value.record(), json);
  case Value::kVariant: {
    const Json* const part = variant_value(json, tag);
    return part != nullptr && tag == value.variant().constructor_name() &&
           is_equal(value.variant().value(), *part);
  }
  case Value::kOptional:
    return is_equal_optional(value.optional(), json);
  case Value::kList:
    return is_equal_list(value.list(), json);
  case Value::kTextMap:
    return is_equal_text_map(value.text_map(), json);
  case Value::kGenMap:
    return is_equal_gen_map(value.gen_map(), json);
  default: {
    if (is_range(json))
      return false;
    const auto matched = matches(value, json);
    return matched.ok() && *matched;
  }
  }
}

} // namespace tenon::daml_api::json
