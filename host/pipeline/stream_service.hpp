// Gives client nodes the ledger page by page, each only what its parties may see, with what it
// takes to check that this is genuine and all there is (docs/spec/streams.md). Reads what
// client_streams noted. Step 9 and R. Owned by the pipeline; any thread.
#pragma once

#include "pipeline/block_reader.hpp"
#include "pipeline/ledger_head.hpp"
#include "tenon/v1/stream.pb.h"

namespace tenon::host::pipeline {

class StreamService {
public:
  StreamService(const plugin::Store& store, BlockReader& reader, const HeadHolder& head)
      : store_(store), reader_(reader), head_(head) {}

  // OUT_OF_RANGE, with HISTORY_PRUNED, when what follows the height is not to be had here any more,
  // or was never the client's. It may then ask where to begin anew.
  [[nodiscard]] Result<v1::StreamPage> page(const v1::StreamRequest& request) const;
  // OUT_OF_RANGE when that state is pruned.
  [[nodiscard]] Result<v1::StatePart> state(const v1::StateRequest& request) const;

private:
  [[nodiscard]] Result<v1::StreamBlock> block(const std::string& client, std::uint64_t height,
                                              const plugin::StoreSnapshot& index) const;
  [[nodiscard]] Status add_groups(std::uint64_t height, const v1::StreamNotes& notes,
                                  v1::StreamBlock& block) const;
  [[nodiscard]] Status add_writes(std::uint64_t height, const v1::StreamNotes& notes,
                                  const plugin::StoreSnapshot& index,
                                  v1::StreamBlock& block) const;
  // Puts the block's certificate into the page; whether it is the block's own.
  [[nodiscard]] Result<bool> certify(std::uint64_t height, BytesView header,
                                     v1::StreamPage& page) const;
  [[nodiscard]] Status add_links(std::uint64_t height, std::uint64_t head,
                                 v1::StreamPage& page) const;
  [[nodiscard]] Status check_noted(const LedgerHead& head, const std::string& client,
                                   std::uint64_t after_height) const;
  // After which height this replica can give the client everything.
  [[nodiscard]] Result<std::uint64_t> noted_after(const LedgerHead& head,
                                                  const std::string& client) const;
  [[nodiscard]] Status begin(const v1::StreamRequest& request, const LedgerHead& head,
                             v1::StreamPage& page) const;
  [[nodiscard]] Status check_live(const LedgerHead& head, const std::string& client) const;
  [[nodiscard]] Result<bool> add_block(const v1::StreamRequest& request, const LedgerHead& head,
                                       std::uint64_t max_bytes, std::uint64_t& bytes,
                                       v1::StreamPage& page) const;
  // Ends the page with what the state after its last block proves.
  [[nodiscard]] Status finish(const v1::StreamRequest& request, const LedgerHead& head,
                              std::uint64_t bytes, v1::StreamPage& page) const;
  // Were some kept, for a page like this one, at this height or soon after?
  [[nodiscard]] Result<bool> has_later_proofs(const v1::StreamRequest& request,
                                              const LedgerHead& head, std::uint64_t from) const;
  [[nodiscard]] Status prove(const v1::StreamRequest& request, const LedgerHead& head,
                             v1::StreamPage& page) const;

  const plugin::Store& store_;
  BlockReader& reader_;
  const HeadHolder& head_;
};

} // namespace tenon::host::pipeline
