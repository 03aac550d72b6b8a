#include "pipeline/stream_service.hpp"

#include <algorithm>

#include "pipeline/epoch_handovers.hpp"
#include "pipeline/key_proofs.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/stream_proofs.hpp"
#include "pipeline/visibility.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

constexpr std::uint64_t kDefaultPageBytes = 1u << 20;
constexpr std::uint64_t kMaxPageBytes = 8u << 20;
// On the way to a block where proofs were kept; still within a frame.
constexpr std::uint64_t kMaxLongPageBytes = 30u << 20;
constexpr int kMaxPageBlocks = 512;
// A page goes on for so many blocks to reach one of which proofs were kept, or can still be made.
constexpr std::uint64_t kMaxBlocksToProofs = 1024;
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
  return is_visible_entry(key, encoded, [&](const std::string& name) -> Result<bool> {
    TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const party, records.party(name));
    return hosts(party, client);
  });
}

Status damaged(const char* what, std::uint64_t height) {
  return data_loss(std::string(what) + " of block " + std::to_string(height) + " is malformed");
}

Result<bool> ends_epoch(const v1::StreamBlock& block, std::uint64_t height) {
  v1::BlockHeader header;
  if (!header.ParseFromString(block.header()))
    return damaged("the header", height);
  return header.validators() != header.next_validators();
}

// What stream_proofs kept of a block, and of which hosting epochs it proves the streams.
struct KeptProofs {
  v1::StreamPage proofs;
  std::uint64_t first = 0;
  std::uint64_t present = 0;

  // For a client that stands in that hosting epoch?
  [[nodiscard]] bool serves(std::uint64_t epoch) const {
    return std::min(epoch, present) >= first;
  }
};

Result<KeptProofs> parse_kept(BytesView encoded, std::uint64_t height) {
  KeptProofs kept;
  v1::ClientRecord record;
  if (!kept.proofs.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())) ||
      !record.ParseFromString(kept.proofs.client().value()))
    return damaged("what was kept to prove a client's stream", height);
  kept.present = record.hosting_epoch();
  kept.first = kept.present + 1 - static_cast<std::uint64_t>(kept.proofs.streams_size());
  return kept;
}

void take_kept(KeptProofs kept, std::uint64_t from_epoch, v1::StreamPage& page) {
  kept.proofs.mutable_streams()->DeleteSubrange(
      0, static_cast<int>(std::min(from_epoch, kept.present) - kept.first));
  *page.mutable_client() = std::move(*kept.proofs.mutable_client());
  *page.mutable_streams() = std::move(*kept.proofs.mutable_streams());
  if (kept.proofs.has_next())
    *page.mutable_next() = std::move(*kept.proofs.mutable_next());
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
  if (request.begin()) {
    TENON_RETURN_IF_ERROR(begin(request, *head, page));
    return page;
  }
  if (request.after_height() >= head->block->height())
    return page;
  TENON_RETURN_IF_ERROR(check_live(*head, request.client()));
  TENON_RETURN_IF_ERROR(check_noted(*head, request.client(), request.after_height()));
  const std::uint64_t max_bytes = page_bytes(request.max_bytes());
  std::uint64_t bytes = 0;
  while (bytes < max_bytes && page.blocks_size() < kMaxPageBlocks) {
    TENON_ASSIGN_OR_RETURN(const bool added,
                           add_block(request, *head, page.blocks_size() > 0 ? kMaxPageBytes : 0,
                                     bytes, page));
    if (!added)
      break;
  }
  TENON_RETURN_IF_ERROR(finish(request, *head, bytes, page));
  const std::uint64_t last =
      request.after_height() + static_cast<std::uint64_t>(page.blocks_size());
  TENON_RETURN_IF_ERROR(add_links(last, head->block->height(), page));
  // What was pruned while the page was made may be missing in it.
  TENON_RETURN_IF_ERROR(check_noted(*head, request.client(), request.after_height()));
  return page;
}

// The next one, if there is one, it is of the same epoch, and all has at most so many bytes (0: any
// number).
Result<bool> StreamService::add_block(const v1::StreamRequest& request, const LedgerHead& head,
                                      std::uint64_t max_bytes, std::uint64_t& bytes,
                                      v1::StreamPage& page) const {
  const std::uint64_t height =
      request.after_height() + static_cast<std::uint64_t>(page.blocks_size());
  if (height >= head.block->height())
    return false;
  if (page.blocks_size() > 0) {
    TENON_ASSIGN_OR_RETURN(const bool ended, ends_epoch(*page.blocks().rbegin(), height));
    if (ended) // the next block is certified by others, whom the client learns of in this page
      return false;
  }
  TENON_ASSIGN_OR_RETURN(v1::StreamBlock next,
                         block(request.client(), height + 1, *head.snapshot));
  const std::uint64_t size = next.ByteSizeLong();
  if (max_bytes != 0 && bytes + size > max_bytes)
    return false;
  bytes += size;
  *page.add_blocks() = std::move(next);
  return true;
}

Result<std::uint64_t> StreamService::noted_after(const LedgerHead& head,
                                                 const std::string& client) const {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, store_.horizon());
  std::uint64_t after = horizon.oldest_block == 0 ? 0 : horizon.oldest_block - 1;
  // A replica that took over a state executed nothing of what led to it.
  TENON_ASSIGN_OR_RETURN(const auto above,
                         head.snapshot->get(plugin::KeyClass::kIndex, keys::kNotesAbove));
  if (above && above->size() == sizeof(std::uint64_t))
    after = std::max(after, read_be64(*above));
  const BlockState state(head.snapshot, head.block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto since, state.value(keys::client_since(client)));
  if (since && since->size() == sizeof(std::uint64_t))
    after = std::max(after, read_be64(*since));
  return after;
}

Status StreamService::check_noted(const LedgerHead& head, const std::string& client,
                                  std::uint64_t after_height) const {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t noted, noted_after(head, client));
  if (after_height >= noted)
    return {};
  return out_of_range("HISTORY_PRUNED: this replica has for client " + client +
                      " what comes after block " + std::to_string(noted) +
                      ", found a question for what comes after block " +
                      std::to_string(after_height) + "; ask another replica, or begin anew");
}

namespace {

Status not_there_yet(std::uint64_t height, const std::string& why) {
  return unavailable("NOT_READY: nothing can begin at this replica's head, block " +
                     std::to_string(height) + ": " + why + "; ask another replica");
}

} // namespace

// At the head: of all states it is the one that is kept longest.
Status StreamService::begin(const v1::StreamRequest& request, const LedgerHead& head,
                            v1::StreamPage& page) const {
  const std::uint64_t height = head.block->height();
  const BlockState state(head.snapshot, head.block->header.record_time_us());
  TENON_RETURN_IF_ERROR(check_live(head, request.client()));
  if (height <= request.after_height())
    return not_there_yet(height, "the client is at block " +
                                     std::to_string(request.after_height()) + " already");
  TENON_ASSIGN_OR_RETURN(const auto record, read_record<v1::ClientRecord>(
                                                state, keys::client(request.client())));
  if (!record)
    return failed_precondition("NO_STREAM: the ledger does not have client " + request.client() +
                               " yet; operators add it");
  v1::LedgerProof& proof = *page.mutable_start();
  proof.set_version(1);
  proof.set_chain(head.block->header.chain());
  TENON_ASSIGN_OR_RETURN(*proof.mutable_validators(),
                         read_required_record<v1::ValidatorSet>(state, keys::kValidators));
  TENON_ASSIGN_OR_RETURN(*proof.mutable_header(), read_part(store_, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(*proof.mutable_result_header(),
                         read_part(store_, height, BlockPart::kResultHeader));
  TENON_ASSIGN_OR_RETURN(*proof.mutable_certificate(),
                         read_part(store_, height, BlockPart::kCertificate));
  v1::Certificate certificate;
  if (proof.validators().epoch() < request.epoch())
    return not_there_yet(height, "the client knows of a later epoch");
  if (!certificate.ParseFromString(proof.certificate()) ||
      certificate.block_id() != head.block->id.view())
    return not_there_yet(height, "it is certified by a later block only");
  TENON_RETURN_IF_ERROR(add_handovers(store_, state, request.epoch(), proof));
  const Bytes keys[] = {keys::client(request.client()),
                        keys::stream(request.client(), record->hosting_epoch())};
  TENON_ASSIGN_OR_RETURN(std::vector<v1::KeyProof> proofs,
                         key_proofs(*head.snapshot, keys, [](BytesView) { return true; }));
  for (v1::KeyProof& one : proofs)
    *proof.add_keys() = std::move(one);
  if (head.block->header.validators() != head.block->header.next_validators()) {
    TENON_ASSIGN_OR_RETURN(const auto schedule,
                           read_required_record<v1::EpochRecord>(state, Bytes(keys::kSchedule)));
    *page.mutable_next() = schedule.next();
  }
  return {};
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

// A page ends where its proofs can be made, or were kept: at its last block if possible, otherwise
// at an earlier one, or at the first later one.
Status StreamService::finish(const v1::StreamRequest& request, const LedgerHead& head,
                             std::uint64_t bytes, v1::StreamPage& page) const {
  Status proved = prove(request, head, page);
  if (proved.code() != Code::kOutOfRange)
    return proved;
  const std::uint64_t first = request.after_height() + 1;
  const std::uint64_t end = first + static_cast<std::uint64_t>(page.blocks_size());
  std::uint64_t last = 0; // that serves this client: none does far behind a change of its parties
  Status status;
  TENON_RETURN_IF_ERROR(head.snapshot->scan(
      plugin::KeyClass::kIndex, keys::stream_proofs(request.client(), first),
      keys::stream_proofs(request.client(), end), [&](BytesView key, BytesView encoded) {
        const std::uint64_t height = read_be64(key.substr(key.size() - sizeof(std::uint64_t)));
        const auto kept = parse_kept(encoded, height);
        status = kept.status();
        if (kept.ok() && kept->serves(request.hosting_epoch()))
          last = height;
        return status.ok();
      }));
  TENON_RETURN_IF_ERROR(status);
  if (last != 0) {
    page.mutable_blocks()->DeleteSubrange(static_cast<int>(last - first + 1),
                                          static_cast<int>(end - last - 1));
    return prove(request, head, page);
  }
  TENON_ASSIGN_OR_RETURN(const bool later, has_later_proofs(request, head, end));
  bool added = later || head.block->height() < end + kMaxBlocksToProofs;
  while (added && proved.code() == Code::kOutOfRange) {
    TENON_ASSIGN_OR_RETURN(added, add_block(request, head, kMaxLongPageBytes, bytes, page));
    if (added)
      proved = prove(request, head, page);
  }
  if (proved.code() != Code::kOutOfRange)
    return proved;
  return out_of_range("HISTORY_PRUNED: this replica can prove no page any more that begins after "
                      "block " +
                      std::to_string(request.after_height()) +
                      "; ask another replica, or begin anew");
}

Result<bool> StreamService::has_later_proofs(const v1::StreamRequest& request,
                                             const LedgerHead& head, std::uint64_t from) const {
  bool found = false;
  Status status;
  TENON_RETURN_IF_ERROR(head.snapshot->scan(
      plugin::KeyClass::kIndex, keys::stream_proofs(request.client(), from),
      keys::stream_proofs(request.client(), from + kMaxBlocksToProofs),
      [&](BytesView key, BytesView encoded) {
        const auto kept =
            parse_kept(encoded, read_be64(key.substr(key.size() - sizeof(std::uint64_t))));
        status = kept.status();
        found = kept.ok() && kept->serves(request.hosting_epoch());
        return status.ok() && !found;
      }));
  TENON_RETURN_IF_ERROR(status);
  return found;
}

// OUT_OF_RANGE when it is too late for proofs of the page's last block, and none were kept.
Status StreamService::prove(const v1::StreamRequest& request, const LedgerHead& head,
                            v1::StreamPage& page) const {
  const std::uint64_t height =
      request.after_height() + static_cast<std::uint64_t>(page.blocks_size());
  TENON_ASSIGN_OR_RETURN(const auto kept,
                         head.snapshot->get(plugin::KeyClass::kIndex,
                                            keys::stream_proofs(request.client(), height)));
  if (kept) {
    TENON_ASSIGN_OR_RETURN(KeptProofs proofs, parse_kept(*kept, height));
    if (proofs.serves(request.hosting_epoch())) {
      take_kept(std::move(proofs), request.hosting_epoch(), page);
      return {};
    }
  }
  TENON_ASSIGN_OR_RETURN(const bool ended, ends_epoch(*page.blocks().rbegin(), height));
  std::shared_ptr<const plugin::StoreSnapshot> snapshot = head.snapshot;
  if (height != head.block->height()) {
    TENON_ASSIGN_OR_RETURN(snapshot, store_.snapshot(height));
  }
  return prove_streams(*snapshot, request.client(), request.hosting_epoch(), ended, page);
}

Result<v1::StatePart> StreamService::state(const v1::StateRequest& request) const {
  const auto head = head_.get();
  TENON_RETURN_IF_ERROR(check_live(*head, request.client()));
  if (request.height() > head->block->height()) {
    return out_of_range("HEIGHT_NOT_REACHED: block " + std::to_string(request.height()) +
                        " does not exist here; the head is " +
                        std::to_string(head->block->height()));
  }
  const BlockState now(head->snapshot, head->block->header.record_time_us());
  TENON_ASSIGN_OR_RETURN(const auto since, now.value(keys::client_since(request.client())));
  if (since && since->size() == sizeof(std::uint64_t) && request.height() < read_be64(*since)) {
    return permission_denied("NOT_ITS_STATE: client " + request.client() + " was added at block " +
                             std::to_string(read_be64(*since)) +
                             "; what its id might see before is not its own");
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
