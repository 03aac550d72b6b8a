#include "ledger.hpp"

#include "interpreter/show.hpp"
#include "runner.hpp"

namespace tenon::daml::interpreter::test {

bool TestLedger::submit(const Submission& submission) {
  ledger::TransactionBuilder::Options options;
  options.seed.bytes[0] = static_cast<std::uint8_t>(++submissions_);
  options.seed.bytes[1] = static_cast<std::uint8_t>(submissions_ >> 8);
  options.key_mode = submission.key_mode;
  for (const std::string& name : submission.parties)
    options.authorizers.insert(Party::literal(name));
  ledger::TransactionBuilder builder(options);
  BuilderPort port(builder);
  Machine machine(store_, &port, submission.options);
  questions_.clear();
  error_ = start_commands(machine, submission.commands);
  if (error_)
    return false;
  Machine::Outcome outcome = machine.run();
  while (outcome == Machine::Outcome::kQuestion) {
    answer(machine);
    outcome = machine.run();
  }
  steps_ = machine.steps_used();
  memory_ = machine.memory_used();
  traces_ = machine.traces();
  if (outcome == Machine::Outcome::kError) {
    error_ = machine.error();
    return false;
  }
  result_ = test::show(machine.result());
  finished_ = std::move(builder).finish().value();
  apply(finished_->transaction);
  return true;
}

void TestLedger::answer(Machine& machine) {
  const Question& question = machine.question();
  switch (question.kind) {
  case Question::Kind::kContract: {
    questions_.push_back("contract");
    const auto found = active_.find(*question.contract_id);
    machine.answer_contract(found == active_.end() ? std::nullopt : std::optional(found->second));
    break;
  }
  case Question::Kind::kKey: {
    questions_.push_back("key");
    const auto found = keys_.find(question.key->key.hash);
    machine.answer_key(found == keys_.end() ? std::nullopt : std::optional(found->second));
    break;
  }
  case Question::Kind::kPackage:
    questions_.push_back("package " + question.package->str());
    machine.answer_package(false);
    break;
  case Question::Kind::kTime:
    questions_.push_back("time");
    machine.answer_time(time_);
    break;
  }
}

void TestLedger::apply(const ledger::Transaction& transaction) {
  const std::vector<bool> undone = ledger::rolled_back(transaction);
  for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
    if (undone[i])
      continue;
    const ledger::Node& node = transaction.nodes[i];
    if (const auto* create = std::get_if<ledger::Create>(&node)) {
      active_.emplace(create->contract_id,
                      ContractInstance{create->template_id, create->argument});
      if (create->key) {
        keys_.insert_or_assign(create->key->key.hash, create->contract_id);
        keys_of_.emplace(create->contract_id, create->key->key.hash);
      }
    }
    const auto* exercise = std::get_if<ledger::Exercise>(&node);
    if (exercise == nullptr || !exercise->consuming)
      continue;
    active_.erase(exercise->contract_id);
    const auto key = keys_of_.find(exercise->contract_id);
    if (key != keys_of_.end() && keys_.at(key->second) == exercise->contract_id)
      keys_.erase(key->second);
  }
}

std::vector<ContractId> TestLedger::created() const {
  std::vector<ContractId> result;
  for (const ledger::Node& node : finished_->transaction.nodes) {
    if (const auto* create = std::get_if<ledger::Create>(&node))
      result.push_back(create->contract_id);
  }
  return result;
}

namespace {

void add_shape(const ledger::Transaction& transaction, const std::vector<ledger::NodeId>& ids,
               std::string& text) {
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const ledger::Node& node = transaction.at(ids[i]);
    text += i == 0 ? "" : ", ";
    text += ledger::kind_name(node);
    if (const Identifier* name = ledger::template_of(node))
      text += " " + name->name.str();
    if (const auto* exercise = std::get_if<ledger::Exercise>(&node))
      text += "." + exercise->choice.str();
    if (ledger::children_of(node).empty())
      continue;
    text += " (";
    add_shape(transaction, ledger::children_of(node), text);
    text += ")";
  }
}

} // namespace

std::string TestLedger::shape() const {
  std::string text;
  add_shape(finished_->transaction, finished_->transaction.roots, text);
  return text;
}

Identifier id_of(std::string_view name, std::string_view package) {
  return Identifier::literal(std::string(package) + ":Main:" + std::string(name));
}

Value party(std::string_view name) {
  return Value::party(Party::literal(name));
}

Value record(std::vector<Value> fields) {
  return Value::record(nullptr, nullptr, std::move(fields));
}

Command create(std::string_view contract, Value argument) {
  Command command{Command::Form::kCreate, id_of(contract)};
  command.argument = std::move(argument);
  return command;
}

Command exercise(std::string_view type, const ContractId& id, std::string_view choice,
                 Value argument) {
  Command command{Command::Form::kExercise, id_of(type)};
  command.contract_id = id;
  command.choice = Name::literal(choice);
  command.argument = std::move(argument);
  return command;
}

Command exercise_by_key(std::string_view contract, Value key, std::string_view choice,
                        Value argument) {
  Command command{Command::Form::kExerciseByKey, id_of(contract)};
  command.key = std::move(key);
  command.choice = Name::literal(choice);
  command.argument = std::move(argument);
  return command;
}

Command create_and_exercise(std::string_view contract, Value argument, std::string_view choice,
                            Value choice_argument) {
  Command command{Command::Form::kCreateAndExercise, id_of(contract)};
  command.argument = std::move(argument);
  command.choice = Name::literal(choice);
  command.choice_argument = std::move(choice_argument);
  return command;
}

} // namespace tenon::daml::interpreter::test
