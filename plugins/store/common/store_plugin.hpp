// What both store plugins share as plugins: the lifecycle around a StoreCore that start() opens.
// Owned by the host through the C table; threads as in abi/store.h.
#pragma once

#include <functional>

#include "common/store_core.hpp"
#include "common/store_metrics.hpp"
#include "tenon/plugin/plugin.hpp"

namespace tenon::store {

using OpenBackend = std::function<Result<std::unique_ptr<Backend>>()>;

class StorePlugin : public plugin::Plugin, public plugin::Store {
public:
  StorePlugin(plugin::Host host, StoreOptions options, bool durable, OpenBackend open_backend)
      : host_(host), metrics_(host), options_(options), durable_(durable),
        open_backend_(std::move(open_backend)) {
    options_.meter = &metrics_;
  }

  [[nodiscard]] Status start() override;
  [[nodiscard]] Status drain(std::uint64_t) override { return {}; }
  void stop() override;

  [[nodiscard]] bool durable() const override { return durable_; }
  [[nodiscard]] Result<plugin::StoreHead> head() const override;
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>>
  snapshot(std::uint64_t height) const override;
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreStage>>
  stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) override;
  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override;
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        plugin::BlockPart part) const override;
  [[nodiscard]] Status verify(plugin::ProgressVisitor progress) override;
  [[nodiscard]] Result<plugin::StoreHorizon> horizon() const override;
  [[nodiscard]] Status prune(std::uint64_t keep_from) override;
  [[nodiscard]] Status put_block(const plugin::StoreBlock& block) override;
  [[nodiscard]] Status import_begin(const plugin::StoreTarget& target) override;
  [[nodiscard]] Status import_range(BytesView range) override;
  [[nodiscard]] Result<std::optional<plugin::StoreImport>> import_missing() const override;
  [[nodiscard]] Status import_finish(std::span<const plugin::StoreBlock> blocks) override;
  [[nodiscard]] Status import_abandon() override;
  [[nodiscard]] Status put_index(std::span<const plugin::StoreWrite> writes, bool whole) override;
  [[nodiscard]] Status versions(BytesView key, plugin::VersionVisitor visit) const override;
  [[nodiscard]] Status changes(std::uint64_t height, plugin::ChangeVisitor visit) const override;
  [[nodiscard]] Result<Bytes> describe(bool whole, plugin::ProgressVisitor progress) const override;
  [[nodiscard]] Result<plugin::StoreScrub> scrub(std::uint64_t random) override;
  [[nodiscard]] Result<plugin::StoreCheckpoint> checkpoint(const std::string& directory) override;

private:
  [[nodiscard]] Status require_open() const;

  plugin::Host host_;
  StoreMetrics metrics_;
  StoreOptions options_;
  bool durable_;
  OpenBackend open_backend_;
  std::unique_ptr<StoreCore> core_;
};

} // namespace tenon::store
