#include "engine/engine.hpp"

#include "engine/events.hpp"
#include "engine/execution.hpp"
#include "engine/interpretation.hpp"
#include "engine/json_commands.hpp"
#include "engine/queries.hpp"
#include "engine/state_keys.hpp"
#include "engine/upload.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml::engine {

namespace {

Result<Submitters> submitters_of(const plugin::EngineTransaction& transaction) {
  Submitters submitters;
  TENON_ASSIGN_OR_RETURN(submitters.act_as, to_parties(transaction.act_as));
  TENON_ASSIGN_OR_RETURN(submitters.readers, to_parties(transaction.read_as));
  submitters.readers.insert(submitters.act_as.begin(), submitters.act_as.end());
  return submitters;
}

Result<v1::Upload> read_upload(PackageLibrary& library, const plugin::StateView& view,
                               const nlohmann::json& body) {
  TENON_RETURN_IF_ERROR(check_members(body, {"dar", "source"}));
  TENON_ASSIGN_OR_RETURN(const std::string encoded, required_text(body, "dar"));
  TENON_ASSIGN_OR_RETURN(const std::string source, optional_text(body, "source"));
  const auto dar = from_base64(encoded);
  if (!dar)
    return bad_command("\"dar\" is not base64");
  return prepare_upload(library, view, *dar, source);
}

} // namespace

DamlEngine::DamlEngine(Options options)
    : options_(std::move(options)), library_(options_.metrics.packages) {}

Result<Interpreted> DamlEngine::run(const InterpretationParts& parts,
                                    const plugin::EngineTransaction& transaction,
                                    const Submission& submission) const {
  TENON_ASSIGN_OR_RETURN(const Submitters submitters, submitters_of(transaction));
  options_.metrics.interpretations.record(1);
  auto interpreted = interpret(parts, submitters, submission, transaction.seed);
  if (interpreted.ok())
    options_.metrics.steps.record(static_cast<double>(interpreted->steps));
  else
    options_.metrics.refusals.record(1);
  return interpreted;
}

Result<Hash> DamlEngine::fingerprint() const {
  return options_.settings.fingerprint();
}

Result<plugin::ExecutionResult> DamlEngine::execute(const plugin::StateView& view,
                                                    const plugin::EngineTransaction& transaction,
                                                    const plugin::EngineContext& context) {
  v1::Payload payload;
  if (!payload.ParseFromArray(transaction.payload.data(),
                              static_cast<int>(transaction.payload.size())) ||
      payload.content_case() == v1::Payload::CONTENT_NOT_SET) {
    return invalid_argument("MALFORMED_COMMANDS: the payload is not a Payload message");
  }
  if (transaction.act_as.empty())
    return invalid_argument("MALFORMED_COMMANDS: commands need a party to act as");
  if (payload.has_upload())
    return execute_upload(library_, view, payload.upload(), context.record_time_us);
  TENON_ASSIGN_OR_RETURN(const Submission submission, decode_submission(payload.commands()));
  TENON_RETURN_IF_ERROR(
      check_times(submission, options_.settings.max_skew_us, context.record_time_us));
  const LedgerReader ledger(view);
  const InterpretationParts parts{library_, options_.settings, ledger};
  TENON_ASSIGN_OR_RETURN(const Interpreted interpreted, run(parts, transaction, submission));
  return make_result(parts, submission, interpreted, transaction.id, context.record_time_us);
}

Result<Bytes> DamlEngine::prepare(const plugin::StateView& view, BytesView command,
                                  const plugin::EngineTransaction& submitter) {
  TENON_ASSIGN_OR_RETURN(const NamedRequest request, read_named(command, kKnownCommands));
  v1::Payload payload;
  if (request.name == "upload") {
    TENON_ASSIGN_OR_RETURN(*payload.mutable_upload(), read_upload(library_, view, request.body));
    return payload.SerializeAsString();
  }
  TENON_ASSIGN_OR_RETURN(const Timestamp now, Timestamp::from_micros(static_cast<std::int64_t>(
                                                  options_.now_us())));
  TENON_ASSIGN_OR_RETURN(const Submission submission,
                         read_submission(library_, view, request, now));
  if (options_.client_node) {
    const LedgerReader ledger(view);
    const InterpretationParts parts{library_, options_.settings, ledger, /*partial=*/true};
    const Status status = run(parts, submitter, submission).status();
    if (!status.ok() && (status.fault() || status.code() != Code::kUnavailable))
      return status;
  }
  TENON_ASSIGN_OR_RETURN(*payload.mutable_commands(), encode_submission(submission));
  return payload.SerializeAsString();
}

Result<Bytes> DamlEngine::query(const plugin::StateView& view, BytesView request,
                                const plugin::EngineTransaction& caller,
                                const plugin::EngineContext&) {
  return answer_query(library_, options_.settings, view, request, caller.read_as);
}

Result<std::vector<plugin::EngineWrite>> DamlEngine::index_of(BytesView key, BytesView value) {
  std::vector<plugin::EngineWrite> writes;
  if (!key.starts_with(keys::kContracts))
    return writes;
  TENON_ASSIGN_OR_RETURN(const v1::Contract record, read_record(value));
  for (Bytes& index_key : index_keys_of(record))
    writes.push_back({plugin::KeyClass::kIndex, std::move(index_key), Bytes(), {}, 0});
  return writes;
}

Result<Bytes> DamlEngine::event_json(BytesView payload) {
  TENON_ASSIGN_OR_RETURN(const nlohmann::json json, event_to_json(payload));
  return json.dump();
}

} // namespace tenon::daml::engine
