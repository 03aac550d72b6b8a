// The questions that are answered from the database alone. Each call uses a connection of the pool
// for one snapshot. Any thread.
#pragma once

#include "index/database.hpp"
#include "index/ledger_index.hpp"
#include "index/names.hpp"

namespace tenon::daml_api::index {

class Reading {
public:
  Reading(const IndexSettings& settings, const Names& names) : names_(names), pool_(settings) {}

  [[nodiscard]] ReaderPool& pool() { return pool_; }

  // `up_to` is at most the end that others know of.
  [[nodiscard]] Result<TransactionPage> transactions(const Interest& interest, Shape shape,
                                                     std::uint64_t after, std::uint64_t up_to,
                                                     PageLimit limit);
  [[nodiscard]] Result<CompletionPage> completions(const std::string& application_id,
                                                   const std::vector<std::string>& parties,
                                                   std::uint64_t after, std::uint64_t up_to,
                                                   PageLimit limit);
  [[nodiscard]] Result<std::shared_ptr<const IndexedTransaction>>
  transaction(std::string_view transaction_id);
  [[nodiscard]] Result<std::optional<std::uint64_t>> record_time_us_of(std::uint64_t offset);
  [[nodiscard]] Result<std::shared_ptr<const IndexedCompletion>> completion(std::uint64_t offset);
  [[nodiscard]] Result<ContractEvents> contract_events(std::string_view contract_id);
  [[nodiscard]] Result<KeyEvents> key_events(std::string_view key_hash,
                                             const std::vector<std::string>& parties,
                                             std::optional<Position> before);
  [[nodiscard]] Result<std::map<std::string, std::uint64_t>>
  metering(std::uint64_t from_us, std::uint64_t to_us, const std::string& application_id);

private:
  class Snapshot;
  // One list of offsets: what a statement gives for two ids.
  struct OffsetList {
    std::int64_t first;
    std::int64_t second;
  };

  [[nodiscard]] std::vector<OffsetList> lists_of(const Interest& interest, Shape shape) const;

  const Names& names_;
  ReaderPool pool_;
};

} // namespace tenon::daml_api::index
