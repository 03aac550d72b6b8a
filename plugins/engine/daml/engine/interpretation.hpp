// Runs the commands of a submission against the state as one set of parties may see it, and gives
// the transaction that comes out. Step: the middle of execute and, on client nodes, of prepare.
// One for each submission; one thread.
#pragma once

#include <map>

#include "engine/contract_record.hpp"
#include "engine/package_library.hpp"
#include "engine/payload.hpp"
#include "engine/settings.hpp"
#include "interpreter/machine.hpp"
#include "ledger/consistency.hpp"

namespace tenon::daml::engine {

// Who may use a contract without a stake in it, and the ledger time of the latest transaction that
// showed it to them.
using SeenBy = std::map<Party, Timestamp>;

// Contracts and keys of the state; a contract is read once. Whoever runs the interpretation asks
// for them, and whoever judges its transaction afterwards.
class LedgerReader final : public ledger::LedgerState {
public:
  explicit LedgerReader(const plugin::StateView& view) : view_(view) {}

  [[nodiscard]] Result<Contract> contract(const ContractId& id) const override;
  [[nodiscard]] Result<std::optional<ContractId>> key(const Hash& key) const override;

  // Of an active contract; nullptr for others.
  [[nodiscard]] Result<const v1::Contract*> record(const ContractId& id) const;
  [[nodiscard]] Result<SeenBy> seen_by(const ContractId& id) const;
  [[nodiscard]] const plugin::StateView& view() const { return view_; }

private:
  const plugin::StateView& view_;
  mutable std::map<ContractId, std::optional<v1::Contract>> records_;
};

struct Interpreted {
  ledger::FinishedTransaction finished;
  bool used_time = false;
  std::uint64_t steps = 0;
  std::uint64_t memory_bytes = 0;
};

struct InterpretationParts {
  PackageLibrary& library;
  const Settings& settings;
  const LedgerReader& ledger;
  // What the state lacks may exist all the same: on client nodes, which hold but what their parties
  // see. It is then answered with UNAVAILABLE instead of "not found".
  bool partial = false;
};

struct Submitters {
  ledger::PartySet act_as;
  ledger::PartySet readers; // act_as and read_as
};

// A failure without fault refuses the submission, "ID: text" with an id that clients know.
[[nodiscard]] Result<Interpreted> interpret(const InterpretationParts& parts,
                                            const Submitters& submitters,
                                            const Submission& submission, const Hash& seed);

[[nodiscard]] Result<ledger::PartySet> to_parties(std::span<const std::string> names);

} // namespace tenon::daml::engine
