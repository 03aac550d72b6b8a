#include "measurements.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <vector>

#include "notes.hpp"

namespace tenon::bench {
namespace {

namespace lapi = com::daml::ledger::api::v1;

using tool::Json;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kInFlight = 64;
constexpr std::uint64_t kCreatesInFlight = 8;
constexpr std::uint64_t kCreatesPerCommand = 100;
constexpr int kRepetitions = 3; // of reading a stream; the middle one counts
const std::string kApi = "com.daml.ledger.api.v1.";

struct Reading {
  StreamCount count;
  double seconds = 0;
};

class Measurement {
public:
  Measurement(const LedgerUnderTest& ledger, const MeasureOptions& options, LedgerClient& client,
              const Notes& notes)
      : ledger_(ledger), options_(options), client_(client), notes_(notes) {}

  Result<Json> run() {
    set("resident_at_start_mb", resident_mb());
    TENON_RETURN_IF_ERROR(commands());
    set("resident_after_commands_mb", resident_mb());
    TENON_RETURN_IF_ERROR(creates());
    TENON_RETURN_IF_ERROR(active_contracts("active_contracts_per_s", false));
    TENON_RETURN_IF_ERROR(active_contracts("active_contracts_verbose_per_s", true));
    set("resident_after_contracts_mb", resident_mb());
    return std::move(figures_);
  }

private:
  void set(const std::string& figure, const Json& value) {
    figures_[ledger_.name + "_" + figure] = value;
  }

  void say(const std::string& sentence) const {
    options_.progress(ledger_.name + ": " + sentence + " ...");
  }

  [[nodiscard]] Status refused(const LoadReport& report) const {
    if (report.refused == 0)
      return ok_status();
    return {Code::kAborted, ledger_.name + " refused " + std::to_string(report.refused) +
                                " commands, the first with: " + report.first_refusal};
  }

  // Commands, and the transactions that they made as trees.
  Status commands() {
    say("creates and exercises, " + std::to_string(kInFlight) + " commands in flight");
    TENON_ASSIGN_OR_RETURN(const std::string begin, notes_.ledger_end(client_));
    ClosedLoop loop;
    loop.in_flight = kInFlight;
    loop.warm_up_s = loop.measured_s = options_.seconds;
    loop.request = [&](std::uint64_t number) { return notes_.create_and_close(number); };
    const LoadReport report = run_closed_loop(client_, loop);
    TENON_RETURN_IF_ERROR(refused(report));
    set("commands_per_s", report.per_second());
    set("commands_p50_ms", report.percentile_ms(0.50));
    set("commands_p99_ms", report.percentile_ms(0.99));
    TENON_ASSIGN_OR_RETURN(const std::string end, notes_.ledger_end(client_));
    say("reads their transactions");
    TENON_ASSIGN_OR_RETURN(
        const Reading trees,
        read("TransactionService/GetTransactionTrees", notes_.transactions(begin, end),
             {lapi::GetTransactionTreesResponse::kTransactionsFieldNumber,
              lapi::TransactionTree::kEventsByIdFieldNumber}));
    set("commands_acknowledged_count", report.accepted);
    set("commands_on_ledger_count", trees.count.items);
    set("transaction_trees_per_s", static_cast<double>(trees.count.items) / trees.seconds);
    set("transaction_tree_events_per_s", static_cast<double>(trees.count.events) / trees.seconds);
    return expect("transactions", report.accepted, trees.count.items);
  }

  // Contracts that stay, and the transactions that made them.
  Status creates() {
    say("creates " + std::to_string(options_.contracts) + " contracts");
    TENON_ASSIGN_OR_RETURN(const std::string begin, notes_.ledger_end(client_));
    ClosedLoop loop;
    loop.in_flight = kCreatesInFlight;
    const std::uint64_t commands = options_.contracts / kCreatesPerCommand;
    loop.request = [&](std::uint64_t number) -> std::optional<SubmitRequest> {
      if (number >= commands)
        return std::nullopt;
      return notes_.create(number, kCreatesPerCommand);
    };
    const LoadReport report = run_closed_loop(client_, loop);
    TENON_RETURN_IF_ERROR(refused(report));
    set("creates_per_s", report.per_second() * static_cast<double>(kCreatesPerCommand));
    TENON_ASSIGN_OR_RETURN(const std::string end, notes_.ledger_end(client_));
    TENON_ASSIGN_OR_RETURN(
        const Reading flat, read("TransactionService/GetTransactions",
                                 notes_.transactions(begin, end),
                                 {lapi::GetTransactionsResponse::kTransactionsFieldNumber,
                                  lapi::Transaction::kEventsFieldNumber}));
    set("transaction_events_per_s", static_cast<double>(flat.count.events) / flat.seconds);
    return expect("created events", commands * kCreatesPerCommand, flat.count.events);
  }

  Status active_contracts(const char* figure, bool verbose) {
    say(std::string("reads the active contracts") + (verbose ? ", verbose" : ""));
    TENON_ASSIGN_OR_RETURN(const Reading all,
                           read("ActiveContractsService/GetActiveContracts",
                                notes_.active_contracts(verbose),
                                {lapi::GetActiveContractsResponse::kActiveContractsFieldNumber}));
    set(figure, static_cast<double>(all.count.items) / all.seconds);
    return expect("active contracts", options_.contracts, all.count.items);
  }

  Result<Reading> read(const std::string& method, const Message& request, StreamShape shape) {
    std::vector<Reading> readings;
    for (int i = 0; i < kRepetitions; ++i) {
      const auto start = Clock::now();
      TENON_ASSIGN_OR_RETURN(const StreamCount count, client_.read(kApi + method, request, shape));
      readings.push_back({count, std::chrono::duration<double>(Clock::now() - start).count()});
    }
    std::sort(readings.begin(), readings.end(),
              [](const Reading& a, const Reading& b) { return a.seconds < b.seconds; });
    return readings[readings.size() / 2];
  }

  [[nodiscard]] Status expect(const std::string& what, std::uint64_t expected,
                              std::uint64_t found) const {
    if (expected == found)
      return ok_status();
    return data_loss(ledger_.name + ": " + std::to_string(expected) + " " + what +
                     " were acknowledged, but " + std::to_string(found) + " can be read");
  }

  // As the system counts it; 0 where it does not.
  [[nodiscard]] double resident_mb() const {
    std::ifstream status("/proc/" + std::to_string(ledger_.process) + "/status");
    for (std::string word; status >> word;) {
      double kib = 0;
      if (word == "VmRSS:" && status >> kib)
        return kib / 1024;
    }
    return 0;
  }

  const LedgerUnderTest& ledger_;
  const MeasureOptions& options_;
  LedgerClient& client_;
  const Notes& notes_;
  Json figures_ = Json::object();
};

} // namespace

Result<Json> measure(const LedgerUnderTest& ledger, const MeasureOptions& options) {
  TENON_ASSIGN_OR_RETURN(const auto client, LedgerClient::connect(ledger.port));
  TENON_ASSIGN_OR_RETURN(const Notes notes, Notes::prepare(*client, options.dar));
  return Measurement(ledger, options, *client, notes).run();
}

} // namespace tenon::bench
