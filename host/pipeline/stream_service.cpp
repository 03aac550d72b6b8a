#include "pipeline/stream_service.hpp"

#include <algorithm>

#include "pipeline/key_proofs.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

constexpr std::uint64_t kDefaultPageBytes = 1u << 20;
constexpr std::uint64_t kMaxPageBytes = 8u << 20;
constexpr int kMaxPageBlocks = 512;
// So many blocks may share a descendant's certificate; the page goes on to that one.
constexpr int kMaxUncertifiedBlocks = 1024;

std::uint64_t page_bytes(std::uint64_t asked) {
  return std::min(asked == 0 ? kDefaultPageBytes : asked, kMaxPageBytes);
}

Status damaged(const char* what, std::uint64_t height) {
  return data_loss(std::string(what) + " of block " + std::to_string(height) + " is malformed");
}

} // namespace

Status StreamService::add_groups(std::uint64_t height, const v1::StreamNotes& notes,
                                 v1::StreamBlock& block) const {
  if (notes.notes_size() == 0)
    return {};
  TENON_ASSIGN_OR_RETURN(const auto content, reader_.read(height));
  for (const v1::StreamNote& note : notes.notes()) {
    const ReadableTransaction* const found = content->find(note.index());
    if (found == nullptr)
      return damaged("a client's notes", height);
    v1::StreamGroup& group = *block.add_groups();
    group.set_index(note.index());
    group.set_hosting_epoch(note.hosting_epoch());
    group.set_transaction_id(found->transaction->id.str());
    if (note.outcome()) {
      group.set_transaction(*found->encoded);
      *group.mutable_outcome() = found->result->outcome();
    }
    for (const std::uint32_t event : note.events()) {
      if (static_cast<int>(event) >= found->result->events_size())
        return damaged("a client's notes", height);
      v1::StreamEvent& added = *group.add_events();
      added.set_index(event);
      *added.mutable_event() = found->result->events(static_cast<int>(event));
    }
  }
  return {};
}

Result<v1::StreamBlock> StreamService::block(const std::string& client, std::uint64_t height,
                                             const plugin::StoreSnapshot& index) const {
  v1::StreamBlock block;
  TENON_ASSIGN_OR_RETURN(*block.mutable_header(), read_part(store_, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(*block.mutable_result_header(),
                         read_part(store_, height, BlockPart::kResultHeader));
  TENON_ASSIGN_OR_RETURN(
      const auto encoded,
      index.get(plugin::KeyClass::kIndex, keys::stream_notes(client, height)));
  if (!encoded)
    return block;
  v1::StreamNotes notes;
  if (!notes.ParseFromString(*encoded))
    return damaged("a client's notes", height);
  TENON_RETURN_IF_ERROR(add_groups(height, notes, block));
  *block.mutable_writes() = std::move(*notes.mutable_writes());
  block.set_writes_epoch(notes.writes_epoch());
  return block;
}

Result<v1::StreamPage> StreamService::page(const v1::StreamRequest& request) const {
  const auto head = head_.get();
  v1::StreamPage page;
  page.set_head_height(head->block->height());
  const std::uint64_t max_bytes = page_bytes(request.max_bytes());
  std::uint64_t bytes = 0;
  int certified = 0; // so many blocks end with one that has a certificate of its own
  for (std::uint64_t height = request.after_height() + 1; height <= head->block->height();
       ++height) {
    TENON_ASSIGN_OR_RETURN(*page.add_blocks(), block(request.client(), height, *head->snapshot));
    const v1::StreamBlock& added = *page.blocks().rbegin();
    bytes += added.ByteSizeLong();
    TENON_ASSIGN_OR_RETURN(Bytes encoded, read_part(store_, height, BlockPart::kCertificate));
    v1::Certificate certificate;
    v1::BlockHeader header;
    if (!certificate.ParseFromString(encoded) || !header.ParseFromString(added.header()))
      return damaged("the certificate or the header", height);
    if (certificate.block_id() != crypto::sha256(added.header()).view()) {
      if (page.blocks_size() - certified > kMaxUncertifiedBlocks)
        return data_loss("the certificate of block " + std::to_string(height) + " leads nowhere");
      continue;
    }
    certified = page.blocks_size();
    page.set_certificate(std::move(encoded));
    // The next epoch's blocks are certified by others, whom the client learns of in this page.
    if (bytes >= max_bytes || certified >= kMaxPageBlocks ||
        header.validators() != header.next_validators())
      break;
  }
  page.mutable_blocks()->DeleteSubrange(certified, page.blocks_size() - certified);
  if (certified > 0)
    TENON_RETURN_IF_ERROR(finish(request, *head, page));
  return page;
}

Status StreamService::finish(const v1::StreamRequest& request, const LedgerHead& head,
                             v1::StreamPage& page) const {
  const std::uint64_t height =
      request.after_height() + static_cast<std::uint64_t>(page.blocks_size());
  std::shared_ptr<const plugin::StoreSnapshot> snapshot = head.snapshot;
  if (height != head.block->height()) {
    TENON_ASSIGN_OR_RETURN(snapshot, store_.snapshot(height));
  }
  const BlockState state(snapshot, 0);
  TENON_ASSIGN_OR_RETURN(const auto record,
                         read_record<v1::ClientRecord>(state, keys::client(request.client())));
  std::vector<Bytes> keys = {keys::client(request.client())};
  if (record) {
    for (std::uint64_t epoch = std::min(request.hosting_epoch(), record->hosting_epoch());
         epoch <= record->hosting_epoch(); ++epoch)
      keys.push_back(keys::stream(request.client(), epoch));
  }
  TENON_ASSIGN_OR_RETURN(std::vector<v1::KeyProof> proofs,
                         key_proofs(*snapshot, keys, [](BytesView) { return true; }));
  *page.mutable_client() = std::move(proofs.front());
  for (std::size_t i = 1; i < proofs.size(); ++i)
    *page.add_streams() = std::move(proofs[i]);
  return {};
}

} // namespace tenon::host::pipeline
