#include "engine/json_requests.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::daml::engine {

using nlohmann::json;

Status bad_command(const std::string& what) {
  return invalid_argument("BAD_COMMAND: " + what);
}

Result<NamedRequest> read_named(BytesView text, const char* known) {
  json root = json::parse(text, nullptr, false);
  if (!root.is_object() || root.size() != 1)
    return bad_command(std::string("expected an object with one member, out of: ") + known);
  return NamedRequest{root.begin().key(), std::move(*root.begin())};
}

Status check_members(const json& object, std::initializer_list<std::string_view> known) {
  if (!object.is_object())
    return bad_command("expected an object");
  for (const auto& [name, value] : object.items()) {
    if (std::find(known.begin(), known.end(), name) != known.end())
      continue;
    std::string all;
    for (const std::string_view member : known)
      all.append(all.empty() ? "" : ", ").append(member);
    return bad_command("unknown member \"" + as_utf8(name) + "\"; known are: " + all);
  }
  return {};
}

Result<const json*> required(const json& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end())
    return bad_command(std::string("expected a member \"") + member + "\"");
  return &*found;
}

Result<std::string> required_text(const json& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end() || !found->is_string())
    return bad_command(std::string("expected a string \"") + member + "\"");
  return found->get<std::string>();
}

Result<std::string> optional_text(const json& object, const char* member) {
  if (!object.contains(member))
    return std::string();
  return required_text(object, member);
}

Result<ContractId> required_contract_id(const json& object) {
  TENON_ASSIGN_OR_RETURN(const std::string text, required_text(object, "contractId"));
  auto id = ContractId::parse(text);
  if (!id.ok())
    return bad_command("\"contractId\": " + id.status().message());
  return id;
}

Result<std::vector<std::string>> text_list(const json& object, const char* member) {
  std::vector<std::string> texts;
  const auto found = object.find(member);
  if (found == object.end())
    return texts;
  if (!found->is_array())
    return bad_command(std::string("\"") + member + "\": expected a list of strings");
  for (const json& text : *found) {
    if (!text.is_string())
      return bad_command(std::string("\"") + member + "\": expected a list of strings");
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

} // namespace tenon::daml::engine
