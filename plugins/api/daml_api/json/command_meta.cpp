#include "json/command_meta.hpp"

#include "com/daml/ledger/api/v1/commands.pb.h"
#include "common/random_id.hpp"
#include "json/members.hpp"
#include "json/type_names.hpp"
#include "json/value_json.hpp"
#include "submission/blob.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
namespace lapi = com::daml::ledger::api::v1;

constexpr std::int64_t kMillisPerSecond = 1000;

std::optional<Refusal> read_deduplication(const Json& json, lapi::Commands& commands) {
  const auto period = Members::of(json, "meta.deduplicationPeriod");
  if (!period.ok())
    return period.status();
  const auto type = period->text("type");
  if (!type.ok())
    return type.status();
  if (*type == "Offset") {
    const auto offset = period->text("offset");
    if (!offset.ok())
      return offset.status();
    commands.set_deduplication_offset(*offset);
    return std::nullopt;
  }
  const Json* const millis = period->find("durationInMillis");
  if (*type != "Duration" || millis == nullptr || !millis->is_number_integer()) {
    return bad_request("\"meta.deduplicationPeriod\": expected {\"type\": \"Duration\", "
                       "\"durationInMillis\": …} or {\"type\": \"Offset\", \"offset\": …}");
  }
  const auto value = millis->get<std::int64_t>();
  auto& duration = *commands.mutable_deduplication_duration();
  duration.set_seconds(value / kMillisPerSecond);
  duration.set_nanos(static_cast<std::int32_t>(value % kMillisPerSecond * 1'000'000));
  return std::nullopt;
}

// {"contractId", "templateId", "createdEventBlob"} as {"contractId", "templateId", "payload"}.
Read<Json> read_disclosed(const Parts& parts, const Json& json) {
  TENON_ASSIGN_OR_RETURN(const Members members, Members::of(json, "meta.disclosedContracts"));
  TENON_ASSIGN_OR_RETURN(const std::string id, members.text("contractId"));
  TENON_ASSIGN_OR_RETURN(const std::string name, members.text("templateId"));
  TENON_ASSIGN_OR_RETURN(const std::string blob, members.text("createdEventBlob"));
  TENON_ASSIGN_OR_RETURN(const ContractType type, require_type_named(parts.engine, name));
  const auto bytes = from_base64(blob);
  if (!bytes || bytes->empty())
    return bad_request("\"meta.disclosedContracts.createdEventBlob\": expected base64");
  const auto contract = parse_blob(*bytes);
  if (!contract.ok())
    return contract.failure();
  if (to_hex(contract->contract_id()) != id || contract->template_() != type.id) {
    return bad_request("\"meta.disclosedContracts\": the blob is that of contract " +
                       to_hex(contract->contract_id()) + " of " + contract->template_());
  }
  api::JsonWriter payload;
  TENON_RETURN_IF_ERROR(write_value(payload, BytesView(contract->argument())));
  return Json{{"contractId", id},
              {"templateId", type.id},
              {"payload", Json::parse(payload.take(), nullptr, false)}};
}

std::optional<Refusal> read_parties(const Members& meta, const char* name, std::size_t least,
                                    const std::set<std::string>& otherwise,
                                    google::protobuf::RepeatedPtrField<std::string>& out) {
  const auto parties = meta.texts(name, least);
  if (!parties.ok())
    return parties.status();
  if (*parties)
    out.Assign((*parties)->begin(), (*parties)->end());
  else
    out.Assign(otherwise.begin(), otherwise.end());
  return std::nullopt;
}

std::optional<Refusal> read_ids(const Members& meta, lapi::Commands& commands) {
  const auto command_id = meta.optional_text("commandId");
  const auto submission_id = meta.optional_text("submissionId");
  if (!command_id.ok())
    return command_id.status();
  if (!submission_id.ok())
    return submission_id.status();
  commands.set_command_id(command_id->value_or(api::random_id()));
  commands.set_submission_id(submission_id->value_or(api::random_id()));
  return std::nullopt;
}

std::optional<Refusal> read_meta(const Members& meta, const Bearer& bearer,
                                 lapi::Commands& commands) {
  if (auto refusal = meta.only({"commandId", "actAs", "readAs", "submissionId",
                                "deduplicationPeriod", "disclosedContracts",
                                "packageIdSelectionPreference"}))
    return refusal;
  const Json* const preference = meta.find("packageIdSelectionPreference");
  if (preference != nullptr && !preference->empty()) {
    return bad_request("\"meta.packageIdSelectionPreference\": this ledger runs commands with the "
                       "packages that they name");
  }
  if (auto refusal = read_ids(meta, commands))
    return refusal;
  if (auto refusal = read_parties(meta, "actAs", 1, bearer.act_as, *commands.mutable_act_as()))
    return refusal;
  if (auto refusal = read_parties(meta, "readAs", 0, bearer.read_as, *commands.mutable_read_as()))
    return refusal;
  if (const Json* const period = meta.find("deduplicationPeriod"))
    return read_deduplication(*period, commands);
  return std::nullopt;
}

// The token lets its bearer act as these parties, and read as those.
std::optional<Refusal> check_parties(const Claims& claims, const lapi::Commands& commands) {
  for (const std::string& party : commands.act_as()) {
    if (Outcome outcome = claims.require_act_as(party); !outcome.ok())
      return std::move(outcome).failure();
  }
  for (const std::string& party : commands.read_as()) {
    if (Outcome outcome = claims.require_read_as(party); !outcome.ok())
      return std::move(outcome).failure();
  }
  return std::nullopt;
}

} // namespace

Read<CommandEnvelope> read_envelope(const Parts& parts, const Bearer& bearer, const Json& body) {
  static const Json kNothing = Json::object();
  const auto found = body.find("meta");
  const Json& json = found == body.end() || found->is_null() ? kNothing : *found;
  TENON_ASSIGN_OR_RETURN(const Members meta, Members::of(json, "meta"));
  lapi::Commands commands;
  commands.set_ledger_id(bearer.ledger_id.value_or(""));
  commands.set_application_id(bearer.application_id);
  if (auto refusal = read_meta(meta, bearer, commands))
    return *std::move(refusal);
  if (auto refusal = check_parties(*bearer.claims, commands))
    return *std::move(refusal);
  CommandEnvelope envelope;
  if (const Json* const disclosed = meta.find("disclosedContracts")) {
    if (!disclosed->is_array())
      return bad_request("\"meta.disclosedContracts\": expected a list");
    envelope.disclosed = Json::array();
    for (const Json& contract : *disclosed) {
      TENON_ASSIGN_OR_RETURN(Json read, read_disclosed(parts, contract));
      envelope.disclosed.push_back(std::move(read));
    }
  }
  auto submission = validate_envelope(commands, {parts.ledger_id, parts.max_deduplication_us});
  if (!submission.ok())
    return submission.failure();
  envelope.submission = *std::move(submission);
  return envelope;
}

} // namespace tenon::daml_api::json
