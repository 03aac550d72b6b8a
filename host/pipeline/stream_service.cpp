#include "pipeline/stream_service.hpp"

#include <algorithm>

#include "pipeline/key_proofs.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

constexpr std::uint64_t kDefaultPageBytes = 1u << 20;
constexpr std::uint64_t kMaxPageBytes = 8u << 20;
constexpr int kMaxPageBlocks = 512;
// So many blocks may share a descendant's certificate.
constexpr int kMaxLinks = 1024;

std::uint64_t page_bytes(std::uint64_t asked) {
  return std::min(asked == 0 ? kDefaultPageBytes : asked, kMaxPageBytes);
}

// Of one answer about the state: so many entries are looked at, and a path has about so many bytes.
constexpr std::uint64_t kMaxKeysLookedAt = 50'000;
constexpr std::uint64_t kPathBytes = 800;

Result<bool> visible_to(const std::string& client, LedgerRecords& records, BytesView key,
                        BytesView encoded) {
  if (key.starts_with(keys::kDedups) || key.starts_with(keys::kStreams))
    return false;
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(encoded));
  const auto readers = merkle::decode_readers(entry.readers);
  if (!readers)
    return false;
  for (const std::string& reader : *readers) {
    if (reader == merkle::kPublicReader)
      return true;
    TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const party, records.party(reader));
    if (hosts(party, client))
      return true;
  }
  return false;
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
  block.set_writes_epoch(notes.writes_epoch());
  TENON_RETURN_IF_ERROR(add_writes(height, notes, index, block));
  return block;
}

Status StreamService::add_writes(std::uint64_t height, const v1::StreamNotes& notes,
                                 const plugin::StoreSnapshot& index,
                                 v1::StreamBlock& block) const {
  if (notes.writes_size() == 0)
    return {};
  TENON_ASSIGN_OR_RETURN(const auto encoded,
                         index.get(plugin::KeyClass::kIndex, keys::shown_writes(height)));
  v1::ShownWrites shown;
  if (!encoded || !shown.ParseFromString(*encoded))
    return damaged("what clients see of the writes", height);
  for (const std::uint32_t place : notes.writes()) {
    if (place / 2 >= static_cast<std::uint32_t>(shown.writes_size()))
      return damaged("a client's notes", height);
    v1::StreamWrite& write = *block.add_writes();
    write = shown.writes(static_cast<int>(place / 2));
    if (place % 2 == 1)
      write.clear_entry();
  }
  return {};
}

Result<bool> StreamService::certify(std::uint64_t height, BytesView header,
                                    v1::StreamPage& page) const {
  TENON_ASSIGN_OR_RETURN(*page.mutable_certificate(),
                         read_part(store_, height, BlockPart::kCertificate));
  v1::Certificate certificate;
  if (!certificate.ParseFromString(page.certificate()))
    return damaged("the certificate", height);
  return certificate.block_id() == crypto::sha256(header).view();
}

// A descendant's certificate covers the last block: the way there, without what is in those blocks.
Status StreamService::add_links(std::uint64_t height, std::uint64_t head,
                                v1::StreamPage& page) const {
  TENON_ASSIGN_OR_RETURN(bool certified,
                         certify(height, page.blocks().rbegin()->header(), page));
  for (std::uint64_t at = height + 1; !certified; ++at) {
    if (at > head || page.links_size() > kMaxLinks)
      return data_loss("the certificate of block " + std::to_string(height) + " leads nowhere");
    v1::StreamLink& link = *page.add_links();
    TENON_ASSIGN_OR_RETURN(*link.mutable_header(), read_part(store_, at, BlockPart::kHeader));
    TENON_ASSIGN_OR_RETURN(*link.mutable_result_header(),
                           read_part(store_, at, BlockPart::kResultHeader));
    TENON_ASSIGN_OR_RETURN(certified, certify(at, link.header(), page));
  }
  return {};
}

Result<v1::StreamPage> StreamService::page(const v1::StreamRequest& request) const {
  const auto head = head_.get();
  v1::StreamPage page;
  page.set_head_height(head->block->height());
  if (request.after_height() >= head->block->height())
    return page;
  TENON_RETURN_IF_ERROR(check_live(*head, request.client()));
  TENON_RETURN_IF_ERROR(check_noted(*head, request.after_height()));
  const std::uint64_t max_bytes = page_bytes(request.max_bytes());
  std::uint64_t bytes = 0;
  std::uint64_t height = request.after_height();
  bool epoch_ends = false;
  while (height < head->block->height() && bytes < max_bytes && !epoch_ends &&
         page.blocks_size() < kMaxPageBlocks) {
    TENON_ASSIGN_OR_RETURN(v1::StreamBlock next,
                           block(request.client(), height + 1, *head->snapshot));
    bytes += next.ByteSizeLong();
    if (page.blocks_size() > 0 && bytes > kMaxPageBytes)
      break;
    v1::BlockHeader header;
    if (!header.ParseFromString(next.header()))
      return damaged("the header", height + 1);
    // The next epoch's blocks are certified by others, whom the client learns of in this page.
    epoch_ends = header.validators() != header.next_validators();
    *page.add_blocks() = std::move(next);
    ++height;
  }
  TENON_RETURN_IF_ERROR(add_links(height, head->block->height(), page));
  TENON_RETURN_IF_ERROR(finish(request, *head, epoch_ends, page));
  return page;
}

// A replica that took over a state executed nothing of what led to it.
Status StreamService::check_noted(const LedgerHead& head, std::uint64_t after_height) const {
  TENON_ASSIGN_OR_RETURN(const auto above,
                         head.snapshot->get(plugin::KeyClass::kIndex, keys::kNotesAbove));
  if (!above || above->size() != sizeof(std::uint64_t) || after_height >= read_be64(*above))
    return {};
  return out_of_range("HISTORY_PRUNED: this replica began with the state of block " +
                      std::to_string(read_be64(*above)) + ", found a question for what comes "
                      "after block " + std::to_string(after_height) +
                      "; ask another replica");
}

// A client that was removed has no business here any more. One that is not there yet gets what
// everybody may know: headers.
Status StreamService::check_live(const LedgerHead& head, const std::string& client) const {
  const BlockState state(head.snapshot, head.block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto record,
                         read_record<v1::ClientRecord>(state, keys::client(client)));
  if (!record || (!record->public_key().empty() && record->streams()))
    return {};
  return permission_denied("NO_STREAM: client " + client +
                           " was removed from the ledger, or does not follow it; operators add "
                           "one that does");
}

Status StreamService::finish(const v1::StreamRequest& request, const LedgerHead& head,
                             bool epoch_ends, v1::StreamPage& page) const {
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
  if (epoch_ends) {
    TENON_ASSIGN_OR_RETURN(const auto schedule,
                           read_required_record<v1::EpochRecord>(state, Bytes(keys::kSchedule)));
    *page.mutable_next() = schedule.next();
  }
  *page.mutable_client() = std::move(proofs.front());
  for (std::size_t i = 1; i < proofs.size(); ++i)
    *page.add_streams() = std::move(proofs[i]);
  return {};
}

Result<v1::StatePart> StreamService::state(const v1::StateRequest& request) const {
  const auto head = head_.get();
  TENON_RETURN_IF_ERROR(check_live(*head, request.client()));
  if (request.height() > head->block->height()) {
    return out_of_range("HEIGHT_NOT_REACHED: block " + std::to_string(request.height()) +
                        " does not exist here; the head is " +
                        std::to_string(head->block->height()));
  }
  TENON_ASSIGN_OR_RETURN(const std::shared_ptr<const plugin::StoreSnapshot> snapshot,
                         store_.snapshot(request.height()));
  const BlockState state(snapshot, 0);
  LedgerRecords records(state);
  v1::StatePart part;
  std::vector<BytesView> views;
  std::uint64_t bytes = 0;
  std::uint64_t looked_at = 0;
  Status status;
  TENON_RETURN_IF_ERROR(snapshot->scan(
      plugin::KeyClass::kState, request.from_key(), {}, [&](BytesView key, BytesView entry) {
        if (bytes >= page_bytes(request.max_bytes()) || ++looked_at > kMaxKeysLookedAt) {
          part.set_next_key(Bytes(key));
          return false;
        }
        const Result<bool> visible = visible_to(request.client(), records, key, entry);
        status = visible.status();
        if (visible.ok() && *visible) {
          v1::StateItem& item = *part.add_items();
          item.set_key(Bytes(key));
          item.set_entry(Bytes(entry));
          bytes += key.size() + entry.size() + kPathBytes;
        }
        return status.ok();
      }));
  TENON_RETURN_IF_ERROR(status);
  for (const v1::StateItem& item : part.items())
    views.emplace_back(item.key());
  TENON_ASSIGN_OR_RETURN(std::vector<Bytes> paths, snapshot->prove(views));
  for (int i = 0; i < part.items_size(); ++i)
    part.mutable_items(i)->set_path(std::move(paths[static_cast<std::size_t>(i)]));
  return part;
}

} // namespace tenon::host::pipeline
