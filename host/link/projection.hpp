// What a client node keeps of the ledger, in its own store: of every block the headers and a
// certificate, of its transactions what the node's parties may see, and of the state the entries
// that they may read. Grows by checked pages only. Nothing in it has to survive a power cut: what
// is lost is asked for again. Owned by the client ledger; apply: one thread at a time; the rest:
// any thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "pipeline/block_reader.hpp"
#include "pipeline/engine_set.hpp"
#include "pipeline/ledger_head.hpp"
#include "tenon/v1/stream.pb.h"
#include "tenon/wire/stream_page.hpp"

namespace tenon::host::link {

class Projection {
public:
  // Opens the store: an empty one gets block 0, as the genesis document makes it; otherwise it must
  // be a projection of this chain for this client.
  static Result<std::unique_ptr<Projection>> open(plugin::Store& store,
                                                  const pipeline::Genesis& genesis,
                                                  const pipeline::EngineSet& engines,
                                                  std::string client);

  [[nodiscard]] wire::StreamCursor cursor() const;
  [[nodiscard]] const pipeline::HeadHolder& head() const { return head_; }
  // A page that was checked from the cursor on, as `checked`. A failure is a fault.
  [[nodiscard]] Status apply(const v1::StreamPage& page, const wire::StreamedPage& checked);
  // What the node sees of a block.
  [[nodiscard]] Result<pipeline::BlockReader::BlockPointer> load(std::uint64_t height) const;

private:
  Projection(plugin::Store& store, const pipeline::Genesis& genesis, std::string client);

  [[nodiscard]] Status create(const pipeline::EngineSet& engines);
  [[nodiscard]] Status reopen(const plugin::StoreHead& head);
  [[nodiscard]] Status read_cursor(const pipeline::LedgerHead& head);
  // Who certifies the block above the head.
  [[nodiscard]] Status read_validators(const pipeline::LedgerHead& head);
  [[nodiscard]] Status apply_block(const v1::StreamBlock& block, const wire::StreamedBlock& checked,
                                   const std::string& certificate);
  void add_group(const v1::StreamGroup& group, std::uint64_t height, pipeline::BlockState& state);

  plugin::Store& store_;
  const pipeline::Genesis& genesis_;
  pipeline::HeadHolder head_;
  std::uint64_t expiry_done_before_us_ = 0;
  mutable std::mutex mutex_; // guards the cursor
  wire::StreamCursor cursor_;
};

// The groups of a block as readers of history take them.
[[nodiscard]] pipeline::BlockReader::BlockPointer
readable_groups(const v1::BlockHeader& header, v1::StreamBlock groups);

} // namespace tenon::host::link
