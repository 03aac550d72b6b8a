// The running hash over what a client node is given (docs/spec/streams.md): how replicas make it
// and clients check it. Pure; any thread.
#pragma once

#include <span>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/stream.pb.h"

namespace tenon::wire {

// Of one transaction's group. `outcome_leaf`: null if the client does not see the outcome.
[[nodiscard]] Hash stream_group_hash(std::uint64_t offset, BytesView transaction_id,
                                     const Hash* outcome_leaf, std::span<const Hash> event_leaves);
// Of a group as it was received; its leaves are computed from what it holds.
[[nodiscard]] Hash stream_group_hash(const v1::StreamGroup& group, std::uint64_t height);
// Of one write: the leaf that it is in `writes_root`, or would be as a removal.
[[nodiscard]] Hash stream_write_hash(const v1::StreamWrite& write);

// What one block adds to one stream.
struct StreamStep {
  std::vector<Hash> groups;
  std::vector<Hash> writes;

  [[nodiscard]] bool empty() const { return groups.empty() && writes.empty(); }
};
// `previous` is all zeros at the start of a hosting epoch.
[[nodiscard]] Hash next_stream_hash(const Hash& previous, std::uint64_t height,
                                    const StreamStep& step);

} // namespace tenon::wire
