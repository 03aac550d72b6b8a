#include "engine/payload.hpp"

#include "engine/labels.hpp"
#include "values/value_codec.hpp"

namespace tenon::daml::engine {

namespace {

using interpreter::Command;

Status malformed(const std::string& what) {
  return invalid_argument("MALFORMED_COMMANDS: " + what);
}

v1::Command::Form form_of(Command::Form form) {
  switch (form) {
  case Command::Form::kCreate:
    return v1::Command::FORM_CREATE;
  case Command::Form::kExercise:
    return v1::Command::FORM_EXERCISE;
  case Command::Form::kExerciseByKey:
    return v1::Command::FORM_EXERCISE_BY_KEY;
  case Command::Form::kCreateAndExercise:
    return v1::Command::FORM_CREATE_AND_EXERCISE;
  case Command::Form::kFetch:
  case Command::Form::kFetchByKey:
  case Command::Form::kLookupByKey:
    break;
  }
  return v1::Command::FORM_UNSPECIFIED;
}

Result<std::string> encode_optional(const std::optional<Value>& value) {
  if (!value)
    return std::string();
  return encode_value(*value, kNamedVersion);
}

// No value is encoded as nothing.
Result<std::optional<Value>> decode_optional(const std::string& bytes) {
  if (bytes.empty())
    return std::optional<Value>();
  TENON_ASSIGN_OR_RETURN(Value value, decode_value(bytes, kNamedVersion));
  return std::optional(std::move(value));
}

Result<Command> decode_command(const v1::Command& message) {
  TENON_ASSIGN_OR_RETURN(const Command::Form form, read_form(message.form()));
  TENON_ASSIGN_OR_RETURN(Identifier type, Identifier::parse(message.type()));
  Command command{form, std::move(type)};
  if (!message.contract_id().empty()) {
    TENON_ASSIGN_OR_RETURN(command.contract_id, ContractId::from_bytes(message.contract_id()));
  }
  if (!message.choice().empty()) {
    TENON_ASSIGN_OR_RETURN(command.choice, Name::parse(message.choice()));
  }
  TENON_ASSIGN_OR_RETURN(command.key, decode_optional(message.key()));
  TENON_ASSIGN_OR_RETURN(command.argument, decode_optional(message.argument()));
  TENON_ASSIGN_OR_RETURN(command.choice_argument, decode_optional(message.choice_argument()));
  return command;
}

Result<interpreter::DisclosedContract> decode_disclosed(const v1::DisclosedContract& message) {
  TENON_ASSIGN_OR_RETURN(ContractId id, ContractId::from_bytes(message.contract_id()));
  TENON_ASSIGN_OR_RETURN(Identifier template_id, Identifier::parse(message.template_()));
  TENON_ASSIGN_OR_RETURN(Value argument, decode_value(message.argument(), kNamedVersion));
  return interpreter::DisclosedContract{std::move(id),
                                        {std::move(template_id), std::move(argument)}};
}

Result<Timestamp> read_time(std::int64_t micros, const char* what) {
  auto time = Timestamp::from_micros(micros);
  if (!time.ok())
    return malformed(std::string(what) + ": " + time.status().message());
  return time;
}

} // namespace

Status check_authority(std::span<const std::string> act_as) {
  if (act_as.empty())
    return invalid_argument("NO_AUTHORITY: commands need a party to act as, found none");
  return {};
}

Status check_counts(const v1::Commands& message) {
  if (message.commands_size() == 0 || message.commands_size() > kMaxCommands) {
    return malformed("expected 1 to " + std::to_string(kMaxCommands) + " commands, found " +
                     std::to_string(message.commands_size()));
  }
  if (message.disclosed_size() > kMaxDisclosedContracts) {
    return malformed("expected at most " + std::to_string(kMaxDisclosedContracts) +
                     " disclosed contracts, found " + std::to_string(message.disclosed_size()));
  }
  return {};
}

Result<Command::Form> read_form(v1::Command::Form form) {
  switch (form) {
  case v1::Command::FORM_CREATE:
    return Command::Form::kCreate;
  case v1::Command::FORM_EXERCISE:
    return Command::Form::kExercise;
  case v1::Command::FORM_EXERCISE_BY_KEY:
    return Command::Form::kExerciseByKey;
  case v1::Command::FORM_CREATE_AND_EXERCISE:
    return Command::Form::kCreateAndExercise;
  default:
    return malformed("expected a form of command that is known, found " +
                     std::to_string(static_cast<int>(form)));
  }
}

Result<std::optional<Timestamp>> read_divulged_after(const v1::Commands& message) {
  if (message.divulged_after_us() == 0)
    return std::optional<Timestamp>();
  TENON_ASSIGN_OR_RETURN(const Timestamp time,
                         read_time(message.divulged_after_us(), "up to when divulged contracts "
                                                                "are left out"));
  return std::optional(time);
}

Result<v1::Commands> encode_submission(const Submission& submission) {
  v1::Commands message;
  for (const Command& command : submission.commands) {
    v1::Command& encoded = *message.add_commands();
    encoded.set_form(form_of(command.form));
    encoded.set_type(command.type.to_text());
    if (command.contract_id)
      encoded.set_contract_id(command.contract_id->bytes());
    if (command.choice)
      encoded.set_choice(command.choice->str());
    TENON_ASSIGN_OR_RETURN(*encoded.mutable_key(), encode_optional(command.key));
    TENON_ASSIGN_OR_RETURN(*encoded.mutable_argument(), encode_optional(command.argument));
    TENON_ASSIGN_OR_RETURN(*encoded.mutable_choice_argument(),
                           encode_optional(command.choice_argument));
  }
  for (const interpreter::DisclosedContract& contract : submission.disclosed) {
    v1::DisclosedContract& encoded = *message.add_disclosed();
    encoded.set_contract_id(contract.contract_id.bytes());
    encoded.set_template_(contract.instance.template_id.to_text());
    TENON_ASSIGN_OR_RETURN(*encoded.mutable_argument(),
                           encode_value(contract.instance.argument, kNamedVersion));
    const auto time = submission.disclosed_times.find(contract.contract_id);
    if (time != submission.disclosed_times.end())
      encoded.set_created_at_us(time->second.micros());
  }
  message.set_submission_time_us(submission.submission_time.micros());
  message.set_ledger_time_us(submission.ledger_time.micros());
  message.set_workflow_id(submission.workflow_id);
  message.set_quiet(submission.quiet);
  if (submission.divulged_after)
    message.set_divulged_after_us(submission.divulged_after->micros());
  TENON_RETURN_IF_ERROR(check_counts(message));
  return message;
}

Result<Submission> decode_submission(const v1::Commands& message) {
  TENON_RETURN_IF_ERROR(check_counts(message));
  Submission submission;
  for (int i = 0; i < message.commands_size(); ++i) {
    auto command = decode_command(message.commands(i));
    if (!command.ok())
      return malformed("command " + std::to_string(i + 1) + ": " + command.status().message());
    submission.commands.push_back(*std::move(command));
  }
  for (const v1::DisclosedContract& contract : message.disclosed()) {
    auto disclosed = decode_disclosed(contract);
    if (!disclosed.ok())
      return malformed("a disclosed contract: " + disclosed.status().message());
    if (contract.created_at_us() != 0) {
      TENON_ASSIGN_OR_RETURN(const Timestamp time, read_time(contract.created_at_us(),
                                                             "when a contract was created"));
      submission.disclosed_times.emplace(disclosed->contract_id, time);
    }
    submission.disclosed.push_back(*std::move(disclosed));
  }
  TENON_ASSIGN_OR_RETURN(submission.submission_time,
                         read_time(message.submission_time_us(), "the submission time"));
  TENON_ASSIGN_OR_RETURN(submission.ledger_time,
                         read_time(message.ledger_time_us(), "the ledger time"));
  if (!message.workflow_id().empty()) {
    auto workflow = WorkflowId::parse(message.workflow_id());
    if (!workflow.ok())
      return malformed("the workflow id: " + workflow.status().message());
    submission.workflow_id = workflow->str();
  }
  submission.quiet = message.quiet();
  TENON_ASSIGN_OR_RETURN(submission.divulged_after, read_divulged_after(message));
  return submission;
}

} // namespace tenon::daml::engine
