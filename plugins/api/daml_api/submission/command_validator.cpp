#include "submission/command_validator.hpp"

#include <algorithm>
#include <iterator>
#include <optional>

#include "errors/codes.hpp"
#include "submission/disclosure.hpp"
#include "submission/durations.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"
#include "values/encode.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace api = com::daml::ledger::api::v1;
namespace engine = daml::engine::v1;

namespace {

constexpr std::string_view kDeduplication = "deduplication_period";

void sort_out(std::vector<std::string>& parties) {
  std::sort(parties.begin(), parties.end());
  parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
}

Outcome read_submitters(const api::Commands& commands, CommandSubmission& out) {
  out.act_as.assign(commands.act_as().begin(), commands.act_as().end());
  if (!commands.party().empty())
    out.act_as.push_back(commands.party());
  sort_out(out.act_as);
  std::vector<std::string> readers(commands.read_as().begin(), commands.read_as().end());
  sort_out(readers);
  std::set_difference(readers.begin(), readers.end(), out.act_as.begin(), out.act_as.end(),
                      std::back_inserter(out.read_as));
  for (const std::string& party : out.act_as)
    TENON_RETURN_IF_FAILED(require_party(party));
  for (const std::string& party : out.read_as)
    TENON_RETURN_IF_FAILED(require_party(party));
  if (out.act_as.empty())
    return missing_field("party or act_as");
  return {};
}

// What all commands have in common: a type.
template <typename Command> Outcome read_type(const Command& from, engine::Command& to) {
  if (!from.has_template_id())
    return missing_field("template_id");
  TENON_ASSIGN_OR_RETURN(std::string type, require_type(from.template_id()));
  to.set_type(std::move(type));
  return {};
}

// A payload, of those that have one.
template <typename Command> Outcome read_payload(const Command& from, engine::Command& to) {
  if (!from.has_create_arguments())
    return missing_field("create_arguments");
  TENON_ASSIGN_OR_RETURN(const auto argument, encode_record(from.create_arguments()));
  to.set_argument(argument.SerializeAsString());
  return {};
}

// A choice and its argument, of those that exercise one.
template <typename Command>
Outcome read_choice(const Command& from, engine::Command& to, std::string& argument) {
  TENON_RETURN_IF_FAILED(require_field(kNameSyntax, from.choice(), "choice"));
  to.set_choice(from.choice());
  if (!from.has_choice_argument())
    return missing_field("value");
  TENON_ASSIGN_OR_RETURN(const auto value, encode_value(from.choice_argument()));
  argument = value.SerializeAsString();
  return {};
}

Outcome read_exercise(const api::ExerciseCommand& from, engine::Command& to) {
  to.set_form(engine::Command::FORM_EXERCISE);
  TENON_RETURN_IF_FAILED(read_type(from, to));
  TENON_RETURN_IF_FAILED(require_contract_id(from.contract_id(), "contract_id"));
  to.set_contract_id(*from_hex(from.contract_id()));
  return read_choice(from, to, *to.mutable_argument());
}

Outcome read_exercise_by_key(const api::ExerciseByKeyCommand& from, engine::Command& to) {
  to.set_form(engine::Command::FORM_EXERCISE_BY_KEY);
  TENON_RETURN_IF_FAILED(read_type(from, to));
  if (!from.has_contract_key())
    return missing_field("contract_key");
  TENON_ASSIGN_OR_RETURN(const auto key, encode_value(from.contract_key()));
  to.set_key(key.SerializeAsString());
  return read_choice(from, to, *to.mutable_argument());
}

Outcome read_command(const api::Command& from, engine::Command& to) {
  switch (from.command_case()) {
  case api::Command::kCreate:
    to.set_form(engine::Command::FORM_CREATE);
    TENON_RETURN_IF_FAILED(read_type(from.create(), to));
    return read_payload(from.create(), to);
  case api::Command::kExercise:
    return read_exercise(from.exercise(), to);
  case api::Command::kExerciseByKey:
    return read_exercise_by_key(from.exercisebykey(), to);
  case api::Command::kCreateAndExercise:
    to.set_form(engine::Command::FORM_CREATE_AND_EXERCISE);
    TENON_RETURN_IF_FAILED(read_type(from.createandexercise(), to));
    TENON_RETURN_IF_FAILED(read_payload(from.createandexercise(), to));
    return read_choice(from.createandexercise(), to, *to.mutable_choice_argument());
  case api::Command::COMMAND_NOT_SET:
    break;
  }
  return missing_field("command");
}

// The least ledger time that the commands may have. What has passed asks for nothing.
Answer<std::int64_t> least_ledger_time(const api::Commands& commands, std::uint64_t now_us) {
  if (commands.has_min_ledger_time_abs() && commands.has_min_ledger_time_rel()) {
    return wrong_argument(
        "min_ledger_time_abs and min_ledger_time_rel: expected one of them, found both");
  }
  const auto now = static_cast<std::int64_t>(now_us);
  std::optional<std::int64_t> least = 0;
  if (commands.has_min_ledger_time_abs())
    least = timestamp_us(commands.min_ledger_time_abs());
  if (commands.has_min_ledger_time_rel()) {
    const auto later = duration_us(commands.min_ledger_time_rel());
    google::protobuf::Timestamp sum;
    sum.set_seconds((now + later.value_or(0)) / 1'000'000);
    sum.set_nanos(static_cast<std::int32_t>((now + later.value_or(0)) % 1'000'000 * 1000));
    least = !later ? std::nullopt : *later < 0 ? std::optional<std::int64_t>(0) : timestamp_us(sum);
  }
  if (!least)
    return wrong_argument("the least ledger time is no moment of the years 1 to 9999");
  return *least > now ? *least : 0;
}

Outcome read_duration(const google::protobuf::Duration& duration, const CommandRules& rules,
                      CommandSubmission& out) {
  const auto us = duration_us(duration);
  if (!us) {
    return invalid_field(kDeduplication, "expected at most 10,000 years, and nanoseconds that are "
                                         "less than a second");
  }
  if (*us < 0)
    return invalid_field(kDeduplication, "Duration must be positive");
  out.deduplication_us = static_cast<std::uint64_t>(*us);
  if (out.deduplication_us <= rules.max_deduplication_us)
    return {};
  const std::string longest = iso_duration(rules.max_deduplication_us);
  return invalid_deduplication("The given deduplication duration of " +
                               iso_duration(out.deduplication_us) +
                               " exceeds the maximum deduplication duration of " + longest)
      .with("longest_duration", longest);
}

Outcome read_deduplication(const api::Commands& commands, const CommandRules& rules,
                           CommandSubmission& out) {
  switch (commands.deduplication_period_case()) {
  case api::Commands::kDeduplicationTime:
    return read_duration(commands.deduplication_time(), rules, out);
  case api::Commands::kDeduplicationDuration:
    return read_duration(commands.deduplication_duration(), rules, out);
  case api::Commands::kDeduplicationOffset:
    break;
  case api::Commands::DEDUPLICATION_PERIOD_NOT_SET:
    out.deduplication_us = rules.max_deduplication_us;
    return {};
  }
  const std::string& offset = commands.deduplication_offset();
  if (!is_hexadecimal(offset)) {
    const std::string shown = as_utf8(offset.substr(0, 100));
    return Failure(codes::kNonHexadecimalOffset,
                   "Offset in " + std::string(kDeduplication) +
                       " not specified in hexadecimal: " + shown +
                       ": the deduplication offset has to be a hexadecimal string and not " +
                       shown);
  }
  out.deduplication_offset = offset;
  return {};
}

// What only the later versions of the API have.
Outcome check_later_fields(const api::Commands& commands) {
  if (commands.package_id_selection_preference_size() > 0) {
    return wrong_argument("package_id_selection_preference is set, but this ledger runs commands "
                          "with the packages that they name");
  }
  for (const api::PrefetchContractKey& key : commands.prefetch_contract_keys()) {
    engine::Command ignored;
    TENON_RETURN_IF_FAILED(read_type(key, ignored));
    if (!key.has_contract_key())
      return missing_field("contract_key");
    TENON_ASSIGN_OR_RETURN([[maybe_unused]] const auto checked, encode_value(key.contract_key()));
  }
  return {};
}

Outcome read_ids(const api::Commands& commands, const CommandRules& rules, CommandSubmission& out) {
  TENON_RETURN_IF_FAILED(match_ledger_id(rules.ledger_id, commands.ledger_id()));
  if (!commands.workflow_id().empty())
    TENON_RETURN_IF_FAILED(require_argument(kLedgerStringSyntax, commands.workflow_id()));
  TENON_RETURN_IF_FAILED(
      require_field(kApplicationIdSyntax, commands.application_id(), "application_id"));
  TENON_RETURN_IF_FAILED(require_field(kLedgerStringSyntax, commands.command_id(), "command_id"));
  TENON_RETURN_IF_FAILED(
      optional_field(kLedgerStringSyntax, commands.submission_id(), "submission_id"));
  out.workflow_id = commands.workflow_id();
  out.application_id = commands.application_id();
  out.command_id = commands.command_id();
  out.submission_id = commands.submission_id();
  return {};
}

} // namespace

Answer<CommandSubmission> validate_commands(const api::Commands& commands,
                                            const CommandRules& rules, std::uint64_t now_us) {
  CommandSubmission result;
  TENON_RETURN_IF_FAILED(read_ids(commands, rules, result));
  TENON_RETURN_IF_FAILED(read_submitters(commands, result));
  if (commands.commands().empty())
    return missing_field("commands");
  engine::Commands& request = *result.request.mutable_commands();
  for (const api::Command& command : commands.commands())
    TENON_RETURN_IF_FAILED(read_command(command, *request.add_commands()));
  TENON_ASSIGN_OR_RETURN(const std::int64_t ledger_time_us, least_ledger_time(commands, now_us));
  request.set_ledger_time_us(ledger_time_us);
  TENON_RETURN_IF_FAILED(read_deduplication(commands, rules, result));
  for (const api::DisclosedContract& contract : commands.disclosed_contracts()) {
    TENON_ASSIGN_OR_RETURN(*request.add_disclosed(), validate_disclosed(contract));
  }
  TENON_RETURN_IF_FAILED(check_later_fields(commands));
  request.set_workflow_id(result.workflow_id);
  request.set_quiet(true);
  return result;
}

Answer<CommandSubmission> validate_envelope(const api::Commands& commands,
                                            const CommandRules& rules) {
  CommandSubmission result;
  TENON_RETURN_IF_FAILED(read_ids(commands, rules, result));
  TENON_RETURN_IF_FAILED(read_submitters(commands, result));
  TENON_RETURN_IF_FAILED(read_deduplication(commands, rules, result));
  return result;
}

} // namespace tenon::daml_api
