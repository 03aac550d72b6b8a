#include "pipeline/index_builder.hpp"

#include "pipeline/block_reader.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/result_builder.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::KeyClass;

// What is gathered before it is written.
constexpr std::size_t kMostBytes = 1u << 20;

Bytes be64_bytes(std::uint64_t number) {
  Bytes bytes;
  append_be64(bytes, number);
  return bytes;
}

class IndexWriter {
public:
  explicit IndexWriter(plugin::Store& store) : store_(store) {}

  void put(Bytes key, Bytes value) {
    bytes_ += key.size() + value.size();
    entries_.emplace_back(std::move(key), std::move(value));
  }
  [[nodiscard]] bool full() const { return bytes_ >= kMostBytes; }
  [[nodiscard]] Status write(bool whole) {
    std::vector<plugin::StoreWrite> writes;
    writes.reserve(entries_.size());
    for (const auto& [key, value] : entries_)
      writes.push_back({KeyClass::kIndex, false, key, value});
    TENON_RETURN_IF_ERROR(store_.put_index(writes, whole));
    entries_.clear();
    bytes_ = 0;
    return {};
  }

private:
  plugin::Store& store_;
  std::vector<std::pair<Bytes, Bytes>> entries_;
  std::size_t bytes_ = 0;
};

// What follows from one entry: its expiry, and what its engine makes of it.
Status add_entry(const EngineSet& engines, BytesView key, BytesView encoded, IndexWriter& index) {
  TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(encoded));
  if (entry.expires_at_us != 0)
    index.put(keys::expiry(entry.expires_at_us, key), {});
  TENON_ASSIGN_OR_RETURN(const auto derived, engines.index_of(key, entry.value));
  for (const auto& [derived_key, value] : derived)
    index.put(derived_key, value);
  return {};
}

// One scan for each piece that is written: nobody writes to a store that is being scanned.
Status add_entries(const EngineSet& engines, const plugin::StoreSnapshot& state,
                   IndexWriter& index) {
  Bytes begin;
  for (bool more = true; more;) {
    more = false;
    Status status;
    TENON_RETURN_IF_ERROR(
        state.scan(KeyClass::kState, begin, {}, [&](BytesView key, BytesView encoded) {
          status = add_entry(engines, key, encoded, index);
          if (!status.ok())
            return false;
          if (!index.full())
            return true;
          begin = Bytes(key).append(1, '\0');
          more = true;
          return false;
        }));
    TENON_RETURN_IF_ERROR(status);
    if (more)
      TENON_RETURN_IF_ERROR(index.write(/*whole=*/false));
  }
  return {};
}

// The block log begins with this block; older transactions are not found here any more.
Status add_block(plugin::Store& store, std::uint64_t height, IndexWriter& index) {
  TENON_ASSIGN_OR_RETURN(const auto block, load_block(store, height));
  const std::uint64_t count = block->transactions.size();
  for (std::uint64_t i = count; i-- > 0;) { // of two with one id, the first stays
    const ReadableTransaction& transaction = block->transactions[i];
    const std::uint64_t offset = wire::make_offset(height, i);
    index.put(keys::transaction(transaction.transaction->id.view()), be64_bytes(offset));
    for (const auto& [party, flags] :
         postings_of(transaction.transaction->message, *transaction.result))
      index.put(keys::event(party, offset), Bytes(1, flags));
  }
  // What client nodes see of it can only be noted while it is executed.
  index.put(Bytes(keys::kNotesAbove), be64_bytes(height));
  // Without a transaction in it, the last one is further back: a place after all of them serves.
  index.put(Bytes(keys::kLastOffset),
            be64_bytes(wire::make_offset(height, count > 0 ? count - 1 : 0)));
  return {};
}

} // namespace

Status rebuild_index(plugin::Store& store, const EngineSet& engines, const ExecutedBlock& head) {
  IndexWriter index(store);
  TENON_RETURN_IF_ERROR(add_entries(engines, *head.snapshot, index));
  TENON_RETURN_IF_ERROR(add_block(store, head.height(), index));
  return index.write(/*whole=*/true);
}

} // namespace tenon::host::pipeline
