// Whether a transaction fits the ledger as it is: every contract that it uses is active, every id
// that it gives is new, every key leads to what the transaction relies on. Pure but for the port.
#pragma once

#include "ledger/contract_states.hpp"

namespace tenon::daml::ledger {

// The ledger before the transaction. Implemented by whoever holds it; called by the thread that
// checks, only while the check lasts. A failure is one of reading, not a verdict.
class LedgerState {
public:
  // Archived contracts are told as long as the ledger keeps them, and unknown after.
  enum class Contract : std::uint8_t { kUnknown, kActive, kArchived };

  virtual ~LedgerState() = default;
  [[nodiscard]] virtual Result<Contract> contract(const ContractId& id) const = 0;
  // The active contract under a key.
  [[nodiscard]] virtual Result<std::optional<ContractId>> key(const Hash& key) const = 0;
};

// What a transaction needs and leaves, in strict or off mode.
struct Effects {
  std::set<ContractId> inputs;           // used and not made here
  std::set<ContractId> created;          // made here, undone or not
  std::map<ContractId, NodeId> archived; // made here or not, without what was undone
  KeyInputs key_inputs;
  KeyOutputs key_outputs;
};

// The verdict on a well-formed transaction: its effects, or the first rule that it breaks.
struct Verdict {
  Effects effects;
  std::optional<Error> error;
};

// Within itself, without a ledger. In off mode a look-up that is the first to touch its key is
// taken at its word.
[[nodiscard]] Verdict check_internal_consistency(const Transaction& transaction, KeyMode mode);

// Within itself and with the ledger. Messages name nothing that the transaction does not name.
[[nodiscard]] Result<Verdict> check_consistency(const Transaction& transaction, KeyMode mode,
                                                const LedgerState& ledger);

} // namespace tenon::daml::ledger
