#include "body_reader.hpp"

#include <algorithm>

#include "names.hpp"
#include "router.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::api::rest {

BodyReader::BodyReader(std::string_view text) {
  auto parsed = parse_json(text);
  if (!parsed.ok())
    problem_ = bad_request("INVALID_JSON", "body: " + parsed.status().message());
  else if (!parsed->is_object())
    problem_ = bad_request("INVALID_BODY",
                           std::string("body: expected an object, found ") + parsed->type_name());
  else
    object_ = std::move(*parsed);
}

BodyReader::BodyReader(const Json& object, std::string where) : where_(std::move(where)) {
  if (object.is_object())
    object_ = object;
  else
    problem_ =
        bad_request("INVALID_BODY", where_ + ": expected an object, found " + object.type_name());
}

const Json* BodyReader::member(std::string_view name) {
  asked_.push_back(name);
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

void BodyReader::fail(std::string_view name, const std::string& expected, const Json* found) {
  if (problem_)
    return;
  std::string shown = found == nullptr ? "nothing" : dump(*found);
  if (shown.size() > 80)
    shown = shown.substr(0, 77) + "...";
  problem_ = bad_request("INVALID_BODY", where_ + "." + std::string(name) + ": expected " +
                                             expected + ", found " + shown);
}

std::string BodyReader::check(const Json& value, std::string_view name, ValueKind kind) {
  if (!value.is_string() || !is_valid(kind, value.get_ref<const std::string&>())) {
    fail(name, std::string(expected_form(kind)), &value);
    return {};
  }
  return value.get<std::string>();
}

std::string BodyReader::text(std::string_view name, ValueKind kind, bool required) {
  const Json* const value = member(name);
  if (value != nullptr)
    return check(*value, name, kind);
  if (required)
    fail(name, std::string(expected_form(kind)), nullptr);
  return {};
}

std::string BodyReader::free_text(std::string_view name, std::size_t max_bytes) {
  const Json* const value = member(name);
  if (value == nullptr)
    return {};
  if (value->is_string() && value->get_ref<const std::string&>().size() <= max_bytes)
    return value->get<std::string>();
  fail(name, "a text of at most " + std::to_string(max_bytes) + " bytes", value);
  return {};
}

std::uint64_t BodyReader::number(std::string_view name, std::uint64_t otherwise,
                                 std::uint64_t max) {
  const Json* const value = member(name);
  if (value == nullptr)
    return otherwise;
  std::optional<std::uint64_t> number;
  if (value->is_number_unsigned())
    number = value->get<std::uint64_t>();
  else if (value->is_string())
    number = parse_u64(value->get_ref<const std::string&>());
  if (number && *number <= max)
    return *number;
  fail(name, "a whole number from 0 to " + std::to_string(max) + ", as a number or decimal string",
       value);
  return otherwise;
}

std::string BodyReader::object_text(std::string_view name) {
  const Json* const value = member(name);
  if (value == nullptr)
    return "{}";
  if (value->is_object())
    return dump(*value);
  fail(name, "an object", value);
  return "{}";
}

std::optional<std::vector<std::string>> BodyReader::list(std::string_view name, ValueKind kind,
                                                         std::size_t max_items) {
  const Json* const value = member(name);
  if (value == nullptr)
    return std::nullopt;
  std::vector<std::string> items;
  if (!value->is_array() || value->empty() || value->size() > max_items) {
    fail(name, "a list of 1 to " + std::to_string(max_items) + " items", value);
    return items;
  }
  for (const Json& item : *value) {
    items.push_back(check(item, name, kind));
    if (std::count(items.begin(), items.end(), items.back()) > 1 && !problem_)
      fail(name, "no item twice", &item);
  }
  return items;
}

std::optional<Problem> BodyReader::finish() {
  if (problem_)
    return problem_;
  for (const auto& [name, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end())
      continue;
    return bad_request("UNKNOWN_MEMBER", where_ + ": the member '" + name.substr(0, 80) +
                                             "' is not known here; expected some of " +
                                             listed(asked_) + did_you_mean(name, asked_));
  }
  return std::nullopt;
}

} // namespace tenon::api::rest
