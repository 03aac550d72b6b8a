// A store by its definition, without any cleverness: ordered maps per height and a tree computed
// from scratch. The oracle of the store suite and of the stores' own tests. One thread.
#pragma once

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tenon/plugin/store.hpp"

namespace tenon::testkit {

// The writes of one block, owning their bytes. Null: the key is removed.
struct ModelBlock {
  std::map<Bytes, std::optional<Bytes>> state;
  std::map<Bytes, std::optional<Bytes>> index;

  // Borrows from this block.
  [[nodiscard]] std::vector<plugin::StoreWrite> writes() const;
};

class StoreModel {
public:
  using Entries = std::map<Bytes, Bytes>;

  // The next block: heights count from 0.
  void commit(const ModelBlock& block);
  [[nodiscard]] std::size_t blocks() const { return states_.size(); }
  [[nodiscard]] const Entries& state(std::size_t height) const { return states_[height]; }
  [[nodiscard]] const Entries& index() const { return index_; }

  [[nodiscard]] static Hash state_root(const Entries& entries);
  [[nodiscard]] static Hash writes_root(const ModelBlock& block);

private:
  std::vector<Entries> states_;
  Entries index_;
};

// A block of random puts and removals over a limited set of keys, so that they collide.
[[nodiscard]] ModelBlock random_block(std::mt19937& random, std::size_t writes, std::size_t keys);

// A block's log parts, all different and dependent on the height; owns its bytes.
class ModelLog {
public:
  explicit ModelLog(std::uint64_t height);
  [[nodiscard]] plugin::StoreBlock block() const;
  [[nodiscard]] const Bytes& part(std::size_t index) const { return parts_[index]; }

private:
  std::uint64_t height_;
  std::array<Bytes, plugin::kBlockParts> parts_;
};

// Stages `block` on the head and commits it; the roots that came out.
[[nodiscard]] Result<plugin::StoreRoots> commit_block(plugin::Store& store, std::uint64_t height,
                                                      const ModelBlock& block, bool sync = false);

// Does the view hold exactly `expected`, by scan and by get?
[[nodiscard]] Status expect_entries(const plugin::StoreSnapshot& view, plugin::KeyClass key_class,
                                    const StoreModel::Entries& expected);

// Is the store's version `height` (or the head) what the model holds there, with proofs of presence
// and absence under `root` when one is given?
[[nodiscard]] Status expect_version(const plugin::Store& store, const StoreModel& model,
                                    std::size_t height, const Hash* root);

} // namespace tenon::testkit
