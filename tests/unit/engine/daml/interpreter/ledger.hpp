// A ledger in memory for tests: answers the machine's questions, keeps what its transactions do.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "interpreter/commands.hpp"
#include "interpreter/conversion.hpp"
#include "ledger/transaction_builder.hpp"
#include "program.hpp"

namespace tenon::daml::interpreter::test {

struct Submission {
  std::vector<std::string> parties;
  std::vector<Command> commands;
  MachineOptions options = {};
  ledger::KeyMode key_mode = ledger::KeyMode::kStrict;
};

class TestLedger {
public:
  TestLedger() = default; // packages are added to its store
  explicit TestLedger(Program& program) { add(program); }
  void add(Program& program) {
    if (!store_.add(program.finish()).ok())
      std::abort(); // a mistake of the test
  }

  // Runs the commands; on success the ledger has changed. False: error() tells why.
  bool submit(const Submission& submission);
  // Only the commands, on behalf of one party.
  bool submit(std::string_view party, std::vector<Command> commands) {
    return submit({{std::string(party)}, std::move(commands), {}, ledger::KeyMode::kStrict});
  }

  [[nodiscard]] const Error& error() const { return *error_; }
  [[nodiscard]] const ledger::FinishedTransaction& transaction() const { return *finished_; }
  // What the last command yielded, as text.
  [[nodiscard]] const std::string& result() const { return result_; }
  // "create Iou, exercise Transfer (create Iou)": the nodes of the last transaction.
  [[nodiscard]] std::string shape() const;
  // The contracts that it made, in order.
  [[nodiscard]] std::vector<ContractId> created() const;
  [[nodiscard]] bool is_active(const ContractId& id) const { return active_.contains(id); }
  [[nodiscard]] std::size_t active_count() const { return active_.size(); }
  [[nodiscard]] const std::vector<std::string>& questions() const { return questions_; }
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::uint64_t memory() const { return memory_; }
  [[nodiscard]] const std::vector<std::string>& traces() const { return traces_; }
  [[nodiscard]] PackageStore& store() { return store_; }

  void set_time(std::int64_t micros) { time_ = Timestamp::from_micros(micros).value(); }
  // A contract that the ledger has from elsewhere.
  void add_contract(const ContractId& id, ContractInstance instance) {
    active_.insert_or_assign(id, std::move(instance));
  }

  // Back to no contracts, and to the seeds of the beginning; packages stay.
  void forget_contracts() {
    active_.clear();
    keys_.clear();
    keys_of_.clear();
    submissions_ = 0;
  }

private:
  void answer(Machine& machine);
  void apply(const ledger::Transaction& transaction);

  PackageStore store_;
  std::map<ContractId, ContractInstance> active_;
  std::map<Hash, ContractId> keys_;
  std::map<ContractId, Hash> keys_of_;
  Timestamp time_;
  std::uint32_t submissions_ = 0;
  std::optional<Error> error_;
  std::optional<ledger::FinishedTransaction> finished_;
  std::string result_;
  std::vector<std::string> questions_;
  std::vector<std::string> traces_;
  std::uint64_t steps_ = 0;
  std::uint64_t memory_ = 0;
};

// Shorthands for values and commands of module Main.
[[nodiscard]] Identifier id_of(std::string_view name, std::string_view package = kPackageId);
[[nodiscard]] Value party(std::string_view name);
[[nodiscard]] Value record(std::vector<Value> fields);
[[nodiscard]] Command create(std::string_view contract, Value argument);
[[nodiscard]] Command exercise(std::string_view type, const ContractId& id,
                               std::string_view choice, Value argument = Value());
[[nodiscard]] Command exercise_by_key(std::string_view contract, Value key,
                                      std::string_view choice, Value argument = Value());
[[nodiscard]] Command create_and_exercise(std::string_view contract, Value argument,
                                          std::string_view choice,
                                          Value choice_argument = Value());

} // namespace tenon::daml::interpreter::test
