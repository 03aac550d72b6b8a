#include "link/projection.hpp"

#include <deque>
#include <map>

#include "pipeline/block_room.hpp"
#include "pipeline/dedup.hpp"
#include "pipeline/expiry.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/result_builder.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::link {

namespace {

using pipeline::BlockState;
using plugin::BlockPart;
namespace keys = pipeline::keys;

Status damaged(const std::string& what) {
  return data_loss(what + " in this client node's store is damaged; stop the node, remove its "
                          "store and start it again: it asks the replicas for everything anew");
}

Bytes offset_bytes(std::uint64_t offset) {
  Bytes bytes;
  append_be64(bytes, offset);
  return bytes;
}

// What of a block the groups say, where a ReadableTransaction can point to it.
struct Content {
  v1::StreamBlock groups;
  std::deque<pipeline::DecodedTransaction> transactions;
  std::deque<v1::TransactionResult> results;
};

} // namespace

pipeline::BlockReader::BlockPointer readable_groups(const v1::BlockHeader& header,
                                                    v1::StreamBlock groups) {
  auto content = std::make_shared<Content>();
  content->groups = std::move(groups);
  auto block = std::make_shared<pipeline::ReadableBlock>();
  block->header = header;
  for (const v1::StreamGroup& group : content->groups.groups()) {
    pipeline::DecodedTransaction& transaction = content->transactions.emplace_back();
    transaction.id = Hash::from_view_or_zero(group.transaction_id());
    transaction.well_formed =
        group.has_outcome() && transaction.message.ParseFromString(group.transaction());
    if (!group.has_outcome() && group.events_size() > 0)
      transaction.message.set_engine(group.events(0).event().engine());
    v1::TransactionResult& result = content->results.emplace_back();
    *result.mutable_outcome() = group.outcome();
    for (const v1::StreamEvent& event : group.events())
      *result.add_events() = event.event();
    block->transactions.push_back({group.index(), &transaction, &result, &group.transaction()});
  }
  block->content = std::move(content);
  return block;
}

Projection::Projection(plugin::Store& store, const pipeline::Genesis& genesis,
                       const pipeline::EngineSet& engines, std::string client)
    : store_(store), genesis_(genesis), engines_(engines) {
  cursor_.chain = genesis.chain;
  cursor_.client = std::move(client);
}

Result<std::unique_ptr<Projection>> Projection::open(plugin::Store& store,
                                                     const pipeline::Genesis& genesis,
                                                     const pipeline::EngineSet& engines,
                                                     std::string client) {
  std::unique_ptr<Projection> made(
      new Projection(store, genesis, engines, std::move(client)));
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, store.head());
  TENON_RETURN_IF_ERROR(head.empty ? made->create() : made->reopen(head));
  const auto at = made->head_.get();
  made->cursor_.height = at->block->height();
  made->cursor_.block_id = at->block->id;
  made->cursor_.result_hash = at->block->result_hash;
  made->cursor_.record_time_us = at->block->header.record_time_us();
  TENON_RETURN_IF_ERROR(made->read_validators(*at));
  return made;
}

// Block 0 is the same for everybody.
Status Projection::create() {
  pipeline::StageStore stages(store_);
  TENON_ASSIGN_OR_RETURN(const pipeline::OpenedLedger opened,
                         pipeline::open_ledger(store_, stages, genesis_, engines_));
  head_.set(std::make_shared<const pipeline::LedgerHead>(
      pipeline::LedgerHead{opened.head, opened.snapshot}));
  return begin(*head_.get());
}

Status Projection::begin(const pipeline::LedgerHead& genesis) {
  const BlockState state(genesis.snapshot, genesis.block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto record, pipeline::read_record<v1::ClientRecord>(
                                                state, keys::client(cursor_.client)));
  complete_epoch_ = cursor_.hosting_epoch = record ? record->hosting_epoch() : 0;
  return {};
}

Status Projection::reopen(const plugin::StoreHead& stored) {
  if (stored.without_index)
    return damaged("the index, which was being written when the node stopped,");
  wire::StreamedBlock block;
  TENON_ASSIGN_OR_RETURN(const Bytes header,
                         pipeline::read_part(store_, stored.height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(const Bytes result,
                         pipeline::read_part(store_, stored.height, BlockPart::kResultHeader));
  v1::ResultHeader result_header;
  block.block_id = crypto::sha256(header);
  block.result_hash = crypto::sha256(result);
  if (!block.header.ParseFromString(header) || !result_header.ParseFromString(result) ||
      block.block_id != stored.block_id || block.result_hash != stored.result_hash)
    return damaged("block " + std::to_string(stored.height));
  block.state_root = Hash::from_view_or_zero(result_header.state_root());
  if (block.header.chain() != genesis_.chain.view()) {
    return failed_precondition(
        "the store belongs to another chain: expected " + to_hex(genesis_.chain.view()) +
        ", found " + to_hex(block.header.chain()) +
        "; use the data directory and genesis document that belong together");
  }
  TENON_ASSIGN_OR_RETURN(std::shared_ptr<const plugin::StoreSnapshot> snapshot,
                         store_.snapshot(stored.height));
  TENON_ASSIGN_OR_RETURN(const auto offset,
                         snapshot->get(plugin::KeyClass::kIndex, keys::kLastOffset));
  const std::uint64_t last_offset =
      offset && offset->size() == sizeof(std::uint64_t) ? read_be64(*offset) : 0;
  auto head = std::make_shared<const pipeline::LedgerHead>(
      pipeline::LedgerHead{head_block(block, last_offset), std::move(snapshot)});
  head_.set(head);
  return read_cursor(*head);
}

Status Projection::read_cursor(const pipeline::LedgerHead& head) {
  TENON_ASSIGN_OR_RETURN(const auto encoded,
                         head.snapshot->get(plugin::KeyClass::kIndex, keys::kStreamCursor));
  constexpr std::size_t kFixed = 2 * sizeof(std::uint64_t) + Hash::kSize;
  if (!encoded && head.block->height() == 0)
    return begin(head);
  if (!encoded || encoded->size() < kFixed) {
    return failed_precondition(
        "the store is not a client node's: expected what client " + cursor_.client +
        " sees of the ledger, found no position in its stream. How to fix: give the node a data "
        "directory of its own");
  }
  if (encoded->substr(kFixed) != cursor_.client) {
    return failed_precondition("the store belongs to another client node: expected " +
                               cursor_.client + ", found " + encoded->substr(kFixed) +
                               ". How to fix: give the node its own data directory");
  }
  cursor_.hosting_epoch = read_be64(*encoded);
  cursor_.stream = Hash::from_view(BytesView(*encoded).substr(sizeof(std::uint64_t), Hash::kSize));
  complete_epoch_ = read_be64(BytesView(*encoded).substr(sizeof(std::uint64_t) + Hash::kSize));
  return {};
}

Status Projection::read_validators(const pipeline::LedgerHead& head) {
  cursor_.validators = genesis_.validators;
  TENON_ASSIGN_OR_RETURN(const auto encoded,
                         head.snapshot->get(plugin::KeyClass::kIndex, keys::kStreamValidators));
  if ((encoded && !cursor_.validators.ParseFromString(*encoded)) ||
      wire::validators_hash(cursor_.validators).view() != head.block->header.next_validators())
    return damaged("who certifies block " + std::to_string(head.block->height() + 1));
  return {};
}

// be64 hosting epoch, its stream's hash, be64 hosting epoch of which all entries are here, client.
Bytes Projection::cursor_bytes(const wire::StreamedBlock& block, std::uint64_t complete_epoch,
                               const std::string& client) {
  Bytes bytes;
  append_be64(bytes, block.hosting_epoch);
  bytes.append(block.stream.view());
  append_be64(bytes, complete_epoch);
  return bytes.append(client);
}

std::shared_ptr<pipeline::ExecutedBlock> Projection::head_block(const wire::StreamedBlock& block,
                                                                std::uint64_t last_offset) {
  auto head = std::make_shared<pipeline::ExecutedBlock>();
  head->id = block.block_id;
  head->header = block.header;
  head->result_hash = block.result_hash;
  head->state_root = block.state_root;
  head->last_offset = last_offset;
  return head;
}

void Projection::move_cursor(const wire::StreamedBlock& block) {
  cursor_.height = block.header.height();
  cursor_.block_id = block.block_id;
  cursor_.result_hash = block.result_hash;
  cursor_.record_time_us = block.header.record_time_us();
  cursor_.hosting_epoch = block.hosting_epoch;
  cursor_.stream = block.stream;
}

wire::StreamCursor Projection::cursor() const {
  const std::lock_guard lock(mutex_);
  return cursor_;
}

// For readers of history: who sees something of the transaction, and where it is.
void Projection::add_group(const v1::StreamGroup& group, std::uint64_t height, BlockState& state) {
  const std::uint64_t offset = wire::make_offset(height, group.index());
  std::map<std::string, char> postings;
  for (const v1::StreamEvent& event : group.events()) {
    for (const std::string& reader : event.event().readers())
      postings[reader] |= pipeline::kPostingEvents;
  }
  v1::Transaction transaction;
  if (group.has_outcome() && transaction.ParseFromString(group.transaction())) {
    for (const auto* parties : {&transaction.act_as(), &transaction.read_as()}) {
      for (const std::string& party : *parties) {
        if (keys::valid_party(party))
          postings[party] |= pipeline::kPostingSubmitter;
      }
    }
    // The replicas keep this record too, and show it to nobody; the transaction says what is in it.
    if (group.outcome().code() == 0) {
      pipeline::record_dedup(state, transaction, Hash::from_view_or_zero(group.transaction_id()),
                             height, group.index());
    }
  }
  for (const auto& [party, flags] : postings)
    state.put_index(keys::event(party, offset), Bytes(1, flags));
  state.put_index(Bytes(keys::kLastOffset), offset_bytes(offset));
}

// One entry of the state, or nothing, with all that engines put into the index because of it.
Status Projection::replace_entry(const Bytes& key, BytesView encoded,
                                 BlockState& state) const {
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> before,
                         state.base().get(plugin::KeyClass::kState, key));
  if (before) {
    TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(*before));
    TENON_ASSIGN_OR_RETURN(const auto derived, engines_.index_of(key, entry.value));
    for (const auto& [index_key, value] : derived)
      state.remove_index(index_key);
  }
  if (encoded.empty()) {
    state.remove(key);
    return {};
  }
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(encoded));
  state.put(key, entry);
  TENON_ASSIGN_OR_RETURN(const auto derived, engines_.index_of(key, entry.value));
  for (const auto& [index_key, value] : derived)
    state.put_index(index_key, value);
  return {};
}

Status Projection::apply_writes(const v1::StreamBlock& block, BlockState& state) const {
  for (const v1::StreamWrite& write : block.writes())
    TENON_RETURN_IF_ERROR(replace_entry(write.key(), write.entry(), state));
  return {};
}

Status Projection::replace_entries(const State& visible, BlockState& state) const {
  std::vector<Bytes> gone;
  TENON_RETURN_IF_ERROR(state.base().scan(
      plugin::KeyClass::kState, {}, {}, [&](BytesView key, BytesView) {
        if (!key.starts_with(keys::kDedups) && !visible.contains(Bytes(key)))
          gone.emplace_back(key);
        return true;
      }));
  for (const Bytes& key : gone)
    TENON_RETURN_IF_ERROR(replace_entry(key, {}, state));
  for (const auto& [key, encoded] : visible)
    TENON_RETURN_IF_ERROR(replace_entry(key, encoded, state));
  return {};
}

Status Projection::apply_block(const v1::StreamBlock& block, const wire::StreamedBlock& checked,
                               const std::string& certificate, const wire::StreamedPage* page,
                               const State* visible) {
  const auto before = head_.get();
  const std::uint64_t height = checked.header.height();
  BlockState state(before->snapshot, checked.header.record_time_us());
  TENON_ASSIGN_OR_RETURN(
      const pipeline::ExpiryProgress expiry,
      pipeline::remove_expired(state, expiry_done_before_us_,
                               genesis_.parameters.max_expiries_per_block(),
                               pipeline::kMostExpiredKeyBytes));
  TENON_RETURN_IF_ERROR(visible == nullptr ? apply_writes(block, state)
                                           : replace_entries(*visible, state));
  std::uint64_t last_offset = before->block->last_offset;
  for (const v1::StreamGroup& group : block.groups()) {
    add_group(group, height, state);
    last_offset = wire::make_offset(height, group.index());
    Bytes place = keys::transaction(group.transaction_id());
    TENON_ASSIGN_OR_RETURN(const auto earlier,
                           state.base().get(plugin::KeyClass::kIndex, place));
    if (!earlier && !state.has_index(place)) // it may stand in the ledger twice
      state.put_index(std::move(place), offset_bytes(last_offset));
  }
  state.put_index(Bytes(keys::kStreamCursor),
                  cursor_bytes(checked, visible == nullptr ? complete_epoch_ : page->hosting_epoch,
                                cursor_.client));
  if (page != nullptr && page->epoch_ends)
    state.put_index(Bytes(keys::kStreamValidators), page->next.SerializeAsString());
  v1::StreamBlock groups;
  *groups.mutable_groups() = block.groups();
  const Bytes results = groups.SerializeAsString();
  plugin::StoreBlock stored{height, checked.block_id, checked.result_hash, {}};
  stored.parts[static_cast<std::size_t>(BlockPart::kHeader)] = block.header();
  stored.parts[static_cast<std::size_t>(BlockPart::kResultHeader)] = block.result_header();
  stored.parts[static_cast<std::size_t>(BlockPart::kResults)] = results;
  stored.parts[static_cast<std::size_t>(BlockPart::kCertificate)] = certificate;
  TENON_ASSIGN_OR_RETURN(const auto stage, store_.stage(nullptr, state.writes()));
  TENON_RETURN_IF_ERROR(store_.commit(*stage, stored, /*sync=*/false));
  TENON_ASSIGN_OR_RETURN(auto snapshot, store_.snapshot(height));
  expiry_done_before_us_ = expiry.done_before_us;
  head_.set(std::make_shared<const pipeline::LedgerHead>(
      pipeline::LedgerHead{head_block(checked, last_offset), std::move(snapshot)}));
  return {};
}

Status Projection::apply(const v1::StreamPage& page, const wire::StreamedPage& checked,
                         const State* state) {
  for (int i = 0; i < page.blocks_size(); ++i) {
    const bool last = i + 1 == page.blocks_size();
    const wire::StreamedBlock& block = checked.blocks[static_cast<std::size_t>(i)];
    TENON_RETURN_IF_ERROR(pipeline::as_fault(
        apply_block(page.blocks(i), block, page.certificate(), last ? &checked : nullptr,
                    last ? state : nullptr)
            .with_context("block " + std::to_string(block.header.height()) +
                          " could not be taken into the client node's store")));
    const std::lock_guard lock(mutex_);
    move_cursor(block);
    if (last && checked.epoch_ends)
      cursor_.validators = checked.next;
  }
  if (state != nullptr)
    complete_epoch_ = checked.hosting_epoch;
  return {};
}

Result<std::optional<Hash>> Projection::block_id(std::uint64_t height) const {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, store_.horizon());
  if (height > cursor().height || height < horizon.oldest_block)
    return std::optional<Hash>();
  TENON_ASSIGN_OR_RETURN(const Bytes header,
                         pipeline::read_part(store_, height, BlockPart::kHeader));
  return std::optional<Hash>(crypto::sha256(header));
}

Result<pipeline::BlockReader::BlockPointer> Projection::load(std::uint64_t height) const {
  TENON_ASSIGN_OR_RETURN(const Bytes encoded,
                         pipeline::read_part(store_, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> results,
                         store_.read_block(height, BlockPart::kResults));
  v1::BlockHeader header;
  v1::StreamBlock groups;
  if (!header.ParseFromString(encoded) || (results && !groups.ParseFromString(*results)))
    return damaged("block " + std::to_string(height));
  return readable_groups(header, std::move(groups));
}

} // namespace tenon::host::link
