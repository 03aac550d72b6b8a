// The notes of ledger_api.lf as requests of the Ledger API. Immutable once made; any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "closed_loop.hpp"
#include "com/daml/ledger/api/v1/active_contracts_service.pb.h"
#include "com/daml/ledger/api/v1/transaction_service.pb.h"

namespace tenon::bench {

class Notes {
public:
  // Uploads the package and allocates the parties: owners, and a reader of all their notes.
  [[nodiscard]] static Result<Notes> prepare(LedgerClient& client,
                                             const std::filesystem::path& dar);

  // One of the owners writes a note and closes it.
  [[nodiscard]] SubmitRequest create_and_close(std::uint64_t number) const;
  // One of the owners writes so many notes at once.
  [[nodiscard]] SubmitRequest create(std::uint64_t number, std::uint64_t count) const;

  // Of the reader, after one offset up to and with another.
  [[nodiscard]] com::daml::ledger::api::v1::GetTransactionsRequest
  transactions(const std::string& after, const std::string& up_to) const;
  [[nodiscard]] com::daml::ledger::api::v1::GetActiveContractsRequest
  active_contracts(bool verbose) const;
  [[nodiscard]] Result<std::string> ledger_end(LedgerClient& client) const;

private:
  [[nodiscard]] com::daml::ledger::api::v1::Identifier template_id() const;
  [[nodiscard]] com::daml::ledger::api::v1::Record note(const std::string& owner,
                                                        std::uint64_t number) const;
  [[nodiscard]] com::daml::ledger::api::v1::TransactionFilter filter() const;
  [[nodiscard]] const std::string& owner(std::uint64_t number) const;
  [[nodiscard]] SubmitRequest submit(const char* kind, std::uint64_t number) const;

  std::string ledger_id_;
  std::string package_id_;
  std::string reader_;
  std::vector<std::string> owners_;
};

} // namespace tenon::bench
