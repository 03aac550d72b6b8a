// How fast the read model of the Ledger API takes in a ledger and gives it out again: transactions
// of one create each are indexed, then their contracts and transactions are read.
//
//   daml_api_index [--transactions N] [--json]
#include <sys/resource.h>

#include <chrono>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "common/ledger/ledger.hpp"
#include "index/ledger_index.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/testkit/temporary_folder.hpp"

namespace {

using namespace tenon;
namespace index = daml_api::index;

constexpr std::uint64_t kBlock = std::uint64_t{1} << 24; // offsets of one block

std::string padded(std::uint64_t number) {
  Bytes bytes(25, '\0');
  append_be64(bytes, number * 0x9e3779b97f4a7c15); // spread as hashes are
  return bytes;
}

v1::LedgerTransaction transaction(std::uint64_t number) {
  daml::engine::v1::Event event;
  event.set_ledger_time_us(1);
  auto& contract = *event.mutable_created();
  contract.set_contract_id(padded(number));
  contract.set_template_(std::string(64, 'a') + ":Main:Token");
  contract.set_package_name("bench");
  contract.set_argument(std::string(120, 'x'));
  contract.add_signatories("alice");
  contract.add_observers("observer-" + std::to_string(number % 100));
  contract.set_transaction(padded(number));
  v1::LedgerTransaction message;
  message.set_engine("daml");
  message.set_offset(number * kBlock);
  message.set_transaction_id(padded(number));
  message.set_record_time_us(number);
  message.set_submitter_view(true);
  message.add_act_as("alice");
  message.set_command_id("bench|" + std::to_string(number));
  v1::Event& added = *message.add_events();
  added.set_engine("daml");
  added.set_payload(event.SerializeAsString());
  added.add_readers("alice");
  added.add_readers(contract.observers(0));
  return message;
}

// All of it is there from the beginning.
class ReadyLedger final : public api::Ledger {
public:
  explicit ReadyLedger(std::uint64_t transactions) {
    for (std::uint64_t i = 1; i <= transactions; ++i)
      log_.push_back(transaction(i));
  }
  Result<v1::TransactionsResponse>
  transactions(const v1::TransactionsRequest& request) override {
    v1::TransactionsResponse page;
    std::uint64_t next = request.after_offset() / kBlock;
    for (; next < log_.size() && page.transactions_size() < static_cast<int>(request.limit());
         ++next)
      *page.add_transactions() = log_[next];
    page.set_more(next < log_.size());
    page.set_next_offset(next * kBlock);
    return page;
  }
  Result<std::unique_ptr<Watch>> watch(HeadMoved) override { return std::make_unique<Watch>(); }
  Status submit(const v1::Submission&, Completed) override { return unavailable("reads only"); }
  Result<v1::QueryResponse> query(const v1::QueryRequest&) override {
    return unavailable("reads only");
  }
  Result<v1::PartiesResponse> parties(const v1::PartiesRequest&) override {
    return unavailable("reads only");
  }
  Result<v1::StatusResponse> status() override { return unavailable("reads only"); }
  Result<v1::LedgerProof> prove(const v1::ProofRequest&) override {
    return unavailable("reads only");
  }
  Result<v1::BlocksResponse> blocks(const v1::BlocksRequest&) override {
    return unavailable("reads only");
  }
  Result<v1::PluginsResponse> plugins() override { return unavailable("reads only"); }

private:
  std::vector<v1::LedgerTransaction> log_;
};

class Clock {
public:
  [[nodiscard]] double per_second(std::uint64_t items) const {
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    return static_cast<double>(items) / passed.count();
  }

private:
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

[[noreturn]] void give_up(const Status& status) {
  std::cerr << status.to_string() << "\n";
  std::exit(1);
}

double read_contracts(index::LedgerIndex& ledger_index, const std::string& party,
                      std::uint64_t expected) {
  index::Interest interest;
  interest.parties[party];
  const Clock clock;
  auto reader = ledger_index.active_contracts(interest, ledger_index.extent().end);
  if (!reader.ok())
    give_up(reader.status());
  std::uint64_t seen = 0;
  for (;;) {
    const auto page = (*reader)->next({10'000, 16 * 1024 * 1024});
    if (!page.ok())
      give_up(page.status());
    if (page->empty())
      break;
    seen += page->size();
  }
  if (seen != expected)
    give_up(fault("contracts: expected " + std::to_string(expected) + ", found " +
                  std::to_string(seen)));
  return clock.per_second(seen);
}

double read_transactions(index::LedgerIndex& ledger_index, std::uint64_t expected) {
  index::Interest interest;
  interest.parties["alice"];
  const Clock clock;
  std::uint64_t seen = 0;
  std::uint64_t after = 0;
  for (bool more = true; more;) {
    const auto page = ledger_index.transactions(interest, index::Shape::kFlat, after, UINT64_MAX,
                                                {1000, 8 << 20});
    if (!page.ok())
      give_up(page.status());
    seen += page->transactions.size();
    after = page->next_after;
    more = page->more;
  }
  if (seen != expected)
    give_up(fault("transactions: expected " + std::to_string(expected) + ", found " +
                  std::to_string(seen)));
  return clock.per_second(seen);
}

double follow(index::LedgerIndex& ledger_index, std::uint64_t transactions, const Clock& clock) {
  std::mutex mutex;
  std::condition_variable moved;
  const auto subscription = ledger_index.subscribe([&] {
    const std::lock_guard lock(mutex);
    moved.notify_all();
  });
  std::unique_lock lock(mutex);
  moved.wait(lock, [&] {
    return ledger_index.extent().end == transactions * kBlock || !ledger_index.health().ok();
  });
  if (!ledger_index.health().ok())
    give_up(ledger_index.health());
  return clock.per_second(transactions);
}

} // namespace

int main(int count, char** arguments) {
  std::uint64_t transactions = 200'000;
  bool json = false;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--json")
      json = true;
    else if (argument == "--transactions" && i + 1 < count)
      transactions = parse_u64(arguments[++i]).value_or(0) / 100 * 100;
  }
  if (transactions == 0) {
    std::cerr << "usage: daml_api_index [--transactions N, at least 100] [--json]\n";
    return 2;
  }
  const testkit::TemporaryFolder folder;
  ReadyLedger ledger(transactions);
  index::IndexSettings settings;
  settings.directory = folder.path();
  settings.chain = std::string(32, 'c');
  const Clock clock;
  auto opened =
      index::open_ledger_index(settings, ledger, nullptr, nullptr,
                               [](bool, const std::string&) {});
  if (!opened.ok())
    give_up(opened.status());
  nlohmann::json report;
  report["indexed_transactions_per_s"] = follow(**opened, transactions, clock);
  read_contracts(**opened, "alice", transactions); // warms the cache
  report["active_contracts_per_s"] = read_contracts(**opened, "alice", transactions);
  report["active_contracts_of_an_observer_per_s"] =
      read_contracts(**opened, "observer-7", transactions / 100);
  report["stored_transactions_per_s"] = read_transactions(**opened, transactions);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  report["memory_mib"] = usage.ru_maxrss / 1024;
  report["transactions"] = transactions;
  std::cout << report.dump(json ? -1 : 2) << "\n";
  return 0;
}
