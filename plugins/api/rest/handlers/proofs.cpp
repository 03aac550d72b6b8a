// /v1/proofs: values with everything an outsider needs to check them offline.
#include "handlers/answer.hpp"
#include "handlers/handlers.hpp"
#include "names.hpp"
#include "rendering.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/ics23_form.hpp"

namespace tenon::api::rest::handlers {

namespace {

constexpr std::size_t kMaxKeys = 256;
constexpr std::size_t kMaxKeyBytes = 1024;
constexpr std::size_t kMaxParties = 64;

void read_keys(BodyReader& body, const Json& keys, v1::ProofRequest& request) {
  if (!keys.is_array() || keys.empty() || keys.size() > kMaxKeys)
    return body.fail("keys", "a list of 1 to " + std::to_string(kMaxKeys) + " keys", &keys);
  for (const Json& key : keys) {
    const auto bytes = key.is_string() ? from_hex(key.get_ref<const std::string&>()) : std::nullopt;
    if (!bytes || bytes->empty() || bytes->size() > kMaxKeyBytes)
      return body.fail("keys", "a key of 1 to 1024 bytes in hex, engine prefix included", &key);
    request.mutable_keys()->add_keys(*bytes);
  }
}

std::optional<Problem> read_query(const Json& query, const std::string& engine,
                                  v1::ProofRequest& request) {
  BodyReader reader(query, "body.query");
  const std::string instance = reader.text("instance", ValueKind::kInstance, true);
  const std::string function = reader.text("function", ValueKind::kText, true);
  const std::string arguments = reader.object_text("arguments");
  if (auto problem = reader.finish())
    return problem;
  JsonWriter json;
  json.begin_object().key("call").begin_object();
  json.key("instance").string(instance);
  json.key("function").string(function);
  json.key("arguments").raw(arguments);
  json.end_object().end_object();
  request.mutable_query()->set_engine(engine);
  request.mutable_query()->set_request(json.take());
  return std::nullopt;
}

// What is to be proved, from the body; the scope is filled in by the caller.
std::optional<Problem> read_request(const Context& context, BodyReader& body,
                                    std::optional<std::vector<std::string>>& parties,
                                    v1::ProofRequest& request) {
  const Json* const keys = body.member("keys");
  const Json* const query = body.member("query");
  parties = body.list("parties", ValueKind::kParty, kMaxParties);
  request.set_height(body.number("height", 0, kMaxHeight));
  if (!body.failed() && (keys == nullptr) == (query == nullptr))
    return bad_request("INVALID_BODY", "body: expected either 'keys' or 'query', found " +
                                           std::string(keys == nullptr ? "neither" : "both"));
  if (keys != nullptr && !body.failed())
    read_keys(body, *keys, request);
  if (auto problem = body.finish())
    return problem;
  return query == nullptr ? std::nullopt
                          : read_query(*query, context.settings.contract_engine, request);
}

// What each key is shown with.
enum class Form { kNative, kIcs23 };

Form read_form(BodyReader& body) {
  const Json* const format = body.member("format");
  if (format == nullptr || *format == "native")
    return Form::kNative;
  if (*format != "ics23")
    body.fail("format", "\"native\" or \"ics23\"", format);
  return Form::kIcs23;
}

// Null for a key that is absent, which has no such form.
Status write_ics23(JsonWriter& json, const v1::KeyProof& key) {
  json.key("ics23");
  if (!key.present()) {
    json.null();
    return {};
  }
  TENON_ASSIGN_OR_RETURN(const Bytes form, wire::ics23_form(key));
  json.string(to_base64(form));
  return {};
}

Status write_keys(JsonWriter& json, const v1::LedgerProof& proof, Form form) {
  json.key("keys").begin_array();
  for (const auto& key : proof.keys()) {
    json.begin_object();
    json.key("key").string(to_hex(key.key()));
    json.key("present").boolean(key.present());
    json.key("value");
    if (key.present())
      json.string(to_base64(key.value()));
    else
      json.null();
    if (form == Form::kIcs23)
      TENON_RETURN_IF_ERROR(write_ics23(json, key));
    json.end_object();
  }
  json.end_array();
  return {};
}

Result<std::string> proof_json(const v1::LedgerProof& proof, Form form) {
  v1::BlockHeader header;
  v1::ResultHeader result;
  if (!header.ParseFromString(proof.header()) || !result.ParseFromString(proof.result_header()))
    return fault("the headers of the proof cannot be read");
  JsonWriter json;
  json.begin_object();
  json.key("chain").string(to_hex(proof.chain()));
  json.key("height").decimal(header.height());
  json.key("block").string(to_hex(crypto::sha256(proof.header()).view()));
  json.key("record_time").string(rfc3339(header.record_time_us()));
  json.key("state_root").string(to_hex(result.state_root()));
  TENON_RETURN_IF_ERROR(write_keys(json, proof, form));
  if (!proof.query_response().empty() && is_json(proof.query_response()))
    json.key("response").raw(proof.query_response());
  json.key("proof").string(to_base64(proof.SerializeAsString()));
  json.end_object();
  return json.take();
}

} // namespace

void create_proof(const Context& context, const Call& call, Responder respond) {
  BodyReader body(call.body);
  const Form form = read_form(body);
  v1::ProofRequest request;
  std::optional<std::vector<std::string>> parties;
  if (const auto problem = read_request(context, body, parties, request))
    return respond_problem(respond, call, *problem);
  const auto scope = read_scope(*call.identity, parties);
  if (const auto* problem = std::get_if<Problem>(&scope))
    return respond_problem(respond, call, *problem);
  for (const std::string& party : std::get<ReadScope>(scope).parties)
    request.add_parties(party);
  const auto proof = context.ledger.prove(request);
  if (!proof.ok())
    return respond_problem(respond, call, problem_of(proof.status()));
  auto answer = proof_json(*proof, form);
  if (!answer.ok())
    return respond_problem(respond, call, problem_of(answer.status()));
  respond_json(respond, 200, std::move(*answer));
}

} // namespace tenon::api::rest::handlers
