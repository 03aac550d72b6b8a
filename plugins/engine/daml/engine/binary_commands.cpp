#include "engine/binary_commands.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::daml::engine {

namespace {

using interpreter::ChoiceCode;
using interpreter::Command;
using interpreter::RuntimeType;
using interpreter::TemplateCode;

Status malformed(const std::string& what) {
  return invalid_argument("MALFORMED_COMMANDS: " + what);
}

// In the words that clients of Daml ledgers look for.
Status disclosed_twice(const std::string& what) {
  return preprocessing_failed("Preprocessor encountered a duplicate disclosed contract " + what);
}

Result<Value> typed(ValueTyper& typer, const lf::Package& package, const RuntimeType& type,
                    BytesView bytes, std::string_view what) {
  auto value = typer.type(package, type, bytes);
  if (value.ok())
    return value;
  if (value.status().code() == Code::kResourceExhausted)
    return resource_exhausted("DAML_INTERPRETATION_ERROR: " + value.status().message());
  return preprocessing_failed(value.status().with_context(what).message());
}

// Reads the commands of one submission.
class CommandReader {
public:
  CommandReader(PackageLibrary& library, const plugin::StateView& view)
      : library_(library), view_(view), typer_(library.store()) {}

  Result<Command> read(const v1::Command& message) {
    TENON_ASSIGN_OR_RETURN(const Command::Form form, read_form(message.form()));
    TENON_ASSIGN_OR_RETURN(Identifier type, find_type(message.type()));
    Command command{form, std::move(type)};
    switch (form) {
    case Command::Form::kCreate:
      TENON_RETURN_IF_ERROR(read_create(message, command));
      break;
    case Command::Form::kExercise:
      TENON_RETURN_IF_ERROR(read_exercise(message, command));
      break;
    case Command::Form::kExerciseByKey:
      TENON_RETURN_IF_ERROR(read_exercise_by_key(message, command));
      break;
    default:
      TENON_RETURN_IF_ERROR(read_create(message, command));
      TENON_RETURN_IF_ERROR(read_template_choice(message, message.choice_argument(), command,
                                                 command.choice_argument));
    }
    return command;
  }

  Status read_disclosed(const v1::DisclosedContract& message, Submission& submission) {
    TENON_ASSIGN_OR_RETURN(Identifier type, find_type(message.template_()));
    TENON_ASSIGN_OR_RETURN(ContractId id, read_contract_id(message.contract_id()));
    if (!disclosed_.insert(id).second)
      return disclosed_twice("ID ContractId(" + id.to_text() + ")");
    if (!message.key_hash().empty() && !disclosed_keys_.insert(message.key_hash()).second)
      return disclosed_twice("key hash " + to_hex(message.key_hash()));
    TENON_ASSIGN_OR_RETURN(const TemplateCode* const code, find_template(type));
    TENON_ASSIGN_OR_RETURN(Value argument, typed(typer_, code->package->source(), *code->type,
                                                 message.argument(), "disclosed contract"));
    if (message.created_at_us() != 0) {
      const auto time = Timestamp::from_micros(message.created_at_us());
      if (!time.ok())
        return malformed("when a contract was created: " + time.status().message());
      submission.disclosed_times.emplace(id, *time);
    }
    submission.disclosed.push_back({std::move(id), {std::move(type), std::move(argument)}});
    return {};
  }

private:
  Result<Identifier> find_type(const std::string& text) {
    auto type = library_.find_type(view_, text);
    if (!type.ok() && type.status().code() == Code::kInvalidArgument && !type.status().fault())
      return malformed(type.status().message());
    return type;
  }

  Result<const TemplateCode*> find_template(const Identifier& id) {
    auto code = library_.store().contract(id);
    if (!code.ok())
      return preprocessing_failed("no template is called " + id.to_text());
    return code;
  }

  static Result<ContractId> read_contract_id(const std::string& bytes) {
    auto id = ContractId::from_bytes(bytes);
    if (!id.ok())
      return malformed("a contract id: " + id.status().message());
    return id;
  }

  // `code` is a template or an interface.
  template <typename Code>
  Status read_choice(const Code& code, const v1::Command& message, BytesView bytes,
                     Command& command, std::optional<Value>& argument) {
    const auto name = Name::parse(message.choice());
    if (!name.ok())
      return malformed("a choice: " + name.status().message());
    const auto found = code.choices.find(name->str());
    if (found == code.choices.end()) {
      return preprocessing_failed("unknown choice " + name->str() + " of " +
                                  command.type.to_text());
    }
    command.choice = *name;
    TENON_ASSIGN_OR_RETURN(argument, typed(typer_, code.package->source(),
                                           *found->second->argument, bytes, "choice argument"));
    return {};
  }
  Status read_template_choice(const v1::Command& message, BytesView bytes, Command& command,
                              std::optional<Value>& argument) {
    TENON_ASSIGN_OR_RETURN(const TemplateCode* const code, find_template(command.type));
    return read_choice(*code, message, bytes, command, argument);
  }

  Status read_create(const v1::Command& message, Command& command) {
    TENON_ASSIGN_OR_RETURN(const TemplateCode* const code, find_template(command.type));
    TENON_ASSIGN_OR_RETURN(command.argument, typed(typer_, code->package->source(), *code->type,
                                                   message.argument(), "argument"));
    return {};
  }

  Status read_exercise(const v1::Command& message, Command& command) {
    TENON_ASSIGN_OR_RETURN(command.contract_id, read_contract_id(message.contract_id()));
    if (const auto code = library_.store().contract(command.type); code.ok())
      return read_choice(**code, message, message.argument(), command, command.argument);
    if (const auto code = library_.store().interface(command.type); code.ok())
      return read_choice(**code, message, message.argument(), command, command.argument);
    return preprocessing_failed("no template or interface is called " + command.type.to_text());
  }

  Status read_exercise_by_key(const v1::Command& message, Command& command) {
    TENON_RETURN_IF_ERROR(
        read_template_choice(message, message.argument(), command, command.argument));
    TENON_ASSIGN_OR_RETURN(const TemplateCode* const code, find_template(command.type));
    TENON_ASSIGN_OR_RETURN(command.key, read_client_key(typer_, *code, message.key()));
    return {};
  }

  PackageLibrary& library_;
  const plugin::StateView& view_;
  ValueTyper typer_;
  std::set<ContractId> disclosed_;
  std::set<std::string> disclosed_keys_;
};

} // namespace

Status preprocessing_failed(const std::string& what) {
  return invalid_argument("COMMAND_PREPROCESSING_FAILED: " + what);
}

Result<Value> read_client_key(ValueTyper& typer, const TemplateCode& code, BytesView bytes) {
  if (code.key_type == nullptr)
    return preprocessing_failed("template " + code.id().to_text() + " has no key");
  return typed(typer, code.package->source(), *code.key_type, bytes, "key");
}

Result<Submission> read_commands(PackageLibrary& library, const plugin::StateView& view,
                                 const v1::Commands& message, Timestamp now) {
  TENON_RETURN_IF_ERROR(check_counts(message));
  Submission submission;
  submission.submission_time = now;
  const auto least = Timestamp::from_micros(message.ledger_time_us());
  if (!least.ok())
    return malformed("the ledger time: " + least.status().message());
  submission.ledger_time = std::max(now, *least);
  submission.quiet = message.quiet();
  TENON_ASSIGN_OR_RETURN(submission.divulged_after, read_divulged_after(message));
  if (!message.workflow_id().empty()) {
    const auto workflow = WorkflowId::parse(message.workflow_id());
    if (!workflow.ok())
      return malformed("the workflow id: " + workflow.status().message());
    submission.workflow_id = workflow->str();
  }
  CommandReader reader(library, view);
  submission.commands.reserve(static_cast<std::size_t>(message.commands_size()));
  for (const v1::Command& command : message.commands()) {
    TENON_ASSIGN_OR_RETURN(Command read, reader.read(command));
    submission.commands.push_back(std::move(read));
  }
  for (const v1::DisclosedContract& contract : message.disclosed())
    TENON_RETURN_IF_ERROR(reader.read_disclosed(contract, submission));
  return submission;
}

} // namespace tenon::daml::engine
