// A transaction while the interpreter makes it, update by update. Holds what the ledger's rules
// need at each step: whose authority is given, which contracts are active, what keys lead to; and
// derives the ids of new contracts.
//
// Owned by one interpretation; one thread. The interpreter evaluates what programs say (parties,
// arguments, keys) and asks the ledger for contracts; the builder decides whether the step is
// allowed.
//
// A step that is refused returns a Status "ID: message" with a published error id, and error()
// tells it in detail. No program can catch such a refusal: after one nothing more may be added.
// Steps that do not fit (an end without its begin) are bugs and abort.
#pragma once

#include <memory>

#include "ledger/contract_states.hpp"
#include "values/time.hpp"

namespace tenon::daml::ledger {

struct BuilderLimits {
  std::size_t max_nodes = 200'000;
  // Exercises and tries around one step.
  std::size_t max_nesting = 20'000;
  // Contracts that are used and not made here.
  std::size_t max_input_contracts = 100'000;
  // Of signatories, observers, controllers, choice observers, maintainers: of each.
  std::size_t max_parties = 10'000;
};

// What all nodes of one contract tell of it: evaluated from its template and argument, once.
struct Contract {
  Identifier template_id;
  std::optional<PackageName> package_name; // required from version 17 on, not told before
  Value argument;                          // with or without type names and labels
  std::string agreement;
  PartySet signatories;
  PartySet observers; // signatories may be among them
  std::optional<KeyWithMaintainers> key;
  TransactionVersion version; // of the template's package
};

struct FetchStep {
  ContractId contract_id;
  std::optional<Identifier> interface_id; // told from version 17 on
  bool by_key = false;
  TransactionVersion version;
};

struct ExerciseStep {
  ContractId contract_id;
  std::optional<PackageName> package_name;   // of the template's package, also where only the
                                             // interface is of version 17
  std::optional<PackageId> creation_package; // of the template that the contract was made from
  Identifier template_id; // another one than the contract's only where packages are upgraded
  std::optional<Identifier> interface_id;
  Name choice;
  bool consuming = false;
  bool by_key = false;
  PartySet controllers;
  PartySet choice_observers;
  std::optional<PartySet> choice_authorizers;
  Value argument; // with or without type names and labels
  TransactionVersion version;
};

struct LookupStep {
  std::optional<PackageName> package_name;
  Identifier template_id;
  KeyWithMaintainers key;
  std::optional<ContractId> result;
  TransactionVersion version;
};

struct NodeSeed {
  NodeId node;
  Hash seed;
};

struct FinishedTransaction {
  Transaction transaction;     // in normal form
  std::vector<NodeSeed> seeds; // of every create and exercise, in order
  // What it needs of the ledger before it. That holds for what was undone as well, and for keys
  // that were asked for and then not used.
  std::set<ContractId> input_contracts;
  KeyInputs key_inputs;
  // The packages that its nodes name; what these depend on is needed as well.
  std::set<PackageId> used_packages;
};

class TransactionBuilder {
public:
  struct Options {
    Hash seed;                 // of the transaction: derive_transaction_seed()
    Timestamp submission_time; // goes into the ids of contracts
    PartySet authorizers;      // who submits
    KeyMode key_mode = KeyMode::kStrict;
    BuilderLimits limits;
  };

  explicit TransactionBuilder(Options options);

  // ---- What the interpreter asks before it evaluates the facts of a contract.

  // CONTRACT_NOT_ACTIVE when the transaction has archived it, CONTRACT_NOT_FOUND when its creation
  // was undone. `template_id` is only told in error().
  [[nodiscard]] Status check_usable(const ContractId& id, const Identifier* template_id);
  // Made by this transaction, undone or not. Such a contract is never asked of the ledger.
  [[nodiscard]] bool is_local(const ContractId& id) const { return states_.is_local(id); }

  // What the key leads to at this point. Where it is not known, the ledger is asked (with the
  // maintainers) and its answer given to answer_key(), which returns what it means here. Refused
  // (DAML_INTERPRETER_INVALID_ARGUMENT) for a key without maintainers.
  [[nodiscard]] Result<ContractStates::KeyState> key_state(const KeyWithMaintainers& key);
  std::optional<ContractId> answer_key(const KeyWithMaintainers& key,
                                       const std::optional<ContractId>& found);

  // How many actions are in no other and have come to their end.
  [[nodiscard]] std::size_t root_actions() const { return contexts_.front().next_child; }
  // Whose authority is given at this point.
  [[nodiscard]] const PartySet& authorizers() const { return *contexts_.back().authorizers; }

  // ---- Steps. Each checks its limits, then that the contract is active, then the key, then the
  // authorization; a create the authorization first.

  [[nodiscard]] Result<ContractId> create(const std::shared_ptr<const Contract>& contract);
  [[nodiscard]] Status fetch(const FetchStep& step, const Contract& contract);
  [[nodiscard]] Status lookup(LookupStep step);
  // From here on a consumed contract is archived and the consequences go below the exercise.
  [[nodiscard]] Status begin_exercise(ExerciseStep step, const Contract& contract);
  [[nodiscard]] Status end_exercise(const Value& result);
  // An exception leaves the exercise: it stays, without a result.
  void abort_exercise();

  [[nodiscard]] Status begin_try();
  // No exception, or one that the handler let pass: what was done stays.
  void end_try();
  // Whether what was done since begin_try() may be undone: nodes older than version 14 may not, and
  // the exception is then to be treated as one that nothing catches.
  [[nodiscard]] bool can_roll_back() const;
  void roll_back_try();

  // How many exercises and tries are open.
  [[nodiscard]] std::size_t depth() const { return contexts_.size() - 1; }

  // With nothing open. The builder is used up.
  [[nodiscard]] Result<FinishedTransaction> finish() &&;

  // Of the step that was refused. Nothing before one was.
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

private:
  struct Context {
    enum class Kind : std::uint8_t { kRoot, kExercise, kTry };
    Kind kind;
    NodeId node{}; // of the exercise, or of the rollback that a try may become
    std::shared_ptr<const PartySet> authorizers;
    Hash seed;                    // children's seeds are derived from it
    std::uint32_t next_child = 0; // counts actions
    std::vector<NodeId> children;
    TransactionVersion oldest = kNewestTransactionVersion; // of all nodes below
  };

  [[nodiscard]] Status refuse(Error error, const Identifier* template_id);
  [[nodiscard]] Status check_new_node();
  [[nodiscard]] Status check_nesting();
  [[nodiscard]] Status check_parties(std::string_view what, const PartySet& parties,
                                     const Identifier* name);
  [[nodiscard]] Status check_maintainers(const KeyWithMaintainers& key);
  [[nodiscard]] Status visit_and_authorize(const Node& node);
  [[nodiscard]] Result<Value> normal(const Value& value, TransactionVersion version,
                                     const Identifier* name);
  [[nodiscard]] Result<std::optional<KeyWithMaintainers>>
  normal_key(std::optional<KeyWithMaintainers> key, TransactionVersion version,
             const Identifier& name);
  [[nodiscard]] NodeId next_node() const { return node_id(nodes_.size()); }
  [[nodiscard]] Hash next_seed() const;
  void close_exercise(std::optional<Value> result);
  void add_leaf(Node node);
  void add_child(NodeId id, TransactionVersion oldest);

  Options options_;
  ContractStates states_;
  std::vector<Context> contexts_;
  std::vector<Node> nodes_; // a try that was not undone leaves an empty rollback
  std::vector<NodeSeed> seeds_;
  std::optional<Error> error_;
};

} // namespace tenon::daml::ledger
