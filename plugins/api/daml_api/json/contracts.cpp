#include "json/contracts.hpp"

#include <algorithm>

#include "errors/codes.hpp"
#include "json/contract_json.hpp"
#include "json/interface_views.hpp"
#include "json/members.hpp"
#include "json/type_names.hpp"
#include "json/value_json.hpp"
#include "json/value_match.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using api::JsonWriter;

constexpr index::PageLimit kPage = {1000, 4 * 1024 * 1024};
constexpr unsigned kPartly = 501; // a result with errors beside it

struct ContractQuery {
  index::Interest interest;
  std::optional<std::string> interface;
  Json query = Json::object();
  std::vector<std::string> unknown;
};

// Active contracts that match, one after the other, as the elements of a list.
class QueryResult {
public:
  QueryResult(const Parts& parts, const JsonLimits& limits, const ContractQuery& query)
      : parts_(parts), limits_(limits), query_(query) {}

  Read<std::string> run() {
    json_.begin_array();
    // Parties without templates would mean all of them.
    if (!query_.interest.parties.empty()) {
      const std::uint64_t at = parts_.index.extent().end;
      TENON_ASSIGN_OR_RETURN(const auto contracts,
                             parts_.index.active_contracts(query_.interest, at));
      while (true) {
        TENON_ASSIGN_OR_RETURN(const auto page, contracts->next(kPage));
        if (page.empty())
          break;
        if (auto refusal = add(page))
          return *std::move(refusal);
      }
    }
    json_.end_array();
    return json_.take();
  }
  // Of contracts that match perhaps and are not shown.
  [[nodiscard]] const std::vector<std::string>& errors() const { return errors_; }

private:
  std::optional<Refusal> add(const std::vector<index::ActiveContract>& page) {
    std::vector<const index::IndexedEvent*> created;
    for (const auto& contract : page)
      created.push_back(&contract.created);
    std::vector<std::optional<InterfaceView>> views(page.size());
    if (query_.interface) {
      auto found = views_of(parts_.engine, *query_.interface, created);
      if (!found.ok())
        return found.status();
      views = *std::move(found);
    }
    for (std::size_t i = 0; i < page.size(); ++i) {
      if (query_.interface && !views[i]) {
        // The others are shown all the same.
        errors_.push_back("the view of contract " + created[i]->contract_id + " through " +
                          *query_.interface + " could not be computed");
        continue;
      }
      if (auto refusal = add(*created[i], views[i] ? &*views[i] : nullptr))
        return refusal;
    }
    return std::nullopt;
  }

  std::optional<Refusal> add(const index::IndexedEvent& created, const InterfaceView* view) {
    if (!query_.query.empty()) {
      const BytesView payload =
          view != nullptr ? view->value : created.event->created().argument();
      const auto value = parse_value(payload);
      if (!value.ok())
        return Refusal(Failure::from_status(value.status()));
      const auto matched = matches(*value, query_.query);
      if (!matched.ok())
        return bad_request(matched.status().message());
      if (!*matched)
        return std::nullopt;
    }
    if (const Status status = write_created(json_, created, {view, {}}); !status.ok())
      return Refusal(Failure::from_status(status));
    if (json_.size() > limits_.result_bytes) {
      return Refusal(413, "the result is larger than " + std::to_string(limits_.result_bytes) +
                              " bytes: narrow the query, or stream it from /v1/stream/query");
    }
    return std::nullopt;
  }

  const Parts& parts_;
  const JsonLimits& limits_;
  const ContractQuery& query_;
  JsonWriter json_;
  std::vector<std::string> errors_;
};

Read<ContractQuery> read_query(const Parts& parts, const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  if (auto refusal = members.only({"templateIds", "query", "readers"}))
    return *std::move(refusal);
  TENON_ASSIGN_OR_RETURN(const auto names, members.texts("templateIds", 1));
  if (!names)
    return bad_request("\"templateIds\": expected a list of at least one, found nothing");
  ContractQuery query;
  if (const Json* const found = members.find("query"))
    query.query = *found;
  if (const Status status = check_query(query.query); !status.ok())
    return bad_request(status.message());
  TENON_ASSIGN_OR_RETURN(const auto readers, read_readers(members, *exchange.bearer));
  TENON_ASSIGN_OR_RETURN(WantedTypes wanted, find_wanted(parts.engine, *names));
  query.interface = std::move(wanted.interface);
  query.unknown = std::move(wanted.unknown);
  query.interest = interest_in(readers, wanted.templates);
  return query;
}

void answer(const Parts& parts, const JsonLimits& limits, const Exchange& exchange,
            const ContractQuery& query) {
  QueryResult contracts(parts, limits, query);
  const auto result = contracts.run();
  if (!result.ok())
    return exchange.refuse(result.status());
  if (contracts.errors().empty())
    return exchange.result(*result, warnings_text("unknownTemplateIds", query.unknown));
  JsonWriter json;
  json.begin_object().key("errors").begin_array();
  for (const std::string& error : contracts.errors())
    json.string(error);
  json.end_array().key("result").raw(*result);
  json.key("status").integer(kPartly).end_object();
  exchange.respond(json_response(kPartly, json.take()));
}

// As a contract, or null.
Read<std::string> render(const Parts& parts, const std::optional<index::ActiveContract>& contract,
                         const std::optional<ContractType>& type) {
  if (!contract || (type && std::find(type->templates.begin(), type->templates.end(),
                                      contract->created.template_id()) == type->templates.end()))
    return std::string("null");
  JsonWriter json;
  if (!type || !type->is_interface) {
    TENON_RETURN_IF_ERROR(write_created(json, contract->created));
    return json.take();
  }
  TENON_ASSIGN_OR_RETURN(const auto views,
                         views_of(parts.engine, type->id, {&contract->created}));
  if (!views.front())
    return Failure(codes::kInterpretationUserError, "the contract's view could not be computed");
  TENON_RETURN_IF_ERROR(write_created(json, contract->created, {&*views.front(), {}}));
  return json.take();
}

Read<std::string> fetch_by_key(const Parts& parts, const Members& members, const Json& key,
                               const std::vector<std::string>& readers) {
  TENON_ASSIGN_OR_RETURN(const std::string name, members.text("templateId"));
  TENON_ASSIGN_OR_RETURN(const ContractType type, require_type_named(parts.engine, name));
  if (type.is_interface)
    return bad_request("\"templateId\": expected a template, found the interface " + type.id);
  TENON_ASSIGN_OR_RETURN(const auto contract_id, find_by_key(parts, type.id, key, readers));
  if (!contract_id)
    return std::string("null");
  TENON_ASSIGN_OR_RETURN(const auto contract, find_contract(parts.index, *contract_id, readers));
  return render(parts, contract, std::nullopt);
}

Read<std::string> fetch_by_id(const Parts& parts, const Members& members,
                              const std::vector<std::string>& readers) {
  TENON_ASSIGN_OR_RETURN(const std::string contract_id, members.text("contractId"));
  TENON_ASSIGN_OR_RETURN(const auto name, members.optional_text("templateId"));
  std::optional<ContractType> type;
  if (name) {
    TENON_ASSIGN_OR_RETURN(const auto types, find_types(parts.engine, {*name}));
    if (!types.front())
      return std::string("null"); // there can be no contract of it
    type = types.front();
  }
  TENON_ASSIGN_OR_RETURN(const auto contract, find_contract(parts.index, contract_id, readers));
  return render(parts, contract, type);
}

Read<std::string> fetched(const Parts& parts, const Exchange& exchange) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  TENON_ASSIGN_OR_RETURN(const auto readers, read_readers(members, *exchange.bearer));
  const bool by_id = members.find("contractId") != nullptr;
  const Json* const key = members.find("key");
  if (by_id == (key != nullptr))
    return bad_request("expected either a \"contractId\" or a \"key\" with its \"templateId\"");
  return by_id ? fetch_by_id(parts, members, readers)
               : fetch_by_key(parts, members, *key, readers);
}

} // namespace

Read<std::optional<index::ActiveContract>> find_contract(index::LedgerIndex& index,
                                                         const std::string& contract_id,
                                                         const std::vector<std::string>& parties) {
  if (!is_contract_id(contract_id))
    return bad_request("\"contractId\": " + contract_id_flaw(contract_id));
  auto events = index.contract_events(contract_id);
  if (!events.ok())
    return events.status();
  if (!events->created || events->archived_at != 0)
    return std::optional<index::ActiveContract>();
  for (const std::string& party : parties) {
    if (events->created->created.has_stakeholder(party))
      return std::move(events->created);
  }
  return std::optional<index::ActiveContract>();
}

Read<std::optional<std::string>> find_by_key(const Parts& parts, const std::string& template_id,
                                             const Json& key,
                                             const std::vector<std::string>& parties) {
  tenon::v1::QueryRequest request;
  request.set_engine(parts.engine.engine());
  for (const std::string& party : parties)
    request.add_parties(party);
  const Json asked = {{"contractByKey", {{"templateId", template_id}, {"key", key}}}};
  request.set_request(api::dump(asked));
  const auto response = parts.ledger.query(request);
  if (!response.ok()) {
    if (response.status().code() == Code::kNotFound)
      return std::optional<std::string>();
    return response.status();
  }
  const Json contract = Json::parse(response->response(), nullptr, false);
  std::string id = contract.is_object() ? api::text_member(contract, "contractId") : std::string();
  if (id.empty())
    return Failure(codes::kLedgerApiInternalError, "the engine's answer names no contract");
  return std::optional<std::string>(std::move(id));
}

Read<std::vector<std::string>> read_readers(const Members& members, const Bearer& bearer) {
  TENON_ASSIGN_OR_RETURN(const auto readers, members.texts("readers", 1));
  if (!readers)
    return bearer.parties();
  for (const std::string& party : *readers) {
    if (!bearer.act_as.contains(party) && !bearer.read_as.contains(party))
      return unauthorized("the token does not let its bearer read as \"" + party + "\"");
  }
  return *readers;
}

index::Interest interest_in(const std::vector<std::string>& parties,
                            const index::Interest::Templates& templates) {
  index::Interest interest;
  if (templates.empty())
    return interest;
  for (const std::string& party : parties)
    interest.parties[party] = templates;
  return interest;
}

void fetch(const Parts& parts, const ExchangePtr& exchange) {
  const auto result = fetched(parts, *exchange);
  if (result.ok())
    exchange->result(*result);
  else
    exchange->refuse(result.status());
}

void query(const Parts& parts, const JsonLimits& limits, const ExchangePtr& exchange) {
  const auto read = read_query(parts, *exchange);
  if (!read.ok())
    return exchange->refuse(read.status());
  answer(parts, limits, *exchange, *read);
}

void query_all(const Parts& parts, const JsonLimits& limits, const ExchangePtr& exchange) {
  ContractQuery all;
  for (const std::string& party : exchange->bearer->parties())
    all.interest.parties[party];
  answer(parts, limits, *exchange, all);
}

} // namespace tenon::daml_api::json
