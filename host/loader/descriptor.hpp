// What a plugin says of itself before its code runs: the JSON object in its ELF note. Made by the
// loader; values only, any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "loader/refusal.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::host::loader {

struct Descriptor {
  std::string name;
  std::string kind; // "store", "engine", "consensus" or "api"
  std::string version;
  std::string summary;
  std::vector<std::string> needs;
  std::vector<std::string> offers;
  nlohmann::json config_schema;
  Bytes text; // as it stands in the note
};

[[nodiscard]] Checked<Descriptor> parse_descriptor(BytesView text, const std::string& file);

// The interface id that a plugin of this kind must offer; empty for an unknown kind.
[[nodiscard]] std::string interface_of_kind(std::string_view kind);

} // namespace tenon::host::loader
