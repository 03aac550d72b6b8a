#include "engine/engine.hpp"

#include "engine/binary_commands.hpp"
#include "engine/binary_requests.hpp"
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
  if (payload.has_upload())
    return execute_upload(library_, view, payload.upload(), context.record_time_us);
  TENON_RETURN_IF_ERROR(check_authority(transaction.act_as));
  TENON_ASSIGN_OR_RETURN(const Submission submission, decode_submission(payload.commands()));
  TENON_RETURN_IF_ERROR(
      check_times(submission, options_.settings.max_skew_us, context.record_time_us));
  const LedgerReader ledger(view);
  const InterpretationParts parts{library_, options_.settings, ledger};
  TENON_ASSIGN_OR_RETURN(const Interpreted interpreted, run(parts, transaction, submission));
  return make_result(parts, submission, interpreted, transaction.id);
}

Result<Bytes> DamlEngine::prepare(const plugin::StateView& view, BytesView command,
                                  const plugin::EngineTransaction& submitter) {
  TENON_ASSIGN_OR_RETURN(const v1::Payload payload,
                         command.starts_with(kBinaryForm)
                             ? prepare_binary(view, command.substr(1), submitter)
                             : prepare_json(view, command, submitter));
  return payload.SerializeAsString();
}

Result<v1::Payload> DamlEngine::prepare_binary(const plugin::StateView& view, BytesView message,
                                               const plugin::EngineTransaction& submitter) {
  v1::CommandRequest request;
  if (!request.ParseFromArray(message.data(), static_cast<int>(message.size())) ||
      request.content_case() == v1::CommandRequest::CONTENT_NOT_SET) {
    return invalid_argument("MALFORMED_COMMANDS: expected a CommandRequest message, found " +
                            std::to_string(message.size()) + " other bytes");
  }
  if (request.has_upload()) {
    v1::Payload payload;
    TENON_ASSIGN_OR_RETURN(*payload.mutable_upload(),
                           prepare_upload(library_, view, request.upload().dar(),
                                          request.upload().source()));
    return payload;
  }
  TENON_RETURN_IF_ERROR(check_authority(submitter.act_as));
  TENON_ASSIGN_OR_RETURN(const Timestamp time, now());
  TENON_ASSIGN_OR_RETURN(const Submission submission,
                         read_commands(library_, view, request.commands(), time));
  return finish_commands(view, submission, submitter);
}

Result<v1::Payload> DamlEngine::prepare_json(const plugin::StateView& view, BytesView text,
                                             const plugin::EngineTransaction& submitter) {
  TENON_ASSIGN_OR_RETURN(const NamedRequest request, read_named(text, kKnownCommands));
  if (request.name == "upload") {
    v1::Payload payload;
    TENON_ASSIGN_OR_RETURN(*payload.mutable_upload(), read_upload(library_, view, request.body));
    return payload;
  }
  TENON_RETURN_IF_ERROR(check_authority(submitter.act_as));
  TENON_ASSIGN_OR_RETURN(const Timestamp time, now());
  TENON_ASSIGN_OR_RETURN(const Submission submission,
                         read_submission(library_, view, request, time));
  return finish_commands(view, submission, submitter);
}

Result<v1::Payload> DamlEngine::finish_commands(const plugin::StateView& view,
                                                const Submission& submission,
                                                const plugin::EngineTransaction& submitter) {
  if (options_.client_node) {
    const LedgerReader ledger(view);
    const InterpretationParts parts{library_, options_.settings, ledger, /*partial=*/true};
    const Status status = run(parts, submitter, submission).status();
    if (!status.ok() && (status.fault() || status.code() != Code::kUnavailable))
      return status;
  }
  v1::Payload payload;
  TENON_ASSIGN_OR_RETURN(*payload.mutable_commands(), encode_submission(submission));
  return payload;
}

Result<Timestamp> DamlEngine::now() const {
  return Timestamp::from_micros(static_cast<std::int64_t>(options_.now_us()));
}

Result<Bytes> DamlEngine::query(const plugin::StateView& view, BytesView request,
                                const plugin::EngineTransaction& caller,
                                const plugin::EngineContext&) {
  if (request.starts_with(kBinaryForm))
    return answer_request(library_, options_.settings, view, request.substr(1));
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
