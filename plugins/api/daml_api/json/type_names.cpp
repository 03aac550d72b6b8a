#include "json/type_names.hpp"

#include <algorithm>

namespace tenon::daml_api::json {

namespace {

// As the engine asks for it: ":Module:Name" for that of whichever package.
Read<std::string> engine_name(const std::string& name) {
  const auto colons = std::count(name.begin(), name.end(), ':');
  const bool parts_empty = name.starts_with(':') || name.ends_with(':') ||
                           name.find("::") != std::string::npos;
  if (parts_empty || colons < 1 || colons > 2) {
    return bad_request("expected a template or interface, package:Module:Name, found \"" + name +
                       "\"");
  }
  return colons == 1 ? ":" + name : name;
}

std::optional<ContractType> only_one(const daml::engine::v1::NamedTypes& found, bool by_name) {
  // Of packages of one name, the newest is meant.
  const bool newest = by_name && found.templates_size() > 0;
  if (!newest && found.templates_size() + found.interfaces_size() != 1)
    return std::nullopt;
  if (found.templates_size() > 0)
    return ContractType{found.templates(0), false, {found.templates(0)}};
  return ContractType{found.interfaces(0),
                      true,
                      {found.implementing().begin(), found.implementing().end()}};
}

} // namespace

Read<std::vector<std::optional<ContractType>>> find_types(const EngineQueries& engine,
                                                          const std::vector<std::string>& names) {
  std::vector<std::string> asked;
  for (const std::string& name : names) {
    TENON_ASSIGN_OR_RETURN(std::string as_asked, engine_name(name));
    asked.push_back(std::move(as_asked));
  }
  const auto response = engine.types(asked);
  if (!response.ok())
    return response.failure();
  std::vector<std::optional<ContractType>> types;
  for (std::size_t i = 0; i < asked.size(); ++i)
    types.push_back(only_one(response->types(static_cast<int>(i)), asked[i].starts_with('#')));
  return types;
}

Refusal unknown_type(const std::string& name) {
  return bad_request("no template or interface is named \"" + name +
                     "\", or more than one is: give its package, package:Module:Name");
}

Read<ContractType> require_type_named(const EngineQueries& engine, const std::string& name) {
  TENON_ASSIGN_OR_RETURN(auto types, find_types(engine, {name}));
  if (!types.front())
    return unknown_type(name);
  return *std::move(types.front());
}

Read<WantedTypes> find_wanted(const EngineQueries& engine, const std::vector<std::string>& names) {
  TENON_ASSIGN_OR_RETURN(const auto types, find_types(engine, names));
  WantedTypes wanted;
  std::set<std::string> interfaces;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!types[i]) {
      wanted.unknown.push_back(names[i]);
      continue;
    }
    ids.insert(types[i]->id);
    if (types[i]->is_interface)
      interfaces.insert(types[i]->id);
    wanted.templates.insert(types[i]->templates.begin(), types[i]->templates.end());
  }
  if (ids.empty()) {
    api::Json warnings = api::Json::object();
    warnings["unknownTemplateIds"] = wanted.unknown;
    return bad_request(kNoTypeResolved)
        .warning(std::move(warnings));
  }
  if (!interfaces.empty() && ids.size() > 1) {
    return bad_request("a query is about templates, or about one interface and nothing else");
  }
  wanted.ids.assign(ids.begin(), ids.end());
  if (!interfaces.empty())
    wanted.interface = *interfaces.begin();
  return wanted;
}

} // namespace tenon::daml_api::json
