// What a transaction does to contracts and keys, node by node: which contracts it made and archived
// so far, what each key leads to, and what it needs of the ledger before it. The builder uses it
// while a transaction grows, the checks to judge a finished one: both see the same.
//
// Owned by whoever walks the transaction; one thread.
#pragma once

#include <map>
#include <set>

#include "ledger/error.hpp"

namespace tenon::daml::ledger {

// kStrict: every node with a key is an action on the key, and there is one active contract for a
// key. kOff: only what goes by key is, and nothing is unique.
enum class KeyMode : std::uint8_t { kStrict, kOff };

// What a key must lead to before the transaction.
struct KeyInput {
  enum class Kind : std::uint8_t {
    kFree,      // to nothing: it was looked up in vain
    kCreatable, // to nothing: the transaction creates a contract under it
    kActive,    // to `contract_id`
  };
  Kind kind;
  GlobalKey key;
  PartySet maintainers;
  std::optional<ContractId> contract_id;
};

// What the transaction leaves of a key: the contract it leads to, or nothing.
struct KeyOutput {
  GlobalKey key;
  PartySet maintainers;
  std::optional<ContractId> contract_id;
};

using KeyInputs = std::map<Hash, KeyInput>;
using KeyOutputs = std::map<Hash, KeyOutput>;

class ContractStates {
public:
  explicit ContractStates(KeyMode mode) : mode_(mode) {}

  // What a key leads to at this point. Not known: neither the transaction nor an answer has told.
  struct KeyState {
    bool known = false;
    std::optional<ContractId> contract_id;
  };
  [[nodiscard]] KeyState key_state(const Hash& key) const;
  // The ledger's answer to a key that is not known; what it means at this point, which is nothing
  // when the transaction has archived that contract.
  std::optional<ContractId> resolve_key(const KeyWithMaintainers& key,
                                        const std::optional<ContractId>& found);

  // Nothing, or why the contract cannot be used at this point.
  enum class Unusable : std::uint8_t { kArchived, kUndone };
  [[nodiscard]] std::optional<Unusable> unusable(const ContractId& id) const;
  // The same as the error that a use of it gives.
  [[nodiscard]] std::optional<Error> check_usable(const ContractId& id) const;
  // The exercise that archived it, where one did.
  [[nodiscard]] std::optional<NodeId> archived_by(const ContractId& id) const;
  [[nodiscard]] bool is_local(const ContractId& id) const { return created_.contains(id); }

  // The nodes in the order of execution. Nothing, or what rule the node breaks; after that nothing
  // more is visited. Authorization and children are not looked at.
  [[nodiscard]] std::optional<Error> visit(NodeId id, const Node& node);
  [[nodiscard]] std::optional<Error> visit_create(const ContractId& id,
                                                  const KeyWithMaintainers* key);
  [[nodiscard]] std::optional<Error> visit_fetch(const ContractId& id,
                                                 const KeyWithMaintainers* key, bool by_key);
  [[nodiscard]] std::optional<Error> visit_exercise(NodeId node, const ContractId& id,
                                                    const KeyWithMaintainers* key, bool by_key,
                                                    bool consuming);
  [[nodiscard]] std::optional<Error> visit_lookup(const KeyWithMaintainers& key,
                                                  const std::optional<ContractId>& result);

  // A part that may be undone; parts nest. Every begin is matched by one of the others.
  void begin_rollback();
  void end_rollback();  // it is undone
  void drop_rollback(); // it is kept

  // Every contract that was used and not made here, undone or not.
  [[nodiscard]] const std::set<ContractId>& inputs() const { return inputs_; }
  // Every contract that was made here, undone or not.
  [[nodiscard]] const std::set<ContractId>& created() const { return created_; }
  // Every contract that was archived and by which exercise, without what was undone.
  [[nodiscard]] const std::map<ContractId, NodeId>& archived() const { return archived_; }
  [[nodiscard]] const KeyInputs& key_inputs() const { return key_inputs_; }
  // Keys of contracts that were made or archived and not undone.
  [[nodiscard]] KeyOutputs key_outputs() const;

private:
  // A key that was changed and not undone.
  struct LocalKey {
    KeyWithMaintainers key;
    std::optional<ContractId> created; // the latest contract that was made under it
  };
  // What must be put back when a part is undone.
  struct Change {
    enum class Kind : std::uint8_t { kCreated, kArchived, kKey };
    Kind kind;
    std::optional<ContractId> contract_id;
    Hash key;
    std::optional<LocalKey> before;
  };

  [[nodiscard]] std::optional<Error> require_key(const ContractId& id,
                                                 const KeyWithMaintainers* key, bool by_key);
  void use(const ContractId& id);
  void set_key(const KeyWithMaintainers& key, const std::optional<ContractId>& created);
  void note(Change change);

  KeyMode mode_;
  std::set<ContractId> created_;
  std::set<ContractId> inputs_;
  std::set<ContractId> live_; // made here and not undone
  std::map<ContractId, NodeId> archived_;
  std::map<Hash, LocalKey> keys_;
  KeyInputs key_inputs_;
  std::vector<Change> changes_;        // since the outermost open part began
  std::vector<std::size_t> rollbacks_; // where in changes_ each open part began
};

} // namespace tenon::daml::ledger
