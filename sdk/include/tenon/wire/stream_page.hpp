// Checks a page of a client's stream (docs/spec/streams.md): that its blocks follow the last one
// that was checked and are certified, and that what it gives of them is genuine and all that the
// client's parties may see — with nothing but the page of one replica. Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/v1/stream.pb.h"

namespace tenon::wire {

// Where a client stands: after this block, with these validators for the next one.
struct StreamCursor {
  Hash chain;
  std::string client;
  std::uint64_t height = 0;
  Hash block_id;
  Hash result_hash;
  std::uint64_t record_time_us = 0;
  v1::ValidatorSet validators;
  std::uint64_t hosting_epoch = 0; // of `stream`
  Hash stream;                     // all zeros: nothing in it yet
};

// A checked block of a page, by its position there.
struct StreamedBlock {
  v1::BlockHeader header;
  Hash block_id;
  Hash result_hash;
  Hash state_root;                 // of the whole ledger
  std::uint64_t hosting_epoch = 0; // of the last stream that has something up to here
  Hash stream;
};

struct StreamedPage {
  std::vector<StreamedBlock> blocks;
  std::uint64_t hosting_epoch = 0; // after the last block
  bool epoch_ends = false;         // other validators certify what comes after the last block: …
  v1::ValidatorSet next;           // … these
};

// At least one block. The failure's message says what is wrong; whoever sent the page is not to be
// trusted, for no honest replica sends such a page.
[[nodiscard]] Result<StreamedPage> verify_stream_page(const v1::StreamPage& page,
                                                      const StreamCursor& cursor);

} // namespace tenon::wire
