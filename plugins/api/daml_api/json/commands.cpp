#include "json/commands.hpp"

#include "errors/codes.hpp"
#include "json/command_meta.hpp"
#include "json/contract_json.hpp"
#include "json/contracts.hpp"
#include "json/members.hpp"
#include "json/time_text.hpp"
#include "json/type_names.hpp"
#include "json/value_json.hpp"
#include "services/duplicates.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using api::JsonWriter;
using index::IndexedEvent;

// A command as the engine takes it, {"create": {…}}.
using ReadCommand = Read<Json> (*)(const Parts& parts, const Bearer& bearer, const Json& body);
// Of a transaction as its submitters see it, the result of the request.
using RenderResult = Read<std::string> (*)(const std::vector<const IndexedEvent*>& events,
                                           const std::string& completion_offset);

Read<std::string> template_named(const Parts& parts, const Members& members) {
  TENON_ASSIGN_OR_RETURN(const std::string name, members.text("templateId"));
  TENON_ASSIGN_OR_RETURN(const ContractType type, require_type_named(parts.engine, name));
  if (type.is_interface)
    return bad_request("\"templateId\": expected a template, found the interface " + type.id);
  return type.id;
}

Read<Json> read_create(const Parts& parts, const Bearer&, const Json& body) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  TENON_ASSIGN_OR_RETURN(const std::string type, template_named(parts, members));
  TENON_ASSIGN_OR_RETURN(const Json* const payload, members.required("payload"));
  return Json{{"create", {{"templateId", type}, {"payload", *payload}}}};
}

// Adds choice and argument.
std::optional<Refusal> add_choice(const Members& members, Json& command) {
  const auto choice = members.text("choice");
  if (!choice.ok())
    return choice.status();
  const auto argument = members.required("argument");
  if (!argument.ok())
    return argument.status();
  command["choice"] = *choice;
  command["argument"] = **argument;
  return std::nullopt;
}

// The interface that a request names for its choice; nothing where it names none, or `template_id`
// itself, which is where the choice is looked for otherwise.
Read<std::optional<std::string>> choice_interface(const Parts& parts, const Members& members,
                                                  const std::string& template_id) {
  TENON_ASSIGN_OR_RETURN(const auto name, members.optional_text("choiceInterfaceId"));
  if (!name)
    return std::optional<std::string>();
  TENON_ASSIGN_OR_RETURN(const ContractType type, require_type_named(parts.engine, *name));
  if (type.is_interface)
    return std::optional<std::string>(type.id);
  if (type.id == template_id)
    return std::optional<std::string>();
  return bad_request("\"choiceInterfaceId\": expected an interface or the template of the "
                     "request, found the template " +
                     type.id);
}

Read<Json> read_create_and_exercise(const Parts& parts, const Bearer&, const Json& body) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  TENON_ASSIGN_OR_RETURN(const std::string type, template_named(parts, members));
  TENON_ASSIGN_OR_RETURN(const auto interface, choice_interface(parts, members, type));
  if (interface) {
    return bad_request("\"choiceInterfaceId\": the choice of an interface is exercised on a "
                       "contract that is there: create it first");
  }
  TENON_ASSIGN_OR_RETURN(const Json* const payload, members.required("payload"));
  Json command = {{"templateId", type}, {"payload", *payload}};
  if (auto refusal = add_choice(members, command))
    return *std::move(refusal);
  return Json{{"createAndExercise", std::move(command)}};
}

// The type that the choice of an exercise by id is looked up in.
Read<ContractType> choice_type(const Parts& parts, const Bearer& bearer, const Members& members,
                               const std::string& contract_id) {
  TENON_ASSIGN_OR_RETURN(auto name, members.optional_text("choiceInterfaceId"));
  if (!name) {
    TENON_ASSIGN_OR_RETURN(name, members.optional_text("templateId"));
  }
  if (name)
    return require_type_named(parts.engine, *name);
  TENON_ASSIGN_OR_RETURN(const auto contract,
                         find_contract(parts.index, contract_id, bearer.parties()));
  if (!contract) {
    return bad_request("there is no active contract " + contract_id.substr(0, 200) +
                       " that the token's parties see; say its \"templateId\"");
  }
  return ContractType{contract->created.template_id(), false, {}};
}

// `command` has the choice and its argument.
Read<Json> read_exercise_by_key(const Parts& parts, const Bearer& bearer, const Members& members,
                                const Json& key, Json command) {
  TENON_ASSIGN_OR_RETURN(const std::string type, template_named(parts, members));
  TENON_ASSIGN_OR_RETURN(const auto interface, choice_interface(parts, members, type));
  if (!interface) {
    command["templateId"] = type;
    command["key"] = key;
    return Json{{"exerciseByKey", std::move(command)}};
  }
  // Interfaces have no keys: the choice goes to the contract that has the key now.
  TENON_ASSIGN_OR_RETURN(const auto contract, find_by_key(parts, type, key, bearer.parties()));
  if (!contract)
    return Failure(codes::kContractKeyNotFound, "no active contract of " + type + " has the key");
  command["interfaceId"] = *interface;
  command["contractId"] = *contract;
  return Json{{"exercise", std::move(command)}};
}

Read<Json> read_exercise(const Parts& parts, const Bearer& bearer, const Json& body) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(body));
  TENON_ASSIGN_OR_RETURN(const auto contract_id, members.optional_text("contractId"));
  const Json* const key = members.find("key");
  if (contract_id.has_value() == (key != nullptr))
    return bad_request("expected either a \"contractId\" or a \"key\" with its \"templateId\"");
  Json command = Json::object();
  if (auto refusal = add_choice(members, command))
    return *std::move(refusal);
  if (key != nullptr)
    return read_exercise_by_key(parts, bearer, members, *key, std::move(command));
  TENON_ASSIGN_OR_RETURN(const ContractType type,
                         choice_type(parts, bearer, members, *contract_id));
  command["contractId"] = *contract_id;
  command[type.is_interface ? "interfaceId" : "templateId"] = type.id;
  return Json{{"exercise", std::move(command)}};
}

Failure not_shown(const char* what) {
  return {codes::kLedgerApiInternalError,
          std::string("the transaction was accepted, but shows its submitters no ") + what};
}

Read<std::string> render_create(const std::vector<const IndexedEvent*>& events,
                                const std::string& completion_offset) {
  for (const IndexedEvent* const event : events) {
    if (!event->is_create())
      continue;
    JsonWriter json;
    TENON_RETURN_IF_ERROR(write_created(json, *event, {nullptr, completion_offset}));
    return json.take();
  }
  return not_shown("contract");
}

Read<std::string> render_exercise(const std::vector<const IndexedEvent*>& events,
                                  const std::string& completion_offset) {
  JsonWriter json;
  json.begin_object();
  json.key("completionOffset").string(completion_offset);
  json.key("events").begin_array();
  const IndexedEvent* first = nullptr; // exercise
  for (const IndexedEvent* const event : events) {
    if (event->is_create()) {
      json.begin_object().key("created");
      TENON_RETURN_IF_ERROR(write_created(json, *event));
      json.end_object();
      continue;
    }
    first = first == nullptr ? event : first;
    if (event->is_archive()) {
      json.begin_object().key("archived");
      write_archived(json, *event);
      json.end_object();
    }
  }
  json.end_array();
  if (first == nullptr)
    return not_shown("exercise");
  json.key("exerciseResult");
  TENON_RETURN_IF_ERROR(write_value(json, BytesView(first->event->exercised().result())));
  json.end_object();
  return json.take();
}

Read<std::string> render(const Parts& parts, const SubmissionOutcome& outcome,
                         const std::vector<std::string>& act_as, RenderResult render_result) {
  const auto transaction =
      parts.index.transaction(from_hex(outcome.transaction_id).value_or(Bytes()));
  if (!transaction.ok())
    return transaction.status();
  if (*transaction == nullptr) {
    return Failure(codes::kTransactionNotFound,
                   "the transaction " + outcome.transaction_id +
                       " was accepted, and pruned before its events were read");
  }
  index::Interest submitters;
  for (const std::string& party : act_as)
    submitters.parties[party];
  std::vector<const IndexedEvent*> events;
  for (const IndexedEvent& event : (*transaction)->events) {
    if (index::is_in_tree(event, submitters))
      events.push_back(&event);
  }
  return render_result(events, offset_text(outcome.offset));
}

void answer(const Parts& parts, const ExchangePtr& exchange, const SubmissionOutcome& outcome,
            const std::vector<std::string>& act_as, RenderResult render_result) {
  const auto result = render(parts, outcome, act_as, render_result);
  if (result.ok())
    exchange->result(*result);
  else
    exchange->refuse(result.status());
}

Read<CommandSubmission> read_submission(const Parts& parts, const Exchange& exchange,
                                        ReadCommand read_command) {
  TENON_ASSIGN_OR_RETURN(const Json body, parse_body(exchange.body));
  TENON_ASSIGN_OR_RETURN([[maybe_unused]] const Members object, Members::of(body));
  TENON_ASSIGN_OR_RETURN(CommandEnvelope envelope, read_envelope(parts, *exchange.bearer, body));
  TENON_ASSIGN_OR_RETURN(Json command, read_command(parts, *exchange.bearer, body));
  // What this participant has pruned its parties use no more.
  const std::int64_t pruned_us = parts.index.extent().divulgence_pruned_us;
  if (!envelope.disclosed.is_null() || pruned_us != 0) {
    Json several = {{"commands", Json::array({std::move(command)})}};
    if (!envelope.disclosed.is_null())
      several["disclosedContracts"] = std::move(envelope.disclosed);
    if (pruned_us != 0)
      several["divulgedAfter"] = timestamp_text(pruned_us);
    command = Json{{"commands", std::move(several)}};
  }
  envelope.submission.json = api::dump(command);
  return std::move(envelope.submission);
}

void submit(const Parts& parts, const ExchangePtr& exchange, ReadCommand read_command,
            RenderResult render_result) {
  auto submission = read_submission(parts, *exchange, read_command);
  if (!submission.ok())
    return exchange->refuse(submission.status());
  const std::vector<std::string> act_as = submission->act_as;
  parts.submitter.submit(
      *std::move(submission), exchange->call(),
      [&parts, exchange, act_as, render_result](const SubmissionOutcome& outcome) {
        if (!outcome.outcome.ok()) {
          return explain_refusal(parts.index, parts.waiter, outcome.outcome.failure(),
                                 [exchange](const Failure& failure) { exchange->refuse(failure); });
        }
        parts.waiter.when_reached(
            outcome.offset,
            [&parts, exchange, outcome, act_as, render_result](const Outcome& reached) {
              if (reached.ok())
                answer(parts, exchange, outcome, act_as, render_result);
              else
                exchange->refuse(reached.failure());
            });
      });
}

} // namespace

void create(const Parts& parts, const ExchangePtr& exchange) {
  submit(parts, exchange, read_create, render_create);
}

void exercise(const Parts& parts, const ExchangePtr& exchange) {
  submit(parts, exchange, read_exercise, render_exercise);
}

void create_and_exercise(const Parts& parts, const ExchangePtr& exchange) {
  submit(parts, exchange, read_create_and_exercise, render_exercise);
}

} // namespace tenon::daml_api::json
