#include "pipeline/stream_hashes.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

// The zero byte ends each tag.
constexpr BytesView kGroupTag("tenon/group/v1\0", 15);
constexpr BytesView kStreamTag("tenon/stream/v1\0", 16);

void append_hashes(Bytes& out, const std::vector<Hash>& hashes) {
  append_be32(out, static_cast<std::uint32_t>(hashes.size()));
  for (const Hash& hash : hashes)
    out.append(hash.view());
}

} // namespace

Hash stream_group_hash(std::uint64_t offset, const Hash* outcome_leaf,
                       const std::vector<Hash>& event_leaves) {
  Bytes bytes(kGroupTag);
  append_be64(bytes, offset);
  bytes.push_back(outcome_leaf != nullptr ? '\1' : '\0');
  if (outcome_leaf != nullptr)
    bytes.append(outcome_leaf->view());
  append_hashes(bytes, event_leaves);
  return crypto::sha256(bytes);
}

Hash next_stream_hash(const Hash& previous, std::uint64_t height, const std::vector<Hash>& groups) {
  Bytes bytes(kStreamTag);
  bytes.append(previous.view());
  append_be64(bytes, height);
  append_hashes(bytes, groups);
  return crypto::sha256(bytes);
}

Status StreamHashes::add_hosts(const std::string& party, std::vector<std::string>& clients) {
  if (party == merkle::kPublicReader) {
    TENON_ASSIGN_OR_RETURN(const auto* const all, records_.all_clients());
    clients.insert(clients.end(), all->begin(), all->end());
    return {};
  }
  TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const record, records_.party(party));
  if (record != nullptr)
    clients.insert(clients.end(), record->hosted_by().begin(), record->hosted_by().end());
  return {};
}

Status StreamHashes::add(const v1::Transaction& transaction, const v1::TransactionResult& result,
                         std::uint32_t index) {
  Groups groups;
  std::vector<std::string> clients;
  for (const std::string& party : transaction.act_as())
    TENON_RETURN_IF_ERROR(add_hosts(party, clients));
  for (const std::string& party : transaction.read_as())
    TENON_RETURN_IF_ERROR(add_hosts(party, clients));
  for (const std::string& client : clients)
    groups[client].outcome = true;
  for (int i = 0; i < result.events_size(); ++i) {
    clients.clear();
    for (const std::string& reader : result.events(i).readers())
      TENON_RETURN_IF_ERROR(add_hosts(reader, clients));
    std::sort(clients.begin(), clients.end());
    clients.erase(std::unique(clients.begin(), clients.end()), clients.end());
    if (clients.empty())
      continue;
    const Hash leaf =
        wire::event_leaf(result.events(i), height_, index, static_cast<std::uint32_t>(i));
    for (const std::string& client : clients)
      groups[client].events.push_back(leaf);
  }
  if (groups.empty())
    return {};
  const Hash outcome = merkle::ordered_leaf(wire::outcome_leaf(result.outcome()));
  const std::uint64_t offset = wire::make_offset(height_, index);
  for (const auto& [client, group] : groups) {
    groups_[client].push_back(
        stream_group_hash(offset, group.outcome ? &outcome : nullptr, group.events));
  }
  return {};
}

Status StreamHashes::write(const std::string& client, const std::vector<Hash>& groups,
                           const Hash& block_id) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, records_.client(client));
  if (record == nullptr)
    return {}; // a party record names a client that the ledger does not have: nobody to inform
  Bytes key = keys::stream(client, record->hosting_epoch());
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> previous, state_.value(key));
  const Hash hash =
      next_stream_hash(previous ? Hash::from_view_or_zero(*previous) : Hash{}, height_, groups);
  const Hash salt = wire::derived_salt(block_id.view(), "state", key);
  state_.put(std::move(key), {salt, 0, {}, hash.view()});
  return {};
}

Status StreamHashes::end_stream(const std::string& client, const Hash& block_id) {
  const auto found = groups_.find(client);
  if (found == groups_.end())
    return {};
  TENON_RETURN_IF_ERROR(write(client, found->second, block_id));
  groups_.erase(found);
  return {};
}

Status StreamHashes::finish(const Hash& block_id) {
  for (const auto& [client, groups] : groups_)
    TENON_RETURN_IF_ERROR(write(client, groups, block_id));
  return {};
}

} // namespace tenon::host::pipeline
