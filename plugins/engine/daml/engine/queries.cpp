#include "engine/queries.hpp"

#include <algorithm>

#include "engine/events.hpp"
#include "engine/json_commands.hpp"
#include "engine/json_values.hpp"
#include "engine/labels.hpp"
#include "engine/state_keys.hpp"
#include "engine/views.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml::engine {

namespace {

using nlohmann::json;

constexpr const char* kKnownRequests =
    "activeContracts, contract, contractByKey, packages, package";
constexpr std::size_t kDefaultPage = 100;
constexpr std::size_t kLargestPage = 1000;
constexpr std::size_t kMaxTemplates = 1000;

Result<std::size_t> page_limit(const json& body) {
  const json limit = body.value("limit", json(kDefaultPage));
  if (!limit.is_number_unsigned() || limit == 0u || limit > kLargestPage)
    return bad_command("\"limit\": expected 1 to " + std::to_string(kLargestPage));
  return limit.get<std::size_t>();
}

class Query {
public:
  Query(PackageLibrary& library, const Settings& settings, const plugin::StateView& view,
        std::span<const std::string> parties)
      : library_(library), view_(view), parties_(parties), views_(library.store(), settings) {}

  Result<json> run(const NamedRequest& request) {
    if (request.name == "activeContracts")
      return active_contracts(request.body);
    if (request.name == "contract")
      return contract(request.body);
    if (request.name == "contractByKey")
      return contract_by_key(request.body);
    if (request.name == "packages")
      return packages(request.body);
    if (request.name == "package")
      return package(request.body);
    return bad_command("unknown request \"" + as_utf8(request.name) +
                       "\"; known are: " + kKnownRequests);
  }

private:
  // What the parties may see; nothing for the rest, which tells nothing about it.
  Result<std::optional<Bytes>> get_visible(BytesView key) {
    auto bytes = view_.get(key);
    if (bytes.status().code() == Code::kPermissionDenied && !bytes.status().fault())
      return std::optional<Bytes>();
    return bytes;
  }

  Result<std::optional<v1::Contract>> find(BytesView id) {
    TENON_ASSIGN_OR_RETURN(const auto bytes,
                           get_visible(Bytes(keys::kContracts).append(id)));
    if (!bytes)
      return std::optional<v1::Contract>();
    TENON_ASSIGN_OR_RETURN(v1::Contract record, read_record(*bytes));
    return std::optional(std::move(record));
  }

  Result<json> contract(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"contractId"}));
    TENON_ASSIGN_OR_RETURN(const ContractId id, required_contract_id(body));
    TENON_ASSIGN_OR_RETURN(const auto record, find(id.bytes()));
    if (!record) {
      return not_found("CONTRACT_NOT_FOUND: there is no active contract " + id.to_text() +
                       " that the asking parties may see");
    }
    return contract_to_json(*record);
  }

  Result<json> contract_by_key(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"templateId", "key"}));
    TENON_ASSIGN_OR_RETURN(const std::string text, required_text(body, "templateId"));
    TENON_ASSIGN_OR_RETURN(const Identifier type, read_type(library_, view_, text));
    TENON_ASSIGN_OR_RETURN(const json* const given, required(body, "key"));
    TENON_ASSIGN_OR_RETURN(const Value key, read_key(library_, type, *given));
    TENON_ASSIGN_OR_RETURN(const auto* const code, library_.store().contract(type));
    auto global = ledger::GlobalKey::make(type, code->package_name, key);
    if (!global.ok())
      return bad_command("\"key\": " + global.status().message());
    const Status unknown =
        not_found("CONTRACT_KEY_NOT_FOUND: there is no active contract with that key of " +
                  type.to_text() + " that the asking parties may see");
    TENON_ASSIGN_OR_RETURN(const auto id, get_visible(keys::contract_key(global->hash)));
    if (!id)
      return unknown;
    TENON_ASSIGN_OR_RETURN(const auto record, find(*id));
    if (!record)
      return unknown;
    return contract_to_json(*record);
  }

  // The templates that are asked for, by the hashes that the index knows them by; with the
  // interface by which each was found, if any.
  struct Wanted {
    std::string template_id;
    std::vector<Identifier> interfaces;
  };
  using Filter = std::map<Hash, Wanted>;

  Result<Filter> read_filter(const json& body) {
    Filter filter;
    TENON_ASSIGN_OR_RETURN(const auto templates, text_list(body, "templateIds"));
    TENON_ASSIGN_OR_RETURN(const auto interfaces, text_list(body, "interfaceIds"));
    if (templates.size() + interfaces.size() > kMaxTemplates)
      return bad_command("expected at most " + std::to_string(kMaxTemplates) +
                         " templates and interfaces");
    for (const std::string& text : templates) {
      TENON_ASSIGN_OR_RETURN(const Identifier type, read_type(library_, view_, text));
      TENON_RETURN_IF_ERROR(library_.store().contract(type).status());
      filter[keys::template_hash(type.to_text())].template_id = type.to_text();
    }
    for (const std::string& text : interfaces) {
      TENON_ASSIGN_OR_RETURN(const Identifier type, read_type(library_, view_, text));
      TENON_RETURN_IF_ERROR(add_implementing(type, filter));
    }
    return filter;
  }

  // All templates of the ledger's packages that are instances of the interface.
  Status add_implementing(const Identifier& interface_id, Filter& filter) {
    TENON_RETURN_IF_ERROR(library_.store().interface(interface_id).status());
    TENON_ASSIGN_OR_RETURN(const auto catalog, library_.catalog(view_));
    for (const std::string& name : PackageLibrary::implementing(catalog, interface_id.to_text())) {
      Wanted& wanted = filter[keys::template_hash(name)];
      wanted.template_id = name;
      wanted.interfaces.push_back(interface_id);
    }
    return {};
  }

  // What one party's index has behind `after`, at most `limit` places.
  Status scan_places(const std::string& party, const Hash* only, const Bytes& after,
                     std::size_t limit, std::set<Bytes>& places) {
    const Bytes prefix = only == nullptr ? keys::active(party) : keys::active(party, *only);
    const std::size_t at = keys::active(party).size();
    Bytes begin = prefix;
    if (!after.empty())
      begin = std::max(begin, keys::active(party) + after + '\0');
    std::size_t taken = 0;
    return view_.scan_index(begin, prefix_end(prefix), [&](BytesView key, BytesView) {
      places.emplace(key.substr(at));
      return ++taken < limit;
    });
  }

  // Places from all parties in one order; each party gives as many as fit on the page and one more,
  // which says whether there is more.
  Result<json> active_contracts(const json& body) {
    TENON_RETURN_IF_ERROR(
        check_members(body, {"templateIds", "interfaceIds", "after", "limit"}));
    TENON_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(body));
    TENON_ASSIGN_OR_RETURN(const std::string after_text, optional_text(body, "after"));
    const auto after = from_hex(after_text);
    if (!after)
      return bad_command("\"after\": expected what an earlier page gave as \"next\"");
    const bool filtered = body.contains("templateIds") || body.contains("interfaceIds");
    TENON_ASSIGN_OR_RETURN(const Filter filter, read_filter(body));
    std::set<Bytes> places;
    for (const std::string& party : parties_) {
      if (!filtered)
        TENON_RETURN_IF_ERROR(scan_places(party, nullptr, *after, limit + 1, places));
      for (const auto& [hash, wanted] : filter)
        TENON_RETURN_IF_ERROR(scan_places(party, &hash, *after, limit + 1, places));
    }
    json contracts = json::array();
    Bytes last;
    for (const Bytes& place : places) {
      if (contracts.size() == limit)
        break;
      TENON_ASSIGN_OR_RETURN(const auto record, find(BytesView(place).substr(Hash::kSize)));
      if (!record)
        return fault("the index names an active contract that is not there");
      TENON_ASSIGN_OR_RETURN(json object, contract_to_json(*record));
      const auto wanted = filter.find(Hash::from_view(BytesView(place).substr(0, Hash::kSize)));
      if (wanted != filter.end())
        TENON_RETURN_IF_ERROR(add_views(*record, wanted->second.interfaces, object));
      contracts.push_back(std::move(object));
      last = place;
    }
    const bool more = places.size() > contracts.size();
    return json{{"contracts", std::move(contracts)}, {"next", more ? json(to_hex(last)) : json()}};
  }

  // What each interface shows of the contract. A view that fails is told as its error.
  Status add_views(const v1::Contract& record, const std::vector<Identifier>& interfaces,
                   json& object) {
    if (interfaces.empty())
      return {};
    TENON_ASSIGN_OR_RETURN(const auto instance, instance_of(record));
    for (const Identifier& interface_id : interfaces) {
      TENON_ASSIGN_OR_RETURN(const auto made, views_.make(interface_id, instance.template_id,
                                                          instance.argument));
      json& view = object["interfaceViews"][interface_id.to_text()];
      if (const auto* const value = std::get_if<Value>(&made))
        view = {{"value", value_to_json(*value)}};
      else
        view = {{"error", std::get<std::string>(made)}};
    }
    return {};
  }

  static json info_json(std::string_view id, const v1::PackageInfo& info) {
    json dependencies = json::array();
    for (const std::string& dependency : info.dependencies())
      dependencies.push_back(dependency);
    return {{"packageId", id},
            {"name", info.name()},
            {"version", info.version()},
            {"languageVersion", info.language_version()},
            {"size", info.size()},
            {"source", info.source()},
            {"knownSince", rfc3339(static_cast<std::uint64_t>(info.known_since_us()))},
            {"dependencies", std::move(dependencies)}};
  }

  Result<json> packages(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"after", "limit"}));
    TENON_ASSIGN_OR_RETURN(const std::size_t limit, page_limit(body));
    TENON_ASSIGN_OR_RETURN(const std::string after, optional_text(body, "after"));
    const Bytes begin =
        after.empty() ? Bytes(keys::kInfos) : keys::package_info(after) + '\0';
    json list = json::array();
    std::string last;
    bool more = false;
    bool malformed = false;
    TENON_RETURN_IF_ERROR(
        view_.scan(begin, prefix_end(keys::kInfos), [&](BytesView key, BytesView value) {
          more = list.size() == limit;
          v1::PackageInfo info;
          malformed = !info.ParseFromArray(value.data(), static_cast<int>(value.size()));
          if (more || malformed)
            return false;
          last = std::string(key.substr(keys::kInfos.size()));
          list.push_back(info_json(last, info));
          return true;
        }));
    if (malformed)
      return data_loss("the record of a package is malformed");
    return json{{"packages", std::move(list)}, {"next", more ? json(last) : json()}};
  }

  Result<json> package(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"packageId", "payload"}));
    TENON_ASSIGN_OR_RETURN(const std::string id, required_text(body, "packageId"));
    TENON_ASSIGN_OR_RETURN(const auto info, PackageLibrary::info(view_, id));
    if (!info)
      return not_found("PACKAGE_NOT_FOUND: the ledger has no package " + as_utf8(id));
    json object = info_json(id, *info);
    if (body.value("payload", json(false)) == true) {
      TENON_ASSIGN_OR_RETURN(const auto payload, view_.get(keys::package(id)));
      if (!payload)
        return data_loss("the payload of package " + id + " is not there");
      object["payload"] = to_base64(*payload);
    }
    return object;
  }

  PackageLibrary& library_;
  const plugin::StateView& view_;
  std::span<const std::string> parties_;
  ViewMaker views_;
};

} // namespace

Result<Bytes> answer_query(PackageLibrary& library, const Settings& settings,
                           const plugin::StateView& view, BytesView request,
                           std::span<const std::string> parties) {
  TENON_ASSIGN_OR_RETURN(const NamedRequest named, read_named(request, kKnownRequests));
  TENON_ASSIGN_OR_RETURN(const json answer, Query(library, settings, view, parties).run(named));
  return answer.dump();
}

} // namespace tenon::daml::engine
