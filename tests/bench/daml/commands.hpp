// A ledger with the benchmark's packages and a few contracts, and the commands that are measured on
// it. Values; one thread.
#pragma once

#include "ledger.hpp"

namespace tenon::bench {

// As JSON texts. Each is one transaction that may be executed on the same state as often as one
// likes, as none of them is written to it.
struct Commands {
  std::string create;              // a promise with its key
  std::string create_and_exercise; // and its transfer in the same transaction, which makes an offer
  std::string exercise;            // the transfer of a promise that is there: archives it
  std::string fetch;               // a choice that archives nothing and fetches another contract
  std::string exercise_by_key;     // a choice that archives nothing
};

// `packages` has the texts bench.lf and iou.lf.
[[nodiscard]] Result<Commands> prepare_ledger(Ledger& ledger,
                                              const std::filesystem::path& packages);

} // namespace tenon::bench
