#include "pipeline/stream_proofs.hpp"

#include <algorithm>

#include "pipeline/key_proofs.hpp"
#include "pipeline/keys.hpp"

namespace tenon::host::pipeline {

namespace {

// Well within what a store proves, and what fits into a page. Clients have their turns at different
// blocks.
constexpr std::uint64_t kMostBlocks = 64;
constexpr std::uint64_t kMostBytes = 1u << 20;

} // namespace

Status prove_streams(const plugin::StoreSnapshot& state, const std::string& client,
                     std::uint64_t from_hosting_epoch, bool epoch_ends, v1::StreamPage& page) {
  // Borrowed: the caller holds it for longer.
  const BlockState view(std::shared_ptr<const plugin::StoreSnapshot>(&state, [](const auto*) {}),
                        0);
  TENON_ASSIGN_OR_RETURN(const auto record,
                         read_record<v1::ClientRecord>(view, keys::client(client)));
  std::vector<Bytes> keys = {keys::client(client)};
  if (record) {
    for (std::uint64_t epoch = std::min(from_hosting_epoch, record->hosting_epoch());
         epoch <= record->hosting_epoch(); ++epoch)
      keys.push_back(keys::stream(client, epoch));
  }
  TENON_ASSIGN_OR_RETURN(std::vector<v1::KeyProof> proofs,
                         key_proofs(state, keys, [](BytesView) { return true; }));
  if (epoch_ends) {
    TENON_ASSIGN_OR_RETURN(const auto schedule,
                           read_required_record<v1::EpochRecord>(view, Bytes(keys::kSchedule)));
    *page.mutable_next() = schedule.next();
  }
  *page.mutable_client() = std::move(proofs.front());
  page.clear_streams();
  for (std::size_t i = 1; i < proofs.size(); ++i)
    *page.add_streams() = std::move(proofs[i]);
  return {};
}

// A page that ends here began in the hosting epoch before the block or in the one after it.
Result<Bytes> StreamProofs::proofs(const plugin::StoreSnapshot& state, const ExecutedBlock& block,
                                   const std::string& client) const {
  std::uint64_t from_epoch = clients_->records.find(client)->second.hosting_epoch();
  if (block.clients_changed) {
    TENON_ASSIGN_OR_RETURN(const std::shared_ptr<const plugin::StoreSnapshot> before,
                           store_.snapshot(block.height() - 1));
    TENON_ASSIGN_OR_RETURN(const auto record,
                           read_record<v1::ClientRecord>(BlockState(before, 0),
                                                         keys::client(client)));
    from_epoch = record ? record->hosting_epoch() : 0;
  }
  v1::StreamPage page;
  TENON_RETURN_IF_ERROR(
      prove_streams(state, client, from_epoch,
                    block.header.validators() != block.header.next_validators(), page));
  return page.SerializeAsString();
}

Status StreamProofs::keep(const ExecutedBlock& block) {
  const bool is_first = clients_ == nullptr;
  if (is_first || block.clients_changed) {
    clients_ = nullptr; // and stays so if they cannot be read: then the next block is the first
    auto opened = store_.snapshot(block.height());
    if (opened.status().code() == Code::kOutOfRange)
      return {}; // so much was committed at once that this is old already
    TENON_RETURN_IF_ERROR(opened.status());
    const std::shared_ptr<const plugin::StoreSnapshot> state = *std::move(opened);
    TENON_ASSIGN_OR_RETURN(clients_, read_clients(BlockState(state, 0)));
  }
  if (clients_->followers.empty())
    return {};
  bytes_ += block.content_bytes;
  const bool all = is_first || block.clients_changed || bytes_ >= kMostBytes ||
                   block.header.validators() != block.header.next_validators();
  if (all)
    bytes_ = 0;
  std::vector<std::pair<Bytes, Bytes>> kept;
  std::shared_ptr<const plugin::StoreSnapshot> state;
  for (std::size_t i = 0; i < clients_->followers.size(); ++i) {
    const std::string& client = clients_->followers[i];
    if (!all && (block.height() + i) % kMostBlocks != 0)
      continue;
    if (state == nullptr) {
      TENON_ASSIGN_OR_RETURN(state, store_.snapshot(block.height()));
    }
    Result<Bytes> made = proofs(*state, block, client);
    if (made.status().code() == Code::kOutOfRange) {
      if (all)
        clients_ = nullptr; // it is due at the next block, for everybody
      return {};
    }
    TENON_RETURN_IF_ERROR(made.status());
    kept.emplace_back(keys::stream_proofs(client, block.height()), std::move(*made));
  }
  std::vector<plugin::StoreWrite> writes;
  for (const auto& [key, value] : kept)
    writes.push_back({plugin::KeyClass::kIndex, false, key, value});
  return writes.empty() ? Status() : store_.put_index(writes, /*whole=*/false);
}

} // namespace tenon::host::pipeline
