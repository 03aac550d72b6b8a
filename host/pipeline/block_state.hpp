// The state as one block sees it: its own writes so far over the state after its parent. Also
// serves as a plain view of one committed state, when nothing is written. Expired entries are
// absent from the moment of their expiry on, whether or not they have been removed yet. Step:
// block_executor, pre_executor, query_service. Owned by the call that makes it; one thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "tenon/merkle/state_entry.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::host::pipeline {

class BlockState {
public:
  using EntryVisitor = FunctionRef<bool(BytesView key, const merkle::StateEntry& entry)>;

  BlockState(std::shared_ptr<const plugin::StoreSnapshot> base, std::uint64_t record_time_us)
      : base_(std::move(base)), record_time_us_(record_time_us) {}

  // The encoded entry. Whatever keeps the store from answering is a fault.
  [[nodiscard]] Result<std::optional<Bytes>> entry(BytesView key) const;
  // Just its value.
  [[nodiscard]] Result<std::optional<Bytes>> value(BytesView key) const;
  [[nodiscard]] Status scan(BytesView begin, BytesView end, EntryVisitor visit) const;
  [[nodiscard]] const plugin::StoreSnapshot& base() const { return *base_; }
  [[nodiscard]] std::uint64_t record_time_us() const { return record_time_us_; }

  // An entry with an expiry gets its place in the expiry index.
  void put(Bytes key, const merkle::StateEntry& entry);
  void remove(Bytes key);
  void put_index(Bytes key, Bytes value);
  void remove_index(Bytes key);
  // Written by this block?
  [[nodiscard]] bool has_index(BytesView key) const { return index_.contains(key); }
  [[nodiscard]] bool has_state(BytesView key) const { return state_.contains(key); }

  // Every STATE key that was written, in order, with its encoded entry or nothing.
  void visit_written(
      FunctionRef<void(const Bytes& key, const std::optional<Bytes>& entry)> visit) const {
    for (const auto& [key, entry] : state_)
      visit(key, entry);
  }
  // Everything written, unique by class and key; the views borrow from this object.
  [[nodiscard]] std::vector<plugin::StoreWrite> writes() const;

private:
  using Overlay = std::map<Bytes, std::optional<Bytes>, std::less<>>;

  // Decodes, and says whether the entry counts at this block's time.
  [[nodiscard]] Result<bool> lives(BytesView encoded, merkle::StateEntry& entry) const;
  // What was written last, expired or not, null for nothing; good until the next call.
  [[nodiscard]] Result<const Bytes*> stored(BytesView key) const;

  std::shared_ptr<const plugin::StoreSnapshot> base_;
  std::uint64_t record_time_us_;
  Overlay state_;
  Overlay index_;
  // What was there before and was read: a block's transactions read the same few entries again and
  // again. Bounded; what is absent is asked for once as a rule, and not kept.
  mutable std::map<Bytes, Bytes, std::less<>> read_;
  mutable Bytes read_last_; // where it does not belong in there
};

} // namespace tenon::host::pipeline
