// The contracts that one interpretation has met: made by it, or given by the ledger. Owned by the
// machine; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include "interpreter/code.hpp"
#include "interpreter/word.hpp"
#include "ledger/transaction_builder.hpp"

namespace tenon::daml::interpreter {

// A contract as the ledger keeps it.
struct ContractInstance {
  Identifier template_id;
  Value argument;
};

// A contract as one template sees it.
struct KnownContract {
  const TemplateCode* code = nullptr;
  Word argument;
  std::shared_ptr<const ledger::Contract> facts;
};

struct ContractEntry {
  // As the ledger has it; nothing for one that the transaction made.
  std::optional<ContractInstance> instance;
  bool unknown = false;   // to the ledger
  bool disclosed = false; // came with the commands
  // As its own template sees it, under which it was made.
  std::optional<KnownContract> own;
  // As newer and older versions of the template see it.
  std::map<Identifier, KnownContract> other_versions;
};

struct ContractCache {
  std::map<ContractId, ContractEntry> entries;
  std::map<Hash, std::optional<ContractId>> key_answers;
};

// Of a contract and its argument, after its template's parts were evaluated. Words: argument,
// agreement, signatories, observers and, where the template has one, key and maintainers. nullptr
// when the machine has failed, or must stop (see Machine::charge).
[[nodiscard]] std::shared_ptr<const ledger::Contract>
make_facts(Machine& machine, const TemplateCode& code, const Word* words);

// A list of parties, or one. Nothing as above.
[[nodiscard]] std::optional<ledger::PartySet> read_parties(Machine& machine, const Word& word);

// The key of a template with its maintainers. Nothing as above.
[[nodiscard]] std::optional<ledger::KeyWithMaintainers>
make_key(Machine& machine, const TemplateCode& code, const Word& key, const Word& maintainers);

// What the instruction at `at` needs of a contract.
struct LoadRequest {
  const Cell* at = nullptr;
  Word contract_id;
  const TemplateCode* wanted = nullptr;       // the template that it must be of, if any
  const InterfaceCode* interface = nullptr;   // or the interface that it must be an instance of
  const Word* key = nullptr;                  // and maintainers: that it was found by
  Register free = 0;                          // from there on registers are free
};
// The contract as it is to be seen; or nullptr, and `next` is where the machine goes on: to
// evaluate the parts of its template and then to begin the instruction again, or nowhere.
[[nodiscard]] const KnownContract* load_contract(Machine& machine, const LoadRequest& request,
                                                 const Cell*& next);

} // namespace tenon::daml::interpreter
