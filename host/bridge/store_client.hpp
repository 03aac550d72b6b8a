// A store plugin's C table as the C++ interface that the pipeline uses. Owned by the node, lives
// between the plugin's create and destroy; thread rules are those of abi/store.h.
#pragma once

#include "bridge/thread_tag.hpp"
#include "tenon/abi/plugin.h"
#include "tenon/plugin/store.hpp"

namespace tenon::host::bridge {

class StoreClient final : public plugin::Store {
public:
  // Fails when the instance has no store table of the expected size.
  static Result<std::unique_ptr<StoreClient>> make(const tenon_plugin& plugin,
                                                   tenon_instance* instance);

  [[nodiscard]] bool durable() const override;
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
  StoreClient(tenon_instance* instance, const tenon_store* table)
      : instance_(instance), table_(table) {}

  tenon_instance* instance_;
  const tenon_store* table_;
  ThreadTag sequencer_{"sequencer"};
  ThreadTag committer_{"committer"};
};

} // namespace tenon::host::bridge
