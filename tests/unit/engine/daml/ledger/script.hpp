// Transactions written step by step, as an interpreter would drive the builder: contracts with
// names, parties as words. Every step is required to succeed unless its name says otherwise.
#pragma once

#include <catch2/catch.hpp>
#include <functional>

#include "ledger/transaction_builder.hpp"
#include "values/hashing.hpp"

namespace tenon::daml::ledger {

// "Alice Bob": both.
PartySet parties(std::string_view words);
Hash seed(std::string_view text);
// A contract of an earlier transaction.
ContractId given_id(std::string_view name);
Identifier template_id(std::string_view name); // "Iou" of module Main

struct Facts {
  std::string template_name = "Iou";
  std::string signatories = {};
  std::string observers = {};
  std::string maintainers = {}; // of the key; no key without
  std::string key = "k";
  Value argument = Value::text("x");
  TransactionVersion version = TransactionVersion::k15;
};
std::shared_ptr<const Contract> make_contract(const Facts& facts);
KeyWithMaintainers make_key(std::string_view template_name, std::string_view key,
                            std::string_view maintainers,
                            TransactionVersion version = TransactionVersion::k15);

struct Choice {
  std::string name = "Act";
  std::string controllers = {};
  bool consuming = true;
  std::string observers = {};
  bool by_key = false;
  std::optional<std::string> authorizers = {};
};

class Script {
public:
  explicit Script(std::string_view submitters, KeyMode mode = KeyMode::kStrict,
                  BuilderLimits limits = {});

  // A contract of an earlier transaction that the script may use.
  ContractId given(std::string_view name, const Facts& facts);

  ContractId create(const Facts& facts);
  void exercise(const ContractId& id, const Choice& choice,
                const std::function<void()>& consequences = [] {});
  void fetch(const ContractId& id, bool by_key = false);
  void lookup(const KeyWithMaintainers& key, const std::optional<ContractId>& result);
  // Consequences that an exception undoes.
  void undone(const std::function<void()>& steps);
  // A try that no exception leaves.
  void tried(const std::function<void()>& steps);

  // The same steps where they may be refused.
  Status try_create(const Facts& facts);
  Status try_exercise(const ContractId& id, const Choice& choice); // begins only
  Status try_fetch(const ContractId& id, bool by_key = false);
  Status try_lookup(const KeyWithMaintainers& key, const std::optional<ContractId>& result);

  FinishedTransaction finish() { return std::move(builder_).finish().value(); }
  TransactionBuilder& builder() { return builder_; }
  const Contract& contract(const ContractId& id) const { return *contracts_.at(id); }

private:
  TransactionBuilder builder_;
  std::map<ContractId, std::shared_ptr<const Contract>> contracts_;
};

// The tree in one line: "X(C F) R(C)", with C, F, X, L and R for the kinds.
std::string sketch(const Transaction& transaction);

} // namespace tenon::daml::ledger
