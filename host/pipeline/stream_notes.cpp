#include "pipeline/stream_notes.hpp"

#include "pipeline/keys.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::KeyClass;

// So many are removed in one write.
constexpr std::size_t kMostKeys = 4096;

// One scan for each piece: nobody writes to a store that is being scanned.
Status forget_range(plugin::Store& store, Bytes begin, const Bytes& end) {
  for (bool more = true; more;) {
    TENON_ASSIGN_OR_RETURN(const auto head, store.snapshot(plugin::kHeadHeight));
    std::vector<Bytes> gone;
    TENON_RETURN_IF_ERROR(head->scan(KeyClass::kIndex, begin, end, [&](BytesView key, BytesView) {
      gone.emplace_back(key);
      return gone.size() < kMostKeys;
    }));
    more = gone.size() == kMostKeys;
    if (gone.empty())
      break;
    std::vector<plugin::StoreWrite> removals;
    for (const Bytes& key : gone)
      removals.push_back({KeyClass::kIndex, true, key, {}});
    TENON_RETURN_IF_ERROR(store.put_index(removals, /*whole=*/false));
    begin = gone.back();
  }
  return {};
}

} // namespace

Status forget_notes(plugin::Store& store, const plugin::StoreSnapshot& state) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, store.horizon());
  if (horizon.oldest_block == 0)
    return {};
  // Of clients that were removed too: their records stay.
  std::vector<std::string> clients;
  TENON_RETURN_IF_ERROR(state.scan(KeyClass::kState, keys::kClients, prefix_end(keys::kClients),
                                   [&](BytesView key, BytesView) {
                                     clients.emplace_back(key.substr(keys::kClients.size()));
                                     return true;
                                   }));
  for (const std::string& client : clients) {
    TENON_RETURN_IF_ERROR(forget_range(store, keys::stream_notes(client, 0),
                                       keys::stream_notes(client, horizon.oldest_block)));
    TENON_RETURN_IF_ERROR(forget_range(store, keys::stream_proofs(client, 0),
                                       keys::stream_proofs(client, horizon.oldest_block)));
  }
  return forget_range(store, keys::shown_writes(0), keys::shown_writes(horizon.oldest_block));
}

} // namespace tenon::host::pipeline
