#include "index/ledger_index.hpp"

#include <algorithm>

#include "index/active_contracts.hpp"
#include "index/database.hpp"
#include "index/follower.hpp"
#include "index/names.hpp"
#include "index/pruning_record.hpp"
#include "index/reading.hpp"
#include "index/subscribers.hpp"
#include "index/tail.hpp"
#include "index/writer.hpp"

namespace tenon::daml_api::index {

namespace {

class SqliteIndex final : public LedgerIndex {
public:
  explicit SqliteIndex(const IndexSettings& settings)
      : settings_(settings), tail_(settings.tail_bytes), reading_(settings_, names_) {}

  Status open(api::Ledger& ledger, StateSource* state, PruningRecord* pruning,
              const IndexLog& log) {
    TENON_ASSIGN_OR_RETURN(auto connection, open_database(settings_, log));
    Status loaded = names_.load(*connection);
    if (loaded.code() == Code::kDataLoss) {
      mark_damaged(settings_);
      connection.reset();
      TENON_ASSIGN_OR_RETURN(connection, open_database(settings_, log));
      loaded = names_.load(*connection);
    }
    TENON_RETURN_IF_ERROR(loaded);
    TENON_ASSIGN_OR_RETURN(const StateRow row, read_state(*connection));
    auto writer = std::make_unique<Writer>(settings_.engine, std::move(connection), names_, row);
    if (pruning != nullptr) {
      TENON_ASSIGN_OR_RETURN(const PrunedOffsets pruned, pruning->read());
      TENON_RETURN_IF_ERROR(writer->set_pruned(pruned));
    }
    tail_.reset(writer->state().extent);
    follower_.emplace(Follower::Parts{settings_, ledger, state, pruning, tail_, subscribers_, log},
                      std::move(writer));
    return follower_->start();
  }

  Extent extent() const override { return tail_.extent(); }
  Status health() const override { return follower_->health(); }
  std::unique_ptr<Subscription> subscribe(std::function<void()> moved) override {
    return subscribers_.add(std::move(moved));
  }

  Result<TransactionPage> transactions(const Interest& interest, Shape shape, std::uint64_t after,
                                       std::uint64_t up_to, PageLimit limit) override;
  Result<CompletionPage> completions(const std::string& application_id,
                                     const std::vector<std::string>& parties, std::uint64_t after,
                                     std::uint64_t up_to, PageLimit limit) override;

  Result<std::shared_ptr<const IndexedTransaction>>
  transaction(std::string_view transaction_id) override {
    return checked(reading_.transaction(transaction_id));
  }
  Result<std::optional<std::uint64_t>> record_time_us_of(std::uint64_t offset) override {
    return checked(reading_.record_time_us_of(offset));
  }
  Result<std::shared_ptr<const IndexedCompletion>> completion(std::uint64_t offset) override {
    return checked(reading_.completion(offset));
  }
  Result<std::unique_ptr<ActiveContracts>> active_contracts(Interest interest,
                                                            std::uint64_t at) override;
  Result<ContractEvents> contract_events(std::string_view contract_id) override {
    return checked(reading_.contract_events(contract_id));
  }
  Result<KeyEvents> key_events(std::string_view key_hash, const std::vector<std::string>& parties,
                               std::optional<Position> before) override {
    return checked(reading_.key_events(key_hash, parties, before));
  }
  Result<std::map<std::string, std::uint64_t>>
  metering(std::uint64_t from_us, std::uint64_t to_us, const std::string& application_id) override {
    return checked(reading_.metering(from_us, to_us, application_id));
  }
  Status prune(std::uint64_t up_to, bool all_divulged) override {
    return report(follower_->prune(up_to, all_divulged));
  }

private:
  // A damaged database is made anew at the next start; until then nothing is written to it.
  Status report(Status status) {
    if (status.code() == Code::kDataLoss)
      follower_->halt(status);
    return status;
  }
  template <typename T> Result<T> checked(Result<T> result) {
    if (!result.ok())
      return report(result.status());
    return result;
  }

  const IndexSettings settings_;
  Names names_;
  Tail tail_;
  Reading reading_;
  Subscribers subscribers_;
  std::optional<Follower> follower_; // last: its thread uses the others
};

Result<TransactionPage> SqliteIndex::transactions(const Interest& interest, Shape shape,
                                                  std::uint64_t after, std::uint64_t up_to,
                                                  PageLimit limit) {
  const Extent extent = tail_.extent();
  TENON_RETURN_IF_ERROR(check_not_pruned(extent, after));
  const std::uint64_t last = std::min(up_to, extent.end);
  auto seen = tail_.read(after, last, limit, [&](const IndexedTransaction& transaction) {
    return is_visible(transaction, interest, shape);
  });
  if (!seen)
    return checked(reading_.transactions(interest, shape, after, last, limit));
  return TransactionPage{std::move(seen->transactions), seen->looked_up_to,
                         seen->looked_up_to < last};
}

Result<CompletionPage> SqliteIndex::completions(const std::string& application_id,
                                                const std::vector<std::string>& parties,
                                                std::uint64_t after, std::uint64_t up_to,
                                                PageLimit limit) {
  const Extent extent = tail_.extent();
  TENON_RETURN_IF_ERROR(check_not_pruned(extent, after));
  const std::uint64_t last = std::min(up_to, extent.end);
  const std::set<std::string_view> wanted(parties.begin(), parties.end());
  auto seen = tail_.read(after, last, limit, [&](const IndexedTransaction& transaction) {
    const IndexedCompletion* const completion = transaction.completion.get();
    return completion != nullptr && !application_id.empty() &&
           completion->context.application_id() == application_id &&
           std::any_of(completion->act_as.begin(), completion->act_as.end(),
                       [&](const std::string& party) { return wanted.contains(party); });
  });
  if (!seen)
    return checked(reading_.completions(application_id, parties, after, last, limit));
  CompletionPage page{{}, seen->looked_up_to, seen->looked_up_to < last};
  for (const auto& transaction : seen->transactions)
    page.completions.push_back(transaction->completion);
  return page;
}

Result<std::unique_ptr<ActiveContracts>> SqliteIndex::active_contracts(Interest interest,
                                                                       std::uint64_t at) {
  const Extent extent = tail_.extent();
  if (at > extent.end) {
    return out_of_range("OFFSET_AFTER_LEDGER_END: the contracts active at offset " +
                        std::to_string(at) + " were asked for, but the ledger ends at offset " +
                        std::to_string(extent.end));
  }
  auto reader = std::make_unique<ActiveContractsReader>(
      reading_.pool(), names_, std::move(interest), at,
      [this](Status status) { return report(std::move(status)); });
  TENON_RETURN_IF_ERROR(report(reader->begin()));
  return std::unique_ptr<ActiveContracts>(std::move(reader));
}

} // namespace

Result<std::unique_ptr<LedgerIndex>> open_ledger_index(const IndexSettings& settings,
                                                       api::Ledger& ledger, StateSource* state,
                                                       PruningRecord* pruning, IndexLog log) {
  auto index = std::make_unique<SqliteIndex>(settings);
  TENON_RETURN_IF_ERROR(index->open(ledger, state, pruning, log));
  return std::unique_ptr<LedgerIndex>(std::move(index));
}

} // namespace tenon::daml_api::index
