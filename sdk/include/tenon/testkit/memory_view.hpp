// An engine's keyspace in memory, without a node: what tests of engines and of contracts run on.
// Applies the writes of accepted executions and enforces readers in queries as the host does. Owned
// by the test; one thread.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tenon/plugin/engine.hpp"

namespace tenon::testkit {

class MemoryState {
public:
  struct Entry {
    Bytes value;
    std::vector<std::string> readers;
  };
  using Entries = std::map<Bytes, Entry, std::less<>>;

  void apply(const plugin::ExecutionResult& result) {
    for (const plugin::EngineWrite& write : result.writes) {
      Entries& entries = write.key_class == plugin::KeyClass::kState ? entries_ : index_;
      if (write.value)
        entries[write.key] = {*write.value, write.readers};
      else
        entries.erase(write.key);
    }
  }
  [[nodiscard]] const Entries& entries() const { return entries_; }
  [[nodiscard]] const Entries& index() const { return index_; }

  void add_party(std::string party) { parties_.insert(std::move(party)); }
  [[nodiscard]] bool has_party(BytesView party) const { return parties_.contains(party); }

private:
  Entries entries_;
  Entries index_;
  std::set<std::string, std::less<>> parties_;
};

// The whole state as execute and prepare see it, or what `parties` may see of it. Remembers which
// keys were read. Borrows the state.
class MemoryView final : public plugin::StateView {
public:
  explicit MemoryView(const MemoryState& state) : state_(state) {}
  MemoryView(const MemoryState& state, std::vector<std::string> parties)
      : state_(state), parties_(std::move(parties)) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const override {
    reads_.emplace(key);
    const auto found = state_.entries().find(key);
    if (found == state_.entries().end())
      return std::optional<Bytes>();
    if (!visible(found->second))
      return permission_denied("none of the parties may read this key");
    return std::optional<Bytes>(found->second.value);
  }

  [[nodiscard]] Status scan(BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override {
    const auto& entries = state_.entries();
    for (auto i = entries.lower_bound(begin); i != entries.end() && (end.empty() || i->first < end);
         ++i) {
      if (visible(i->second) && !visit(i->first, i->second.value))
        break;
    }
    return {};
  }

  // In queries, as the host does.
  [[nodiscard]] Status scan_index(BytesView begin, BytesView end,
                                  plugin::ScanVisitor visit) const override {
    if (!parties_)
      return plugin::no_index_here();
    const auto& index = state_.index();
    for (auto i = index.lower_bound(begin); i != index.end() && (end.empty() || i->first < end);
         ++i) {
      if (!visit(i->first, i->second.value))
        break;
    }
    return {};
  }

  [[nodiscard]] Result<bool> has_party(BytesView party) const override {
    return state_.has_party(party);
  }

  [[nodiscard]] const std::set<Bytes, std::less<>>& reads() const { return reads_; }

private:
  [[nodiscard]] bool visible(const MemoryState::Entry& entry) const {
    if (!parties_)
      return true;
    for (const std::string& reader : entry.readers) {
      if (reader == "*")
        return true;
      for (const std::string& party : *parties_) {
        if (party == reader)
          return true;
      }
    }
    return false;
  }

  const MemoryState& state_;
  std::optional<std::vector<std::string>> parties_;
  mutable std::set<Bytes, std::less<>> reads_;
};

} // namespace tenon::testkit
