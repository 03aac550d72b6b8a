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
      if (write.value)
        entries_[write.key] = {*write.value, write.readers};
      else
        entries_.erase(write.key);
    }
  }
  [[nodiscard]] const Entries& entries() const { return entries_; }

private:
  Entries entries_;
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
