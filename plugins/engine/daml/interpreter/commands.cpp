#include "interpreter/commands.hpp"

#include "interpreter/conversion.hpp"
#include "interpreter/function_scope.hpp"
#include "interpreter/operations.hpp"

namespace tenon::daml::interpreter {

namespace {

namespace op = operations;

Error error_of(ErrorKind kind, std::string message) {
  Error error;
  error.kind = kind;
  error.message = std::move(message);
  return error;
}

// Makes the program; lives for one call.
class Preparation {
public:
  explicit Preparation(Machine& machine)
      : machine_(machine), scope_(nullptr, 0), result_(scope_.allocate()) {}

  bool add(const Command& command) {
    switch (command.form) {
    case Command::Form::kCreate:
      return add_create(command);
    case Command::Form::kExercise:
      return add_exercise(command);
    case Command::Form::kExerciseByKey:
      return add_by_key(command);
    case Command::Form::kCreateAndExercise:
      return add_create_and_exercise(command);
    case Command::Form::kFetch:
      return add_fetch(command);
    case Command::Form::kFetchByKey:
    case Command::Form::kLookupByKey:
      return add_by_key(command);
    }
    return fail("expected a command, found none");
  }

  bool add(const DisclosedContract& contract) {
    const TemplateCode* const code = find_template(contract.instance.template_id);
    if (code == nullptr)
      return false;
    const auto [place, added] = machine_.contracts().entries.try_emplace(contract.contract_id);
    if (!added)
      return fail("contract " + contract.contract_id.to_text() + " is disclosed twice");
    place->second.instance = contract.instance;
    place->second.disclosed = true;
    const std::uint32_t base = scope_.mark();
    add_word(machine_.heap().text(Kind::kContractId, contract.contract_id.bytes()));
    const Operand id = reg(static_cast<Register>(base));
    scope_.add(op::fetch_contract, reg(result_), id, {}, reg(scope_.free_register()));
    scope_.add_pointers(code);
    scope_.add(op::disclose, {}, id);
    scope_.add_pointers(code);
    scope_.release(base);
    return true;
  }

  std::optional<Error> start(bool empty) {
    if (empty) {
      scope_.add(op::load, reg(result_));
      scope_.add_word(unit_word());
    }
    scope_.add(op::finish, {}, reg(result_));
    auto body = scope_.finish();
    if (!body.ok())
      return error_of(ErrorKind::kInvalidCommand, body.status().message());
    machine_.start(std::move(*body));
    return std::nullopt;
  }

  Error take_error() { return std::move(*error_); }

private:
  bool fail(std::string message, ErrorKind kind = ErrorKind::kInvalidCommand) {
    error_ = error_of(kind, std::move(message));
    return false;
  }
  bool fail(const Status& status) {
    return fail(status.message());
  }

  const TemplateCode* find_template(const Identifier& id) {
    if (!check_package(id))
      return nullptr;
    const Result<const TemplateCode*> code = machine_.store().contract(id);
    if (!code.ok())
      fail(code.status());
    return code.ok() ? *code : nullptr;
  }

  bool check_package(const Identifier& id) {
    return machine_.store().has(id.package.str()) ||
           fail("package " + id.package.str() + " is not known", ErrorKind::kMissingPackage);
  }

  // The value in a register of its own.
  bool add_value(const RuntimeType& type, const std::optional<Value>& value,
                 std::string_view what) {
    if (!value)
      return fail("expected a " + std::string(what) + ", found none");
    Importer importer(machine_.store(), machine_.heap(), machine_.meter());
    const std::optional<Word> word = importer.run(type, *value);
    if (word)
      return add_word(*word);
    if (!importer.error().ok())
      return fail(importer.error().with_context(what));
    const bool memory = machine_.meter().stop() == Meter::Stop::kMemory;
    return fail("the commands' values take more than the budget",
                memory ? ErrorKind::kMemoryExceeded : ErrorKind::kStepsExceeded);
  }
  bool add_word(const Word& word) {
    scope_.add(op::load, reg(scope_.allocate()));
    scope_.add_word(word);
    return true;
  }
  bool add_contract_id(const Command& command) {
    if (!command.contract_id)
      return fail("expected a contract id, found none");
    return add_word(machine_.heap().text(Kind::kContractId, command.contract_id->bytes()));
  }
  // A call whose arguments were added from `base` on.
  bool add_call(const Function& function, std::uint32_t base) {
    scope_.add(op::call, reg(result_), reg(static_cast<Register>(base)));
    scope_.add_pointers(&function);
    scope_.release(base);
    return true;
  }

  const ChoiceCode* find_choice(
      const std::unordered_map<std::string_view, std::unique_ptr<ChoiceCode>>& choices,
      const Command& command) {
    if (!command.choice) {
      fail("expected a choice, found none");
      return nullptr;
    }
    const auto found = choices.find(command.choice->str());
    if (found == choices.end()) {
      fail("unknown choice " + command.choice->str() + " of " + command.type.to_text());
      return nullptr;
    }
    return found->second.get();
  }

  bool add_create(const Command& command) {
    const TemplateCode* const code = find_template(command.type);
    const std::uint32_t base = scope_.mark();
    return code != nullptr && add_value(*code->type, command.argument, "argument") &&
           add_call(code->create.run, base);
  }

  bool add_exercise(const Command& command) {
    if (!check_package(command.type))
      return false;
    const ChoiceCode* choice = nullptr;
    if (const auto contract = machine_.store().contract(command.type); contract.ok()) {
      choice = find_choice((*contract)->choices, command);
    } else if (const auto interface = machine_.store().interface(command.type); interface.ok()) {
      choice = find_choice((*interface)->choices, command);
    } else {
      return fail("expected a template or interface, found " + command.type.to_text());
    }
    const std::uint32_t base = scope_.mark();
    return choice != nullptr && add_contract_id(command) &&
           add_value(*choice->argument, command.argument, "argument") &&
           add_call(choice->exercise.run, base);
  }

  bool add_by_key(const Command& command) {
    const TemplateCode* const code = find_template(command.type);
    if (code == nullptr)
      return false;
    if (code->key_type == nullptr)
      return fail("expected a template with a key, found " + command.type.to_text());
    const std::uint32_t base = scope_.mark();
    if (command.form != Command::Form::kExerciseByKey) {
      const bool fetch = command.form == Command::Form::kFetchByKey;
      return add_value(*code->key_type, command.key, "key") &&
             add_call(fetch ? code->fetch_by_key.run : code->lookup_by_key.run, base);
    }
    const ChoiceCode* const choice = find_choice(code->choices, command);
    return choice != nullptr && add_value(*code->key_type, command.key, "key") &&
           add_value(*choice->argument, command.argument, "argument") &&
           add_call(choice->exercise_by_key.run, base);
  }

  bool add_create_and_exercise(const Command& command) {
    const TemplateCode* const code = find_template(command.type);
    if (code == nullptr)
      return false;
    const ChoiceCode* const choice = find_choice(code->choices, command);
    const std::uint32_t base = scope_.mark();
    if (choice == nullptr || !add_value(*code->type, command.argument, "argument") ||
        !add_call(code->create.run, base))
      return false;
    scope_.add(op::move, reg(scope_.allocate()), reg(result_));
    return add_value(*choice->argument, command.choice_argument, "choice argument") &&
           add_call(choice->exercise.run, base);
  }

  bool add_fetch(const Command& command) {
    if (!check_package(command.type))
      return false;
    const std::uint32_t base = scope_.mark();
    if (const auto contract = machine_.store().contract(command.type); contract.ok())
      return add_contract_id(command) && add_call((*contract)->fetch.run, base);
    if (const auto interface = machine_.store().interface(command.type); interface.ok())
      return add_contract_id(command) && add_call((*interface)->fetch.run, base);
    return fail("expected a template or interface, found " + command.type.to_text());
  }

  Machine& machine_;
  FunctionScope scope_;
  Register result_;
  std::optional<Error> error_;
};

} // namespace

std::optional<Error> start_commands(Machine& machine, std::span<const Command> commands,
                                    std::span<const DisclosedContract> disclosed) {
  Preparation preparation(machine);
  std::optional<Error> error;
  const auto add_all = [&](const auto& items, std::string_view what) {
    for (std::size_t i = 0; i < items.size() && !error; ++i) {
      if (preparation.add(items[i]))
        continue;
      error = preparation.take_error();
      error->message = std::string(what) + " " + std::to_string(i) + ": " + error->message;
    }
  };
  add_all(disclosed, "disclosed contract");
  add_all(commands, "command");
  return error ? error : preparation.start(commands.empty());
}

std::optional<Error> start_view(Machine& machine, const Identifier& interface_id,
                                const Identifier& template_id, const Value& argument) {
  const auto contract = machine.store().contract(template_id);
  if (!contract.ok())
    return error_of(ErrorKind::kInvalidCommand, contract.status().message());
  const auto interface = machine.store().interface(interface_id);
  if (!interface.ok())
    return error_of(ErrorKind::kInvalidCommand, interface.status().message());
  const InstanceCode* const instance = find_instance(**interface, **contract);
  if (instance == nullptr) {
    return error_of(ErrorKind::kInvalidCommand, "expected an instance of " +
                                                    interface_id.to_text() + ", found " +
                                                    template_id.to_text());
  }
  Importer importer(machine.store(), machine.heap(), machine.meter());
  const std::optional<Word> word = importer.run(*(*contract)->type, argument);
  if (!word)
    return error_of(ErrorKind::kInvalidCommand, importer.error().message());
  machine.start(instance->view.value, std::span(&*word, 1));
  return std::nullopt;
}

} // namespace tenon::daml::interpreter
