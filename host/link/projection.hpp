// What a client node keeps of the ledger, in its own store: of every block the headers and a
// certificate, of its transactions what the node's parties may see, and of the state the entries
// that they may read. Grows by checked pages only, or begins anew at a later block where the next
// page cannot be had. Nothing in it has to survive a power cut: what is lost is asked for again.
// Owned by the client ledger; apply and restart: one thread at a time; the rest: any thread.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "pipeline/block_reader.hpp"
#include "pipeline/engine_set.hpp"
#include "pipeline/ledger_head.hpp"
#include "tenon/v1/stream.pb.h"
#include "tenon/wire/stream_start.hpp"

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
  // Parties came or went, or the client joined, in the hosting epoch: what the streams gave so far
  // is not all that may be seen from then on. The page that leads there has to come with it.
  [[nodiscard]] bool needs_state(const wire::StreamedPage& checked) const {
    return checked.hosting_epoch != complete_epoch_;
  }
  // All visible entries, by key.
  using State = std::map<Bytes, Bytes>;
  // A page that was checked from the cursor on, as `checked`; `state` as it is after it, or null
  // when it does not need it. A failure is a fault.
  [[nodiscard]] Status apply(const v1::StreamPage& page, const wire::StreamedPage& checked,
                             const State* state);
  // Begins anew at that block, with `state` as it is after it and nothing of what was before. A
  // failure is a fault.
  [[nodiscard]] Status restart(const v1::LedgerProof& proof, const wire::StreamStart& start,
                               const State& state);
  // Nothing above the head, and below the block where it began anew.
  [[nodiscard]] Result<std::optional<Hash>> block_id(std::uint64_t height) const;
  // What the node sees of a block.
  [[nodiscard]] Result<pipeline::BlockReader::BlockPointer> load(std::uint64_t height) const;

private:
  Projection(plugin::Store& store, const pipeline::Genesis& genesis,
             const pipeline::EngineSet& engines, std::string client);

  [[nodiscard]] Status create();
  [[nodiscard]] Status reopen(const plugin::StoreHead& head);
  [[nodiscard]] Status read_cursor(const pipeline::LedgerHead& head);
  // Before the first page: as block 0 has it.
  [[nodiscard]] Status begin(const pipeline::LedgerHead& genesis);
  // Who certifies the block above the head.
  [[nodiscard]] Status read_validators(const pipeline::LedgerHead& head);
  // `page`: null but for the last block of it. `state`: only with it.
  [[nodiscard]] Status apply_block(const v1::StreamBlock& block, const wire::StreamedBlock& checked,
                                   const std::string& certificate, const wire::StreamedPage* page,
                                   const State* state);
  [[nodiscard]] Status apply_writes(const v1::StreamBlock& block,
                                    pipeline::BlockState& state) const;
  // Makes `state` hold the visible entries and no others.
  [[nodiscard]] Status replace_entries(const State& visible, pipeline::BlockState& state) const;
  [[nodiscard]] Status replace_entry(const Bytes& key, BytesView encoded,
                                     pipeline::BlockState& state) const;
  void add_group(const v1::StreamGroup& group, std::uint64_t height, pipeline::BlockState& state);
  [[nodiscard]] Status begin_at(const v1::LedgerProof& proof, const wire::StreamStart& start,
                                const State& state);
  [[nodiscard]] static Bytes cursor_bytes(const wire::StreamedBlock& block,
                                          std::uint64_t complete_epoch, const std::string& client);
  [[nodiscard]] static std::shared_ptr<pipeline::ExecutedBlock>
  head_block(const wire::StreamedBlock& block, std::uint64_t last_offset);
  // With the lock held: behind the block.
  void move_cursor(const wire::StreamedBlock& block);

  plugin::Store& store_;
  const pipeline::Genesis genesis_;
  const pipeline::EngineSet engines_;
  pipeline::HeadHolder head_;
  std::uint64_t expiry_done_before_us_ = 0;
  std::uint64_t complete_epoch_ = 0; // hosting epoch of which all visible entries are here
  mutable std::mutex mutex_; // guards the cursor
  wire::StreamCursor cursor_;
};

// The groups of a block as readers of history take them.
[[nodiscard]] pipeline::BlockReader::BlockPointer
readable_groups(const v1::BlockHeader& header, v1::StreamBlock groups);

} // namespace tenon::host::link
