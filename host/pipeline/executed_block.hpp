// A block with its result, staged on its parent's or already committed. Made by block_executor,
// held by block_tree; immutable but for `stage`, `parent` and `clients`, which only stage_store,
// block_tree and block_executor touch.
#pragma once

#include <memory>

#include "pipeline/decoded_block.hpp"
#include "pipeline/epoch_schedule.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::host::pipeline {

struct ExecutedBlock {
  // Declared before `stage`: a block's stage goes before those it stands on.
  std::shared_ptr<ExecutedBlock> parent; // null once the parent is committed

  Hash id;
  v1::BlockHeader header;
  std::uint64_t view = 0; // of the certificate, once committed
  Hash result_hash;
  Hash state_root;
  Bytes result_header; // encoded ResultHeader
  Bytes results;       // encoded BlockResults
  std::shared_ptr<const DecodedBlock> block;
  std::shared_ptr<const v1::BlockResults> decoded_results;
  std::shared_ptr<const EpochSchedule> schedule; // its epoch, and what follows it
  // After this block; null: not read yet. Filled in by block_executor, which alone looks at it.
  std::shared_ptr<const KnownClients> clients;
  bool clients_changed = false;    // it wrote a client's record
  std::uint64_t content_bytes = 0; // see BlockRoom
  std::uint64_t keep_from_height = 0; // an operator ordered here to prune what is below; 0: none
  std::uint64_t expiry_done_before_us = 0;
  std::uint64_t last_offset = 0; // of the last transaction up to here

  // Null once committed. Shared: a child may be staged on it while its commit ends.
  std::shared_ptr<plugin::StoreStage> stage;
  // The state after this block; declared after `stage`, on which it may depend.
  std::shared_ptr<const plugin::StoreSnapshot> snapshot;

  [[nodiscard]] std::uint64_t height() const { return header.height(); }
};

} // namespace tenon::host::pipeline
