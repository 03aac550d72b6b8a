// The names of templates and interfaces in requests: "package:Module:Name", where the package may
// be left out as long as one package only has that name. Asks the engine; any thread.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/engine_queries.hpp"
#include "json/answers.hpp"

namespace tenon::daml_api::json {

// The error of a request none of whose names is known; clients look for these words.
inline constexpr const char* kNoTypeResolved = "Cannot resolve any template ID from request";

struct ContractType {
  std::string id; // "package:Module:Name"
  bool is_interface = false;
  std::vector<std::string> templates; // itself, or those that implement it
};

// In the order of the names; nothing for what is not known or could be several.
[[nodiscard]] Read<std::vector<std::optional<ContractType>>>
find_types(const EngineQueries& engine, const std::vector<std::string>& names);

// 400 for what find_types() does not find.
[[nodiscard]] Read<ContractType> require_type_named(const EngineQueries& engine,
                                                    const std::string& name);
[[nodiscard]] Refusal unknown_type(const std::string& name);

// What a query is about: templates, or one interface.
struct WantedTypes {
  std::vector<std::string> ids; // distinct
  std::optional<std::string> interface;
  std::set<std::string, std::less<>> templates; // whose contracts are looked at
  std::vector<std::string> unknown;             // names as given
};

// 400 when nothing is found, with the names as a warning, and when templates and interfaces are
// mixed.
[[nodiscard]] Read<WantedTypes> find_wanted(const EngineQueries& engine,
                                            const std::vector<std::string>& names);

} // namespace tenon::daml_api::json
