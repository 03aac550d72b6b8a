// Why a transaction is refused by the rules of the ledger: one structure that tells what was found
// and what was expected, with the error id that clients of Daml ledgers know. A value; any thread.
#pragma once

#include "ledger/transaction.hpp"

namespace tenon::daml::ledger {

// Words that clients of Daml ledgers look for.
inline constexpr std::string_view kKeyNotUnique = "DuplicateKey: contract key is not unique";
inline constexpr std::string_view kKeyDiffers = "Contract key lookup with different results";
[[nodiscard]] std::string contract_not_found(const ContractId& id);

enum class ErrorKind : std::uint8_t {
  kMissingAuthorization,     // `required` are not all among `given`
  kNoStakeholderAuthorizes,  // a fetch: none of `required` is among `given`
  kNoSignatories,            // a create
  kNoControllers,            // an exercise
  kMaintainersNoSignatories, // a create: the maintainers `required`, the signatories `given`
  kNoMaintainers,            // a key without any
  kInvalidValue,             // a value that the node's version cannot carry
  kContractNotActive,        // archived before, in this transaction
  kContractNotFound,         // unknown to the ledger, archived there, or undone here
  kContractExists,           // the id of a create is taken
  kDuplicateKey,             // a create under a key that an active contract has
  kInconsistentKey,          // the key leads to another contract, or to none, than was used
  kLimit,                    // `found` exceeds `limit`
};

struct Error {
  Error(ErrorKind error_kind, std::string text) : kind(error_kind), message(std::move(text)) {}

  ErrorKind kind;
  std::string message;        // without the id
  std::optional<NodeId> node; // while it is built: the place it would have had
  std::optional<Identifier> template_id;
  std::optional<Name> choice;
  std::optional<ContractId> contract_id;
  std::optional<GlobalKey> key;
  PartySet required;
  PartySet given;
  std::uint64_t limit = 0;
  std::uint64_t found = 0;

  // "DAML_AUTHORIZATION_ERROR" …: the published id.
  [[nodiscard]] std::string_view id() const;
  // "ID: message", with the code that belongs to the id.
  [[nodiscard]] Status to_status() const;
};

} // namespace tenon::daml::ledger
