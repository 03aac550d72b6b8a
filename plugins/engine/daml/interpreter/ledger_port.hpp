// What the machine needs of the ledger model while an update runs: the transaction that grows with
// each step, who may do what, and which contracts and keys the transaction itself has changed. One
// for each interpretation; called on the machine's thread only.
//
// What the model lacks (contracts and keys of the ledger) it does not fetch: the machine stops with
// a question and is continued with the answer.
#pragma once

#include <memory>
#include <optional>

#include "ledger/transaction_builder.hpp"

namespace tenon::daml::interpreter {

class LedgerPort {
public:
  using KeyState = ledger::ContractStates::KeyState;

  virtual ~LedgerPort() = default;

  // Refused when the transaction has archived the contract or undone its creation.
  [[nodiscard]] virtual Status check_usable(const ContractId& id,
                                            const Identifier* template_id) = 0;
  // Made by this transaction.
  [[nodiscard]] virtual bool is_local(const ContractId& id) const = 0;

  // What a key leads to at this point, if that is known without the ledger. Refused for a key
  // without maintainers.
  [[nodiscard]] virtual Result<KeyState> key_state(const ledger::KeyWithMaintainers& key) = 0;
  // The ledger's answer, and what it means at this point.
  virtual std::optional<ContractId> answer_key(const ledger::KeyWithMaintainers& key,
                                               const std::optional<ContractId>& found) = 0;

  // Steps; each is refused or becomes part of the transaction.
  [[nodiscard]] virtual Result<ContractId>
  create(std::shared_ptr<const ledger::Contract> contract) = 0;
  [[nodiscard]] virtual Status fetch(const ledger::FetchStep& step,
                                     const ledger::Contract& contract) = 0;
  [[nodiscard]] virtual Status lookup(ledger::LookupStep step) = 0;
  [[nodiscard]] virtual Status begin_exercise(ledger::ExerciseStep step,
                                              const ledger::Contract& contract) = 0;
  [[nodiscard]] virtual Status end_exercise(const Value& result) = 0;
  virtual void abort_exercise() = 0;
  [[nodiscard]] virtual Status begin_try() = 0;
  virtual void end_try() = 0;
  [[nodiscard]] virtual bool can_roll_back() const = 0;
  virtual void roll_back_try() = 0;

  // How many actions the transaction has that are in no other and have come to their end.
  [[nodiscard]] virtual std::size_t root_actions() const = 0;
  // Details of what was refused last.
  [[nodiscard]] virtual const std::optional<ledger::Error>& error() const = 0;
};

// The port of the transaction builder, which must outlive it.
class BuilderPort final : public LedgerPort {
public:
  explicit BuilderPort(ledger::TransactionBuilder& builder) : builder_(builder) {}

  Status check_usable(const ContractId& id, const Identifier* template_id) override {
    return builder_.check_usable(id, template_id);
  }
  bool is_local(const ContractId& id) const override { return builder_.is_local(id); }
  Result<KeyState> key_state(const ledger::KeyWithMaintainers& key) override {
    return builder_.key_state(key);
  }
  std::optional<ContractId> answer_key(const ledger::KeyWithMaintainers& key,
                                       const std::optional<ContractId>& found) override {
    return builder_.answer_key(key, found);
  }
  Result<ContractId> create(std::shared_ptr<const ledger::Contract> contract) override {
    return builder_.create(std::move(contract));
  }
  Status fetch(const ledger::FetchStep& step, const ledger::Contract& contract) override {
    return builder_.fetch(step, contract);
  }
  Status lookup(ledger::LookupStep step) override { return builder_.lookup(std::move(step)); }
  Status begin_exercise(ledger::ExerciseStep step, const ledger::Contract& contract) override {
    return builder_.begin_exercise(std::move(step), contract);
  }
  Status end_exercise(const Value& result) override { return builder_.end_exercise(result); }
  void abort_exercise() override { builder_.abort_exercise(); }
  Status begin_try() override { return builder_.begin_try(); }
  void end_try() override { builder_.end_try(); }
  bool can_roll_back() const override { return builder_.can_roll_back(); }
  void roll_back_try() override { builder_.roll_back_try(); }
  std::size_t root_actions() const override { return builder_.root_actions(); }
  const std::optional<ledger::Error>& error() const override { return builder_.error(); }

private:
  ledger::TransactionBuilder& builder_;
};

} // namespace tenon::daml::interpreter
