#include "json/members.hpp"

#include <algorithm>

namespace tenon::daml_api::json {

namespace {

using api::Json;

constexpr std::size_t kMaxShownBytes = 64;
constexpr std::size_t kMaxTexts = 10'000;

std::string shown(const Json& json) {
  std::string text = api::dump(json);
  return text.size() <= kMaxShownBytes ? text : text.substr(0, kMaxShownBytes) + "…";
}

} // namespace

Read<Members> Members::of(const Json& object, std::string where) {
  if (!object.is_object()) {
    return bad_request((where.empty() ? "the request" : where) + ": expected an object, found " +
                       shown(object));
  }
  return Members(object, where.empty() ? where : where + ".");
}

const Json* Members::find(const char* name) const {
  const auto found = object_->find(name);
  return found == object_->end() || found->is_null() ? nullptr : &*found;
}

Refusal Members::wrong(const char* name, const char* expected, const Json* found) const {
  return bad_request("\"" + where_ + name + "\": expected " + expected + ", found " +
                     (found == nullptr ? "nothing" : shown(*found)));
}

Read<const Json*> Members::required(const char* name) const {
  const auto found = object_->find(name); // null is a value here
  if (found == object_->end())
    return wrong(name, "a value", nullptr);
  return &*found;
}

Read<std::string> Members::text(const char* name) const {
  const Json* const found = find(name);
  if (found == nullptr || !found->is_string())
    return wrong(name, "a string", found);
  return found->get<std::string>();
}

Read<std::optional<std::string>> Members::optional_text(const char* name) const {
  if (find(name) == nullptr)
    return std::optional<std::string>();
  TENON_ASSIGN_OR_RETURN(std::string value, text(name));
  return std::optional<std::string>(std::move(value));
}

Read<std::optional<std::vector<std::string>>> Members::texts(const char* name,
                                                             std::size_t least) const {
  const Json* const found = find(name);
  if (found == nullptr)
    return std::optional<std::vector<std::string>>();
  TENON_ASSIGN_OR_RETURN(auto list, read_texts(*found, "\"" + where_ + name + "\"", least));
  return std::optional<std::vector<std::string>>(std::move(list));
}

std::optional<Refusal> Members::only(std::initializer_list<std::string_view> known) const {
  for (const auto& [name, value] : object_->items()) {
    if (std::find(known.begin(), known.end(), name) != known.end())
      continue;
    std::string all;
    for (const std::string_view member : known)
      all.append(all.empty() ? "" : ", ").append(member);
    return bad_request("\"" + where_ + name + "\" is not known here; expected " + all);
  }
  return std::nullopt;
}

Read<std::vector<std::string>> read_texts(const Json& list, const std::string& where,
                                          std::size_t least) {
  const auto is_text = [](const Json& item) { return item.is_string(); };
  const bool all_texts = list.is_array() && std::all_of(list.begin(), list.end(), is_text);
  if (!all_texts || list.size() < least || list.size() > kMaxTexts) {
    return bad_request(where + ": expected a list of " + std::to_string(least) + " to " +
                       std::to_string(kMaxTexts) + " strings, found " + shown(list));
  }
  return list.get<std::vector<std::string>>();
}

Read<Json> parse_body(std::string_view body) {
  auto json = api::parse_json(body, api::LongNumbers::kAsText);
  if (!json.ok())
    return bad_request("the request is not JSON: " + json.status().message());
  return std::move(*json);
}

} // namespace tenon::daml_api::json
