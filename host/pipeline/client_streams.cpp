#include "pipeline/client_streams.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ordered_tree.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

void sort_unique(std::vector<std::string>& names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
}

// The encoded reader list, borrowed from the entry; empty without one.
Result<BytesView> readers_of(const std::optional<Bytes>& entry) {
  if (!entry)
    return BytesView();
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry decoded, merkle::decode_entry(*entry));
  return decoded.readers;
}

} // namespace

Result<const v1::ClientRecord*> ClientStreams::follower(const std::string& client) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, records_.client(client));
  return record != nullptr && record->streams() ? record : nullptr;
}

Result<bool> ClientStreams::has_followers() {
  TENON_ASSIGN_OR_RETURN(const auto* const followers, records_.followers());
  return !followers->empty();
}

Status ClientStreams::add_hosts(std::string_view party, std::vector<std::string>& clients) {
  if (party == merkle::kPublicReader) {
    TENON_ASSIGN_OR_RETURN(const auto* const followers, records_.followers());
    clients.insert(clients.end(), followers->begin(), followers->end());
    return {};
  }
  TENON_ASSIGN_OR_RETURN(const v1::PartyRecord* const record, records_.party(std::string(party)));
  if (record != nullptr)
    clients.insert(clients.end(), record->hosted_by().begin(), record->hosted_by().end());
  return {};
}

Result<std::vector<std::string>> ClientStreams::hosts_of(BytesView readers) {
  std::vector<std::string> clients;
  const auto parties = merkle::decode_readers(readers);
  if (!parties)
    return clients;
  for (const std::string& party : *parties)
    TENON_RETURN_IF_ERROR(add_hosts(party, clients));
  sort_unique(clients);
  std::vector<std::string> followers;
  for (std::string& client : clients) {
    TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, follower(client));
    if (record != nullptr)
      followers.push_back(std::move(client));
  }
  return followers;
}

Status ClientStreams::add(const std::string& signer, const DecodedTransaction& transaction,
                          const v1::TransactionResult& result, std::uint32_t index) {
  TENON_ASSIGN_OR_RETURN(const bool followed, has_followers());
  if (!followed)
    return {};
  Groups groups;
  std::vector<std::string> clients = {signer};
  for (const std::string& party : transaction.message.act_as())
    TENON_RETURN_IF_ERROR(add_hosts(party, clients));
  for (const std::string& party : transaction.message.read_as())
    TENON_RETURN_IF_ERROR(add_hosts(party, clients));
  for (const std::string& client : clients)
    groups[client].outcome = true;
  for (int i = 0; i < result.events_size(); ++i) {
    clients.clear();
    for (const std::string& reader : result.events(i).readers())
      TENON_RETURN_IF_ERROR(add_hosts(reader, clients));
    sort_unique(clients);
    for (const std::string& client : clients)
      groups[client].events.push_back(static_cast<std::uint32_t>(i));
  }
  return add_groups(groups, transaction, result, index);
}

Status ClientStreams::add_rejected(const std::string& signer,
                                   const DecodedTransaction& transaction,
                                   const v1::TransactionResult& result, std::uint32_t index) {
  return add_groups({{signer, {true, {}}}}, transaction, result, index);
}

Status ClientStreams::add_groups(const Groups& groups, const DecodedTransaction& transaction,
                                 const v1::TransactionResult& result, std::uint32_t index) {
  // Leaves are made once, for all who see them.
  std::optional<Hash> outcome_leaf;
  std::map<std::uint32_t, Hash> event_leaves;
  for (const auto& [client, group] : groups) {
    TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, follower(client));
    if (record == nullptr)
      continue;
    if (group.outcome && !outcome_leaf)
      outcome_leaf = merkle::ordered_leaf(wire::outcome_leaf(result.outcome()));
    std::vector<Hash> leaves;
    for (const std::uint32_t event : group.events) {
      const auto [leaf, added] = event_leaves.try_emplace(event);
      if (added) {
        leaf->second =
            wire::event_leaf(result.events(static_cast<int>(event)), height_, index, event);
      }
      leaves.push_back(leaf->second);
    }
    Seen& seen = seen_[client];
    seen.step.groups.push_back(
        wire::stream_group_hash(wire::make_offset(height_, index), transaction.id.view(),
                                group.outcome ? &*outcome_leaf : nullptr, leaves));
    v1::StreamNote& note = *seen.notes.add_notes();
    note.set_index(index);
    note.set_hosting_epoch(record->hosting_epoch());
    note.set_outcome(group.outcome);
    note.mutable_events()->Assign(group.events.begin(), group.events.end());
  }
  return {};
}

Status ClientStreams::add_writes() {
  TENON_ASSIGN_OR_RETURN(const bool followed, has_followers());
  if (!followed)
    return {};
  Status status;
  state_.visit_written([&](const Bytes& key, const std::optional<Bytes>& entry) {
    // Of these nobody is a reader, before or after.
    if (status.ok() && !key.starts_with(keys::kDedups) && !key.starts_with(keys::kStreams))
      status = add_write(key, entry);
  });
  return status;
}

// Who sees the entry is given it; who saw the one before and not this one is told that it is gone.
Status ClientStreams::add_write(BytesView key, const std::optional<Bytes>& entry) {
  TENON_ASSIGN_OR_RETURN(const auto before, state_.base().get(plugin::KeyClass::kState, key));
  TENON_ASSIGN_OR_RETURN(const BytesView readers, readers_of(entry));
  TENON_ASSIGN_OR_RETURN(const BytesView readers_before, readers_of(before));
  std::vector<std::string> sees;
  std::vector<std::string> saw;
  if (entry) {
    TENON_ASSIGN_OR_RETURN(sees, hosts_of(readers));
  }
  if (before && (!entry || readers != readers_before)) {
    TENON_ASSIGN_OR_RETURN(saw, hosts_of(readers_before));
  }
  if (sees.empty() && saw.empty())
    return {};
  const auto place = static_cast<std::uint32_t>(shown_.writes_size()) * 2;
  v1::StreamWrite& write = *shown_.add_writes();
  write.set_key(Bytes(key));
  const Hash gone = wire::stream_write_hash(write);
  if (!sees.empty()) {
    write.set_entry(*entry);
    const Hash hash = wire::stream_write_hash(write);
    for (const std::string& client : sees)
      TENON_RETURN_IF_ERROR(note_write(client, place, hash));
  }
  for (const std::string& client : saw) {
    if (!std::binary_search(sees.begin(), sees.end(), client))
      TENON_RETURN_IF_ERROR(note_write(client, place + 1, gone));
  }
  return {};
}

Status ClientStreams::note_write(const std::string& client, std::uint32_t place,
                                 const Hash& hash) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, follower(client));
  if (record == nullptr)
    return {};
  Seen& seen = seen_[client];
  seen.step.writes.push_back(hash);
  seen.notes.add_writes(place);
  seen.notes.set_writes_epoch(record->hosting_epoch());
  return {};
}

Status ClientStreams::write(const std::string& client, const wire::StreamStep& step,
                            const Hash& block_id) {
  TENON_ASSIGN_OR_RETURN(const v1::ClientRecord* const record, follower(client));
  if (record == nullptr || step.empty())
    return {};
  Bytes key = keys::stream(client, record->hosting_epoch());
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> previous, state_.value(key));
  const Hash hash = wire::next_stream_hash(
      previous ? Hash::from_view_or_zero(*previous) : Hash{}, height_, step);
  const Hash salt = wire::derived_salt(block_id.view(), "state", key);
  state_.put(std::move(key), {salt, 0, {}, hash.view()});
  return {};
}

Status ClientStreams::end_stream(const std::string& client, const Hash& block_id) {
  const auto found = seen_.find(client);
  if (found == seen_.end())
    return {};
  TENON_RETURN_IF_ERROR(write(client, found->second.step, block_id));
  found->second.step = {};
  return {};
}

Status ClientStreams::finish(const Hash& block_id) {
  TENON_RETURN_IF_ERROR(add_writes());
  if (shown_.writes_size() > 0)
    state_.put_index(keys::shown_writes(height_), shown_.SerializeAsString());
  for (const auto& [client, seen] : seen_) {
    TENON_RETURN_IF_ERROR(write(client, seen.step, block_id));
    state_.put_index(keys::stream_notes(client, height_), seen.notes.SerializeAsString());
  }
  return {};
}

} // namespace tenon::host::pipeline
