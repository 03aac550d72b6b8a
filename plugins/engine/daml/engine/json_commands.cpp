#include "engine/json_commands.hpp"

#include "engine/json_values.hpp"
#include "engine/labels.hpp"
#include "tenon/core/encoding.hpp"
#include "values/value_codec.hpp"

namespace tenon::daml::engine {

namespace {

using interpreter::Command;
using interpreter::RuntimeType;
using nlohmann::json;

Status no_such_type(const Status& why) {
  return not_found("TEMPLATES_OR_INTERFACES_NOT_FOUND: " + why.message());
}

Result<const interpreter::TemplateCode*> find_template(interpreter::PackageStore& store,
                                                       const Identifier& id) {
  auto code = store.contract(id);
  if (!code.ok())
    return no_such_type(code.status());
  return code;
}

// Reads the commands of one submission.
class CommandReader {
public:
  CommandReader(PackageLibrary& library, const plugin::StateView& view)
      : library_(library), view_(view) {}

  Result<Command> read(const NamedRequest& request) {
    if (request.name == "create")
      return create(request.body);
    if (request.name == "exercise")
      return exercise(request.body);
    if (request.name == "exerciseByKey")
      return exercise_by_key(request.body);
    if (request.name == "createAndExercise")
      return create_and_exercise(request.body);
    return bad_command("unknown command \"" + as_utf8(request.name) +
                       "\"; known are: " + kKnownCommands);
  }

  Result<interpreter::DisclosedContract> disclosed(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"contractId", "templateId", "payload"}));
    TENON_ASSIGN_OR_RETURN(const Identifier type, named_type(body, "templateId"));
    TENON_ASSIGN_OR_RETURN(ContractId id, required_contract_id(body));
    TENON_ASSIGN_OR_RETURN(Value argument, template_argument(type, body));
    return interpreter::DisclosedContract{std::move(id), {type, std::move(argument)}};
  }

private:
  interpreter::PackageStore& store() { return library_.store(); }

  Result<Identifier> named_type(const json& body, const char* member) {
    TENON_ASSIGN_OR_RETURN(const std::string text, required_text(body, member));
    return read_type(library_, view_, text);
  }

  Result<Value> value(const json& body, const char* member, const RuntimeType& type) {
    static const json kNothing = json::object();
    const auto found = body.find(member);
    auto read = value_from_json(store(), type, found == body.end() ? kNothing : *found);
    if (!read.ok())
      return bad_command(std::string("\"") + member + "\": " + read.status().message());
    return read;
  }

  Result<Value> template_argument(const Identifier& type, const json& body) {
    TENON_ASSIGN_OR_RETURN(const auto* const code, find_template(store(), type));
    return value(body, "payload", *code->type);
  }

  // Where the choice is declared: by the template itself, else by the only interface of which it is
  // an instance and that has such a choice. The template where there is none or more than one.
  Result<Identifier> declaring_type(const Identifier& type, const json& body) {
    TENON_ASSIGN_OR_RETURN(const std::string choice, required_text(body, "choice"));
    const auto code = store().contract(type);
    if (!code.ok() || (*code)->choices.contains(choice))
      return type;
    TENON_ASSIGN_OR_RETURN(const PackageLibrary::Catalog catalog, library_.catalog(view_));
    std::optional<Identifier> only;
    for (const std::string& name : PackageLibrary::implemented(catalog, type.to_text())) {
      TENON_ASSIGN_OR_RETURN(const Identifier id, library_.find_type(view_, name));
      TENON_ASSIGN_OR_RETURN(const auto* const interface, store().interface(id));
      if (!interface->choices.contains(choice))
        continue;
      if (only)
        return type;
      only = id;
    }
    return only.value_or(type);
  }

  // Of a template, or of an interface.
  Status read_choice(const json& body, const Identifier& type, Command& command,
                     std::optional<Value>& argument) {
    TENON_ASSIGN_OR_RETURN(const std::string name, required_text(body, "choice"));
    TENON_ASSIGN_OR_RETURN(command.choice, Name::parse(name));
    const auto code = store().contract(type);
    const auto interface = store().interface(type);
    if (!code.ok() && !interface.ok())
      return no_such_type(code.status());
    const auto& choices = code.ok() ? (*code)->choices : (*interface)->choices;
    const auto found = choices.find(name);
    if (found == choices.end()) {
      std::set<std::string_view> names;
      for (const auto& [known, choice] : choices)
        names.insert(known);
      std::string all;
      for (const std::string_view known : names)
        all.append(all.empty() ? "" : ", ").append(known);
      return not_found("UNKNOWN_CHOICE: " + type.to_text() + " has no choice \"" + name +
                       "\"; it has: " + all);
    }
    TENON_ASSIGN_OR_RETURN(argument, value(body, "argument", *found->second->argument));
    return {};
  }

  Result<Command> create(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"templateId", "payload"}));
    TENON_ASSIGN_OR_RETURN(const Identifier type, named_type(body, "templateId"));
    Command command{Command::Form::kCreate, type};
    TENON_ASSIGN_OR_RETURN(command.argument, template_argument(type, body));
    return command;
  }

  Result<Command> exercise(const json& body) {
    TENON_RETURN_IF_ERROR(
        check_members(body, {"templateId", "interfaceId", "contractId", "choice", "argument"}));
    const bool interface = body.contains("interfaceId");
    TENON_ASSIGN_OR_RETURN(Identifier type,
                           named_type(body, interface ? "interfaceId" : "templateId"));
    if (!interface) {
      TENON_ASSIGN_OR_RETURN(type, declaring_type(type, body));
    }
    Command command{Command::Form::kExercise, type};
    TENON_ASSIGN_OR_RETURN(command.contract_id, required_contract_id(body));
    TENON_RETURN_IF_ERROR(read_choice(body, type, command, command.argument));
    return command;
  }

  Result<Command> exercise_by_key(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"templateId", "key", "choice", "argument"}));
    TENON_ASSIGN_OR_RETURN(const Identifier type, named_type(body, "templateId"));
    Command command{Command::Form::kExerciseByKey, type};
    TENON_ASSIGN_OR_RETURN(const json* const key, required(body, "key"));
    TENON_ASSIGN_OR_RETURN(command.key, read_key(library_, type, *key));
    TENON_RETURN_IF_ERROR(read_choice(body, type, command, command.argument));
    return command;
  }

  Result<Command> create_and_exercise(const json& body) {
    TENON_RETURN_IF_ERROR(check_members(body, {"templateId", "payload", "choice", "argument"}));
    TENON_ASSIGN_OR_RETURN(const Identifier type, named_type(body, "templateId"));
    Command command{Command::Form::kCreateAndExercise, type};
    TENON_ASSIGN_OR_RETURN(command.argument, template_argument(type, body));
    TENON_RETURN_IF_ERROR(read_choice(body, type, command, command.choice_argument));
    return command;
  }

  PackageLibrary& library_;
  const plugin::StateView& view_;
};

// A time that the application gives, else `otherwise`.
Result<Timestamp> read_time(const json& body, const char* member, Timestamp otherwise) {
  TENON_ASSIGN_OR_RETURN(const std::string text, optional_text(body, member));
  if (text.empty())
    return otherwise;
  auto time = Timestamp::parse(text);
  if (!time.ok())
    return bad_command(std::string("\"") + member + "\": " + time.status().message());
  return time;
}

Status read_several(CommandReader& reader, const json& body, Timestamp now,
                    Submission& submission) {
  TENON_RETURN_IF_ERROR(
      check_members(body, {"commands", "workflowId", "minLedgerTime", "disclosedContracts",
                           "divulgedAfter"}));
  const auto commands = body.find("commands");
  if (commands == body.end() || !commands->is_array())
    return bad_command("expected a list \"commands\"");
  for (const json& item : *commands) {
    if (!item.is_object() || item.size() != 1)
      return bad_command(std::string("\"commands\": expected objects with one member, out of: ") +
                         kKnownCommands);
    TENON_ASSIGN_OR_RETURN(Command command, reader.read({item.begin().key(), *item.begin()}));
    submission.commands.push_back(std::move(command));
  }
  if (const auto disclosed = body.find("disclosedContracts"); disclosed != body.end()) {
    if (!disclosed->is_array())
      return bad_command("\"disclosedContracts\": expected a list");
    for (const json& item : *disclosed) {
      TENON_ASSIGN_OR_RETURN(auto contract, reader.disclosed(item));
      submission.disclosed.push_back(std::move(contract));
    }
  }
  TENON_ASSIGN_OR_RETURN(submission.workflow_id, optional_text(body, "workflowId"));
  TENON_ASSIGN_OR_RETURN(const Timestamp least, read_time(body, "minLedgerTime", now));
  submission.ledger_time = std::max(now, least);
  if (body.contains("divulgedAfter")) {
    TENON_ASSIGN_OR_RETURN(submission.divulged_after, read_time(body, "divulgedAfter", now));
  }
  return {};
}

} // namespace

Result<Identifier> read_type(PackageLibrary& library, const plugin::StateView& view,
                             const std::string& text) {
  auto type = library.find_type(view, text);
  if (type.ok() || type.status().fault() || type.status().code() != Code::kInvalidArgument)
    return type;
  return bad_command("expected package:Module:Name or #package-name:Module:Name, found " +
                     as_utf8(text) + ": " + type.status().message());
}

Result<Value> read_key(PackageLibrary& library, const Identifier& template_id,
                       const nlohmann::json& key) {
  TENON_ASSIGN_OR_RETURN(const auto* const code, find_template(library.store(), template_id));
  if (code->key_type == nullptr)
    return bad_command("template " + template_id.to_text() + " has no key");
  auto value = value_from_json(library.store(), *code->key_type, key);
  if (!value.ok())
    return bad_command("\"key\": " + value.status().message());
  return value;
}

Result<Submission> read_submission(PackageLibrary& library, const plugin::StateView& view,
                                   const NamedRequest& request, Timestamp now) {
  Submission submission;
  submission.submission_time = now;
  submission.ledger_time = now;
  CommandReader reader(library, view);
  if (request.name == "commands") {
    TENON_RETURN_IF_ERROR(read_several(reader, request.body, now, submission));
    return submission;
  }
  TENON_ASSIGN_OR_RETURN(Command command, reader.read(request));
  submission.commands.push_back(std::move(command));
  return submission;
}

} // namespace tenon::daml::engine
