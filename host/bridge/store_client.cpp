#include "bridge/store_client.hpp"

#include "bridge/table.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::bridge {

namespace {

using plugin::checked;
using plugin::collected;
using plugin::collected_optional;

std::int32_t visit_trampoline(void* context, tenon_bytes key, tenon_bytes value) {
  std::int32_t stop = 1;
  plugin::guarded_void([&] {
    const auto& visitor = *static_cast<plugin::ScanVisitor*>(context);
    stop = visitor(from_abi(key), from_abi(value)) ? 0 : 1;
  });
  return stop;
}

std::int32_t progress_trampoline(void* context, std::uint64_t done, std::uint64_t total) {
  std::int32_t stop = 1;
  plugin::guarded_void(
      [&] { stop = (*static_cast<plugin::ProgressVisitor*>(context))(done, total) ? 0 : 1; });
  return stop;
}

std::vector<tenon_bytes> abi_keys(std::span<const BytesView> keys) {
  std::vector<tenon_bytes> views;
  views.reserve(keys.size());
  for (const BytesView key : keys)
    views.push_back(to_abi(key));
  return views;
}

// Cuts the store's answer to prove() into its proofs: each preceded by its size, little-endian.
Result<std::vector<Bytes>> split_proofs(BytesView encoded, std::size_t count) {
  std::vector<Bytes> proofs;
  proofs.reserve(count);
  while (!encoded.empty()) {
    if (encoded.size() < 4)
      return fault("the store cut a proof's size short");
    std::uint32_t size = 0;
    for (std::size_t i = 0; i < 4; ++i)
      size |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(encoded[i])) << (8 * i);
    encoded.remove_prefix(4);
    if (encoded.size() < size)
      return fault("the store cut a proof short");
    proofs.emplace_back(encoded.substr(0, size));
    encoded.remove_prefix(size);
  }
  if (proofs.size() != count) {
    return fault("the store was asked for " + std::to_string(count) + " proofs and gave " +
                 std::to_string(proofs.size()));
  }
  return proofs;
}

class SnapshotClient final : public plugin::StoreSnapshot {
public:
  SnapshotClient(const tenon_store* table, tenon_store_snapshot* handle)
      : table_(table), handle_(handle) {}
  SnapshotClient(const SnapshotClient&) = delete;
  SnapshotClient& operator=(const SnapshotClient&) = delete;
  ~SnapshotClient() override {
    plugin::guarded_void([this] { table_->release(handle_); });
  }

  [[nodiscard]] Result<std::optional<Bytes>> get(plugin::KeyClass key_class,
                                                 BytesView key) const override {
    return collected_optional([&](tenon_sink sink, tenon_status* status) {
      return table_->get(handle_, static_cast<std::uint32_t>(key_class), to_abi(key), sink, status);
    });
  }

  [[nodiscard]] Status scan(plugin::KeyClass key_class, BytesView begin, BytesView end,
                            plugin::ScanVisitor visit) const override {
    return checked([&](tenon_status* status) {
      return table_->scan(handle_, static_cast<std::uint32_t>(key_class), to_abi(begin),
                          to_abi(end), &visit, visit_trampoline, status);
    });
  }

  [[nodiscard]] Result<std::vector<Bytes>> prove(std::span<const BytesView> keys) const override {
    const std::vector<tenon_bytes> views = abi_keys(keys);
    TENON_ASSIGN_OR_RETURN(
        const Bytes encoded, collected([&](tenon_sink sink, tenon_status* status) {
          return table_->prove(handle_, views.data(), views.size(), sink, status);
        }));
    return split_proofs(encoded, keys.size());
  }

  [[nodiscard]] Result<Bytes> export_range(const Hash& first,
                                           std::uint64_t max_bytes) const override {
    const tenon_hash from = first.to_abi();
    return collected([&](tenon_sink sink, tenon_status* status) {
      return table_->export_range(handle_, &from, max_bytes, sink, status);
    });
  }

  [[nodiscard]] Result<Bytes> prove_many(std::span<const BytesView> keys) const override {
    const std::vector<tenon_bytes> views = abi_keys(keys);
    return collected([&](tenon_sink sink, tenon_status* status) {
      return table_->prove_many(handle_, views.data(), views.size(), sink, status);
    });
  }

private:
  const tenon_store* table_;
  tenon_store_snapshot* handle_;
};

class StageClient final : public plugin::StoreStage {
public:
  StageClient(const tenon_store* table, tenon_store_stage* handle, const plugin::StoreRoots& roots)
      : table_(table), handle_(handle), roots_(roots) {}
  StageClient(const StageClient&) = delete;
  StageClient& operator=(const StageClient&) = delete;
  ~StageClient() override {
    if (handle_ != nullptr)
      plugin::guarded_void([this] { table_->abandon(handle_); });
  }

  [[nodiscard]] const plugin::StoreRoots& roots() const override { return roots_; }
  [[nodiscard]] Result<std::unique_ptr<plugin::StoreSnapshot>> snapshot() const override {
    tenon_store_snapshot* made = nullptr;
    TENON_RETURN_IF_ERROR(checked(
        [&](tenon_status* status) { return table_->stage_snapshot(handle_, &made, status); }));
    return std::unique_ptr<plugin::StoreSnapshot>(std::make_unique<SnapshotClient>(table_, made));
  }

  [[nodiscard]] tenon_store_stage* handle() const { return handle_; }

private:
  const tenon_store* table_;
  tenon_store_stage* handle_;
  plugin::StoreRoots roots_;
};

tenon_store_block abi_block(const plugin::StoreBlock& block) {
  tenon_store_block view{block.height, block.block_id.to_abi(), block.result_hash.to_abi(), {}};
  for (std::size_t i = 0; i < plugin::kBlockParts; ++i)
    view.parts[i] = to_abi(block.parts[i]);
  return view;
}

plugin::StoreHead head_of(const tenon_store_head& head) {
  return {head.empty != 0,
          head.height,
          Hash::from_abi(head.block_id),
          Hash::from_abi(head.result_hash),
          Hash::from_abi(head.state_root),
          head.without_index != 0};
}

// Cuts the store's answer to import_missing() into its spans.
Result<std::vector<plugin::KeyHashSpan>> split_spans(BytesView encoded) {
  constexpr std::size_t kSpanBytes = 2 * Hash::kSize;
  if (encoded.size() % kSpanBytes != 0)
    return fault("the store cut a span of missing key hashes short");
  std::vector<plugin::KeyHashSpan> spans;
  for (; !encoded.empty(); encoded.remove_prefix(kSpanBytes)) {
    spans.push_back({Hash::from_view(encoded.substr(0, Hash::kSize)),
                     Hash::from_view(encoded.substr(Hash::kSize, Hash::kSize))});
  }
  return spans;
}

std::vector<tenon_store_write> abi_writes(std::span<const plugin::StoreWrite> writes) {
  std::vector<tenon_store_write> views;
  views.reserve(writes.size());
  for (const plugin::StoreWrite& write : writes) {
    views.push_back({static_cast<std::uint32_t>(write.key_class), write.is_delete ? 1u : 0u,
                     to_abi(write.key), to_abi(write.entry)});
  }
  return views;
}

} // namespace

Result<std::unique_ptr<StoreClient>> StoreClient::make(const tenon_plugin& plugin,
                                                       tenon_instance* instance) {
  TENON_ASSIGN_OR_RETURN(const tenon_store* table,
                         interface_table<tenon_store>(plugin, instance, TENON_STORE_INTERFACE));
  return std::unique_ptr<StoreClient>(new StoreClient(instance, table));
}

bool StoreClient::durable() const {
  return (table_->flags & TENON_STORE_DURABLE) != 0;
}

Result<plugin::StoreHead> StoreClient::head() const {
  tenon_store_head head{};
  TENON_RETURN_IF_ERROR(
      checked([&](tenon_status* status) { return table_->head(instance_, &head, status); }));
  return head_of(head);
}

Result<std::unique_ptr<plugin::StoreSnapshot>> StoreClient::snapshot(std::uint64_t height) const {
  tenon_store_snapshot* made = nullptr;
  TENON_RETURN_IF_ERROR(checked(
      [&](tenon_status* status) { return table_->snapshot(instance_, height, &made, status); }));
  return std::unique_ptr<plugin::StoreSnapshot>(std::make_unique<SnapshotClient>(table_, made));
}

Result<std::unique_ptr<plugin::StoreStage>>
StoreClient::stage(plugin::StoreStage* parent, std::span<const plugin::StoreWrite> writes) {
  // Every stage this class ever hands out is a StageClient.
  tenon_store_stage* const below =
      parent == nullptr ? nullptr : static_cast<StageClient*>(parent)->handle();
  const std::vector<tenon_store_write> views = abi_writes(writes);
  tenon_store_roots roots{};
  tenon_store_stage* made = nullptr;
  const ThreadTagScope scope(sequencer_, "stage");
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
    return table_->stage(instance_, below, views.data(), views.size(), &roots, &made, status);
  }));
  return std::unique_ptr<plugin::StoreStage>(std::make_unique<StageClient>(
      table_, made,
      plugin::StoreRoots{Hash::from_abi(roots.state_root), Hash::from_abi(roots.writes_root)}));
}

Status StoreClient::commit(plugin::StoreStage& stage, const plugin::StoreBlock& block, bool sync) {
  const tenon_store_block view = abi_block(block);
  tenon_store_stage* const handle = static_cast<StageClient&>(stage).handle();
  const ThreadTagScope scope(committer_, "commit");
  return checked([&](tenon_status* status) {
    return table_->commit(instance_, handle, &view, sync ? 1u : 0u, status);
  });
}

Result<std::optional<Bytes>> StoreClient::read_block(std::uint64_t height,
                                                     plugin::BlockPart part) const {
  return collected_optional([&](tenon_sink sink, tenon_status* status) {
    return table_->read_block(instance_, height, static_cast<std::uint32_t>(part), sink, status);
  });
}

Status StoreClient::verify(plugin::ProgressVisitor progress) {
  return checked([&](tenon_status* status) {
    return table_->verify(instance_, &progress, progress_trampoline, status);
  });
}

Result<plugin::StoreHorizon> StoreClient::horizon() const {
  tenon_store_horizon found{};
  TENON_RETURN_IF_ERROR(
      checked([&](tenon_status* status) { return table_->horizon(instance_, &found, status); }));
  return plugin::StoreHorizon{found.oldest_block, found.oldest_version};
}

Status StoreClient::prune(std::uint64_t keep_from) {
  return checked(
      [&](tenon_status* status) { return table_->prune(instance_, keep_from, status); });
}

Status StoreClient::put_block(const plugin::StoreBlock& block) {
  const tenon_store_block view = abi_block(block);
  return checked([&](tenon_status* status) { return table_->put_block(instance_, &view, status); });
}

Status StoreClient::import_begin(const plugin::StoreTarget& target) {
  const tenon_store_target view{target.height, target.block_id.to_abi(),
                                target.result_hash.to_abi(), target.state_root.to_abi()};
  return checked(
      [&](tenon_status* status) { return table_->import_begin(instance_, &view, status); });
}

Status StoreClient::import_range(BytesView range) {
  return checked([&](tenon_status* status) {
    return table_->import_range(instance_, to_abi(range), status);
  });
}

Result<std::optional<plugin::StoreImport>> StoreClient::import_missing() const {
  tenon_store_target target{};
  TENON_ASSIGN_OR_RETURN(
      const auto encoded, collected_optional([&](tenon_sink sink, tenon_status* status) {
        return table_->import_missing(instance_, &target, sink, status);
      }));
  if (!encoded)
    return std::optional<plugin::StoreImport>();
  plugin::StoreImport under_way;
  under_way.target = {target.height, Hash::from_abi(target.block_id),
                      Hash::from_abi(target.result_hash), Hash::from_abi(target.state_root)};
  TENON_ASSIGN_OR_RETURN(under_way.missing, split_spans(*encoded));
  return std::optional<plugin::StoreImport>(std::move(under_way));
}

Status StoreClient::import_finish(std::span<const plugin::StoreBlock> blocks) {
  std::vector<tenon_store_block> views;
  views.reserve(blocks.size());
  for (const plugin::StoreBlock& block : blocks)
    views.push_back(abi_block(block));
  return checked([&](tenon_status* status) {
    return table_->import_finish(instance_, views.data(), views.size(), status);
  });
}

Status StoreClient::import_abandon() {
  return checked([&](tenon_status* status) { return table_->import_abandon(instance_, status); });
}

Status StoreClient::put_index(std::span<const plugin::StoreWrite> writes, bool whole) {
  const std::vector<tenon_store_write> views = abi_writes(writes);
  return checked([&](tenon_status* status) {
    return table_->put_index(instance_, views.data(), views.size(), whole ? 1u : 0u, status);
  });
}

Status StoreClient::versions(BytesView key, plugin::VersionVisitor visit) const {
  const auto trampoline = [](void* context, const tenon_store_version* version) {
    std::int32_t stop = 1;
    plugin::guarded_void([&] {
      plugin::StoreVersion found{version->height, std::nullopt};
      if (version->is_delete == 0)
        found.entry = from_abi(version->entry);
      stop = (*static_cast<plugin::VersionVisitor*>(context))(found) ? 0 : 1;
    });
    return stop;
  };
  return checked([&](tenon_status* status) {
    return table_->versions(instance_, to_abi(key), &visit, trampoline, status);
  });
}

Status StoreClient::changes(std::uint64_t height, plugin::ChangeVisitor visit) const {
  const auto trampoline = [](void* context, const tenon_store_change* change) {
    std::int32_t stop = 1;
    plugin::guarded_void([&] {
      const auto hash_if = [](std::uint32_t present, const tenon_hash& hash) {
        return present != 0 ? std::optional(Hash::from_abi(hash)) : std::nullopt;
      };
      const plugin::StoreChange found{Hash::from_abi(change->key_hash), from_abi(change->key),
                                      hash_if(change->was_present, change->old_value_hash),
                                      hash_if(change->is_present, change->value_hash)};
      stop = (*static_cast<plugin::ChangeVisitor*>(context))(found) ? 0 : 1;
    });
    return stop;
  };
  return checked([&](tenon_status* status) {
    return table_->changes(instance_, height, &visit, trampoline, status);
  });
}

Result<Bytes> StoreClient::describe(bool whole, plugin::ProgressVisitor progress) const {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->describe(instance_, whole ? 1u : 0u, &progress, progress_trampoline, sink,
                            status);
  });
}

Result<plugin::StoreScrub> StoreClient::scrub(std::uint64_t random) {
  tenon_store_scrub done{};
  TENON_RETURN_IF_ERROR(checked(
      [&](tenon_status* status) { return table_->scrub(instance_, random, &done, status); }));
  return plugin::StoreScrub{done.bytes, done.cycles, done.wait_ms};
}

Result<plugin::StoreCheckpoint> StoreClient::checkpoint(const std::string& directory) {
  tenon_store_head head{};
  plugin::StoreCheckpoint made;
  const auto trampoline = [](void* context, tenon_bytes name, tenon_bytes content) {
    std::int32_t stop = 1;
    plugin::guarded_void([&] {
      static_cast<plugin::StoreCheckpoint*>(context)->files.push_back(
          {std::string(from_abi(name)), std::string(from_abi(content))});
      stop = 0;
    });
    return stop;
  };
  TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
    return table_->checkpoint(instance_, to_abi(directory), &head, &made, trampoline, status);
  }));
  made.head = head_of(head);
  return made;
}

} // namespace tenon::host::bridge
