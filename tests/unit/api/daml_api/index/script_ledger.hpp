// A ledger of made-up transactions behind the API's Ledger interface, as the index follows it:
// pages, heads, failures, history that was pruned. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "narrow_ledger.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"

namespace tenon::daml_api::index::test {

using Parties = std::vector<std::string>;

inline const std::string kToken = "pkg:Main:Token";
inline const std::string kOffer = "pkg:Main:Offer";

// A contract that tests create and archive.
struct Sample {
  std::string id; // bytes
  std::string type = kToken;
  Parties signatories;
  Parties observers{};
  std::string key_hash{};
};

// Bytes of an id from a number.
[[nodiscard]] std::string sample_id(std::uint64_t number);

// Builds one transaction of the daml engine. Nodes are numbered in the order of the calls.
class Draft {
public:
  Draft(Parties act_as, std::string application, std::string command);
  Draft& create(const Sample& contract, const Parties& more_witnesses = {});
  Draft& archive(const Sample& contract, const Parties& more_witnesses = {});
  Draft& exercise(const Sample& contract, const Parties& witnesses);
  Draft& reject(const std::string& reason);
  Draft& workflow(const std::string& id);
  [[nodiscard]] const tenon::v1::LedgerTransaction& message() const { return message_; }

private:
  void add(tenon::daml::engine::v1::Event event, Parties witnesses);
  tenon::daml::engine::v1::Exercise exercise_of(const Sample& contract) const;

  tenon::v1::LedgerTransaction message_;
  std::string workflow_;
};

class ScriptLedger final : public api::NarrowLedger {
public:
  // Appends as a block of its own; gives its offset.
  std::uint64_t append(const Draft& draft);
  // A transaction of another engine.
  std::uint64_t append_other();
  // Blocks without transactions.
  void append_empty(std::uint64_t blocks);

  // Reads fail with this; OK heals.
  void fail_reads(Status status);
  // What is not after the offset is not kept any more.
  void forget_up_to(std::uint64_t offset);
  // At most so many transactions are shown at all: as if the rest had not happened yet.
  void show(std::uint64_t transactions);
  [[nodiscard]] std::uint64_t requests();

  Status submit(const tenon::v1::Submission& submission, Completed done) override;
  Result<tenon::v1::QueryResponse> query(const tenon::v1::QueryRequest& request) override;
  Result<tenon::v1::TransactionsResponse>
  transactions(const tenon::v1::TransactionsRequest& request) override;
  Result<tenon::v1::PartiesResponse> parties(const tenon::v1::PartiesRequest& request) override;
  Result<tenon::v1::StatusResponse> status() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

private:
  class Watching;
  std::uint64_t append(tenon::v1::LedgerTransaction message);
  void announce();

  std::mutex mutex_;
  std::vector<tenon::v1::LedgerTransaction> log_;
  std::uint64_t height_ = 0;
  std::uint64_t forgotten_ = 0;
  std::uint64_t shown_ = UINT64_MAX;
  std::uint64_t requests_ = 0;
  Status read_failure_;
  std::mutex watch_mutex_; // held while callbacks run, so that the end of a watch waits
  std::map<std::uint64_t, HeadMoved> watches_;
  std::uint64_t next_watch_ = 1;
};

} // namespace tenon::daml_api::index::test
