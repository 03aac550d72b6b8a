// A small ledger in memory behind the API's Ledger interface: one token contract, an engine "daml"
// with one package, parties, blocks of one transaction each, visibility by readers. Failures and
// silences can be ordered. Any thread.
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "common/json/json_text.hpp"
#include "common/ledger/ledger.hpp"

namespace tenon::api::rest::test {

inline const std::string kContract(64, 'c');
inline const std::string kInstance(32, '1');
inline const std::string kPackage(64, 'e'); // of the engine "daml"

class FakeLedger final : public Ledger {
public:
  FakeLedger();

  Status submit(const v1::Submission& submission, Completed done) override;
  Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  Result<v1::LedgerProof> prove(const v1::ProofRequest& request) override;
  Result<v1::BlocksResponse> blocks(const v1::BlocksRequest& request) override;
  Result<v1::TransactionsResponse> transactions(const v1::TransactionsRequest& request) override;
  Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  Result<v1::StatusResponse> status() override;
  Result<v1::PluginsResponse> plugins() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

  // Appends a transfer between two parties, as if somebody had sent it elsewhere.
  void transfer(const std::string& from, const std::string& to,
                const std::string& payload_tail = "");

  // The next submission is answered by this.
  void refuse_next(Status status);
  void complete_next(v1::Completion completion);
  // Submissions are taken and not answered until release().
  void hold();
  void release();

  v1::Submission last_submission();
  v1::QueryRequest last_query();
  std::size_t transactions_requests();
  // Every read fails like this; OK heals.
  void fail_reads(Status status);

private:
  friend class FakeWatch;
  v1::Completion execute(const v1::Submission& submission);
  v1::Completion run(const v1::Submission& submission, const Json& command);
  v1::Completion run_daml(const v1::Submission& submission, const Json& command);
  v1::Completion append(const v1::Submission& submission, v1::Completion completion,
                        std::vector<v1::Event> events);
  std::optional<Status> read_failure();
  void announce();

  std::mutex mutex_;
  std::map<std::string, std::string> parties_;
  std::map<std::string, std::uint64_t> balances_;
  std::map<std::string, std::pair<std::string, v1::Completion>> commands_;
  std::vector<v1::LedgerTransaction> log_;
  std::uint64_t height_ = 0;
  std::optional<Status> refusal_;
  std::optional<v1::Completion> completion_;
  bool holding_ = false;
  std::vector<std::pair<Completed, v1::Completion>> held_;
  v1::Submission last_submission_;
  v1::QueryRequest last_query_;
  std::size_t transactions_requests_ = 0;
  std::optional<Status> read_failure_;
  std::recursive_mutex watch_mutex_; // held while callbacks run, so that ending a watch waits
  std::map<std::uint64_t, HeadMoved> watches_;
  std::uint64_t next_watch_ = 1;
};

} // namespace tenon::api::rest::test
