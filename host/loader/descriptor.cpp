#include "loader/descriptor.hpp"

#include <algorithm>
#include <optional>

#include "tenon/abi/api.h"
#include "tenon/abi/consensus.h"
#include "tenon/abi/engine.h"
#include "tenon/abi/store.h"

namespace tenon::host::loader {

namespace {

using Json = nlohmann::json;
using Complaint = std::optional<Refusal>;

Refusal refuse(const std::string& file, std::string what, std::string expected, std::string found) {
  return {RefusalCode::kBadDescriptor,
          file,
          std::move(what),
          std::move(expected),
          std::move(found),
          "correct the descriptor (docs/plugin-abi.md lists its fields) and build again"};
}

Complaint take_string(const Json& json, const char* field, const std::string& file,
                      std::string& out) {
  const auto member = json.find(field);
  if (member == json.end())
    return refuse(file, std::string("its descriptor has no \"") + field + "\"", "a string", "none");
  if (!member->is_string()) {
    return refuse(file, std::string("\"") + field + "\" of its descriptor has the wrong type",
                  "a string", member->type_name());
  }
  out = member->get<std::string>();
  return std::nullopt;
}

Complaint take_ids(const Json& json, const char* field, const std::string& file,
                   std::vector<std::string>& out) {
  const auto member = json.find(field);
  const bool good =
      member != json.end() && member->is_array() &&
      std::all_of(member->begin(), member->end(), [](const Json& id) { return id.is_string(); });
  if (!good) {
    return refuse(file, std::string("\"") + field + "\" of its descriptor is no list of ids",
                  "an array of strings", member == json.end() ? "none" : member->type_name());
  }
  out = member->get<std::vector<std::string>>();
  return std::nullopt;
}

bool good_name(std::string_view name) {
  if (name.empty() || name.size() > 64 || name[0] < 'a' || name[0] > 'z')
    return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

// Depth first counting brackets: the JSON library recurses only when it prints.
bool too_deep(BytesView text) {
  std::size_t depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[')
      depth += 1;
    else if ((c == '}' || c == ']') && depth > 0)
      depth -= 1;
    if (depth > 100)
      return true;
  }
  return false;
}

} // namespace

std::string interface_of_kind(std::string_view kind) {
  if (kind == "store")
    return TENON_STORE_INTERFACE;
  if (kind == "engine")
    return TENON_ENGINE_INTERFACE;
  if (kind == "consensus")
    return TENON_CONSENSUS_INTERFACE;
  if (kind == "api")
    return TENON_API_INTERFACE;
  return {};
}

Checked<Descriptor> parse_descriptor(BytesView text, const std::string& file) {
  if (too_deep(text))
    return refuse(file, "its descriptor is nested too deeply", "at most 100 levels", "more");
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return refuse(file, "its descriptor is not a JSON object", "a JSON object",
                  json.is_discarded() ? "text that is not JSON" : json.type_name());
  }
  Descriptor result;
  for (const auto& [field, target] :
       {std::pair{"name", &result.name}, std::pair{"kind", &result.kind},
        std::pair{"version", &result.version}, std::pair{"summary", &result.summary}}) {
    if (auto refusal = take_string(json, field, file, *target))
      return *refusal;
  }
  for (const auto& [field, target] :
       {std::pair{"needs", &result.needs}, std::pair{"offers", &result.offers}}) {
    if (auto refusal = take_ids(json, field, file, *target))
      return *refusal;
  }
  if (!good_name(result.name))
    return refuse(file, "the plugin's name is malformed", "[a-z][a-z0-9_]*", result.name);
  const std::string required = interface_of_kind(result.kind);
  if (required.empty()) {
    return refuse(file, "the plugin's kind is unknown", "store, engine, consensus or api",
                  result.kind);
  }
  if (std::find(result.offers.begin(), result.offers.end(), required) == result.offers.end()) {
    return Refusal{RefusalCode::kMissingOffer,
                   file,
                   "a plugin of kind " + result.kind + " offers the interface of its kind",
                   required + " under \"offers\"",
                   Json(result.offers).dump(),
                   "add it to the descriptor and answer it in query()"};
  }
  const auto schema = json.find("config_schema");
  if (schema == json.end() || !schema->is_object())
    return refuse(file, "\"config_schema\" of its descriptor is missing", "a JSON Schema", "none");
  result.config_schema = *schema;
  result.text = Bytes(text);
  return result;
}

} // namespace tenon::host::loader
