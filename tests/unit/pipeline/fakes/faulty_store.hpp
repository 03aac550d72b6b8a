// A store that breaks on demand.
#pragma once

#include <atomic>
#include <new>

#include "tenon/plugin/store.hpp"

namespace tenon::test {

class FaultyStore : public plugin::Store {
public:
  explicit FaultyStore(std::unique_ptr<plugin::Store> inner) : inner_(std::move(inner)) {}

  std::atomic<bool> fail_commit{false};
  std::atomic<bool> throw_in_commit{false};
  std::atomic<bool> throw_in_stage{false};
  std::atomic<bool> fail_stage{false};
  std::atomic<bool> fail_get{false};
  std::atomic<bool> fail_index{false};
  mutable std::atomic<int> scans_of_clients{0};

  [[nodiscard]] bool durable() const override { return inner_->durable(); }
  [[nodiscard]] Result<plugin::StoreHead> head() const override { return inner_->head(); }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t height) const override {
    return wrapped(inner_->snapshot(height));
  }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) override {
    if (throw_in_stage)
      throw std::bad_alloc();
    if (fail_stage)
      return unavailable("the disk does not answer");
    auto below = parent == nullptr ? nullptr : static_cast<Stage*>(parent)->inner.get();
    TENON_ASSIGN_OR_RETURN(auto made, inner_->stage(below, writes));
    return std::unique_ptr<plugin::StoreStage>(std::make_unique<Stage>(*this, std::move(made)));
  }
  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override {
    if (throw_in_commit)
      throw std::bad_alloc();
    if (fail_commit)
      return unavailable("the disk is full");
    return inner_->commit(*static_cast<Stage&>(stage).inner, block, sync);
  }
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override {
    return inner_->read_block(height, part);
  }
  [[nodiscard]] Status verify(plugin::ProgressVisitor progress) override {
    return inner_->verify(progress);
  }
  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override {
    return inner_->horizon();
  }
  [[nodiscard]] Status prune(std::uint64_t keep_from) override { return inner_->prune(keep_from); }
  [[nodiscard]] Status put_block(const plugin::StoreBlock& block) override {
    return inner_->put_block(block);
  }
  [[nodiscard]] Status import_begin(const plugin::StoreTarget& target) override {
    return inner_->import_begin(target);
  }
  [[nodiscard]] Status import_range(BytesView range) override {
    return inner_->import_range(range);
  }
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override {
    return inner_->import_missing();
  }
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock> blocks) override {
    return inner_->import_finish(blocks);
  }
  [[nodiscard]] Status import_abandon() override { return inner_->import_abandon(); }
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite> writes, bool whole) override {
    if (fail_index)
      return unavailable("the disk is full");
    return inner_->put_index(writes, whole);
  }

private:
  struct Snapshot final : plugin::StoreSnapshot {
    Snapshot(const FaultyStore& store, std::unique_ptr<plugin::StoreSnapshot> made)
        : owner(store), inner(std::move(made)) {}
    [[nodiscard]] Result<std::optional<Bytes>> get(plugin::KeyClass key_class,
                                                   BytesView key) const override {
      if (owner.fail_get && key.starts_with("script/"))
        return unavailable("a page cannot be read");
      return inner->get(key_class, key);
    }
    [[nodiscard]] Status scan(plugin::KeyClass key_class, BytesView begin, BytesView end,
                              plugin::ScanVisitor visit) const override {
      owner.scans_of_clients += begin.starts_with("sys/client/") ? 1 : 0;
      return inner->scan(key_class, begin, end, visit);
    }
    [[nodiscard]] Result<std::vector<Bytes>> prove(std::span<const BytesView> keys) const override {
      return inner->prove(keys);
    }
    [[nodiscard]] Result<Bytes> export_range(const Hash& first,
                                             std::uint64_t max_bytes) const override {
      return inner->export_range(first, max_bytes);
    }
    const FaultyStore& owner;
    std::unique_ptr<plugin::StoreSnapshot> inner;
  };
  struct Stage final : plugin::StoreStage {
    Stage(const FaultyStore& store, std::unique_ptr<plugin::StoreStage> made)
        : owner(store), inner(std::move(made)) {}
    [[nodiscard]] const plugin::StoreRoots& roots() const override { return inner->roots(); }
    [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>> snapshot() const override {
      return owner.wrapped(inner->snapshot());
    }
    const FaultyStore& owner;
    std::unique_ptr<plugin::StoreStage> inner;
  };

  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  wrapped(Result<std::unique_ptr<plugin::StoreSnapshot>> made) const {
    if (!made.ok())
      return made.status();
    return std::unique_ptr<plugin::StoreSnapshot>(
        std::make_unique<Snapshot>(*this, std::move(*made)));
  }

  std::unique_ptr<plugin::Store> inner_;
};

} // namespace tenon::test
