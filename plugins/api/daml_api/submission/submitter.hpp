// Step 3 of a command: from validated commands to a submission to the host's ledger, and from its
// completion to what clients are told. Bounds how many are under way. Owned by the plugin object;
// any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/ledger/ledger.hpp"
#include "errors/failure.hpp"
#include "rpc/methods.hpp"
#include "submission/command_validator.hpp"

namespace tenon::daml_api {

// What became of a submission.
struct SubmissionOutcome {
  Outcome outcome;
  std::uint64_t offset = 0;    // 0: it is in no block, so that no completion tells of it
  std::string transaction_id; // lower-case hexadecimal; empty unless accepted
  std::uint64_t record_time_us = 0;
};

struct SubmitterSettings {
  std::string engine;
  std::uint64_t max_deduplication_us = 0;
  std::size_t max_in_flight = 16'384;
};

// What it takes from the node.
struct SubmitterParts {
  api::Ledger& ledger;
  std::function<std::uint64_t()> wall_us;
  std::function<std::uint64_t()> monotonic_us;
  // Of the last transaction at or before an offset. Fails for offsets beyond the ledger's end or
  // before what is left of it.
  std::function<Answer<std::uint64_t>(std::uint64_t offset)> record_time_us;
};

class Submitter {
public:
  using Done = std::function<void(SubmissionOutcome)>;

  Submitter(SubmitterParts parts, SubmitterSettings settings);

  // `done` is called exactly once, on any thread; it may be before this returns, and after the
  // submitter is gone.
  void submit(CommandSubmission submission, const rpc::Call& call, Done done);

  [[nodiscard]] std::size_t in_flight() const { return *in_flight_; }

private:
  [[nodiscard]] Answer<v1::Submission> encode(CommandSubmission submission,
                                              const rpc::Call& call) const;
  // Of a period that was given as an offset.
  [[nodiscard]] Answer<std::uint64_t> deduplication_since_us(const std::string& offset,
                                                             std::uint64_t now_us) const;
  [[nodiscard]] bool enter();

  SubmitterParts parts_;
  SubmitterSettings settings_;
  // Shared with the completions to come.
  std::shared_ptr<std::atomic<std::size_t>> in_flight_;
};

} // namespace tenon::daml_api
