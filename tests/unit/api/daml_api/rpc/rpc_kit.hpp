// A server with a few methods whose behaviour the test chooses, and the host it speaks to.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "client.hpp"
#include "com/daml/ledger/api/v1/command_service.pb.h"
#include "com/daml/ledger/api/v1/ledger_identity_service.pb.h"
#include "com/daml/ledger/api/v1/transaction_service.pb.h"
#include "rpc/server.hpp"

namespace tenon::daml_api::rpc::test {

namespace v1 = com::daml::ledger::api::v1;

inline constexpr const char* kIdentity =
    "com.daml.ledger.api.v1.LedgerIdentityService/GetLedgerIdentity";
inline constexpr const char* kSubmit = "com.daml.ledger.api.v1.CommandService/SubmitAndWait";
inline constexpr const char* kTransactions =
    "com.daml.ledger.api.v1.TransactionService/GetTransactions";

// Waits for at most ten seconds.
bool eventually(const std::function<bool()>& holds);

// A host with a clock that runs, and metrics and logs that can be read.
class RunningHost {
public:
  RunningHost();
  [[nodiscard]] plugin::Host host() const { return plugin::Host(&table_); }
  // Of the metric with that name and labels (as JSON): a sum for counters, the last of gauges.
  [[nodiscard]] double metric(const std::string& name, const std::string& labels = {}) const;
  [[nodiscard]] bool logged(const std::string& text) const;

private:
  struct Series {
    RunningHost* host = nullptr;
    std::uint32_t kind = 0;
    double value = 0;
  };

  tenon_host table_;
  tenon_host_clock clock_;
  tenon_host_metrics metrics_;
  tenon_host_log log_;
  mutable std::mutex mutex_;
  std::map<std::string, Series> series_;
  std::string log_text_;
};

// A stream's messages, given by the test as it goes.
class Feed {
public:
  void push(std::string message);
  void end(Outcome outcome);
  void wake();
  [[nodiscard]] std::unique_ptr<Source> open();

  [[nodiscard]] std::size_t open_sources() const { return open_.load(); }
  [[nodiscard]] std::size_t asked() const { return asked_.load(); }

private:
  class FeedSource;
  std::mutex mutex_;
  std::deque<Source::Step> steps_;
  std::map<Source*, std::function<void()>> wakes_;
  std::atomic<std::size_t> open_ = 0;
  std::atomic<std::size_t> asked_ = 0;
};

class Lab {
public:
  explicit Lab(ServerSettings settings = {});
  ~Lab();

  // What the methods do; set before start().
  std::function<void(const Call&, v1::GetLedgerIdentityRequest&,
                     rpc::Reply<v1::GetLedgerIdentityResponse>)>
      identity;
  std::function<void(const Call&, v1::SubmitAndWaitRequest&, rpc::Reply<google::protobuf::Empty>)>
      submit;
  std::function<Answer<std::unique_ptr<Source>>(const Call&, v1::GetTransactionsRequest&)>
      transactions;
  Hooks hooks;
  std::atomic<bool> serving = true;
  ServerSettings settings;

  RunningHost host;
  Feed feed;
  std::unique_ptr<Server> server;

  Status start();
  [[nodiscard]] Client client() const { return Client(server->port()); }
};

} // namespace tenon::daml_api::rpc::test
