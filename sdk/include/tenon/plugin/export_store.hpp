// Turns a C++ store into the table of abi/store.h:
//
//   class MyStore : public tenon::plugin::Plugin, public tenon::plugin::Store { … };
//   TENON_STORE_PLUGIN(MyStore)
#pragma once

#include <vector>

#include "tenon/core/encoding.hpp"
#include "tenon/plugin/export.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::plugin {

template <typename T> class StoreExport {
public:
  using Table = tenon_store;
  static constexpr BytesView kInterface = TENON_STORE_INTERFACE;

  static void fill(tenon_store& table, const T& store) {
    table = {sizeof(tenon_store),
             store.durable() ? TENON_STORE_DURABLE : 0u,
             head,
             snapshot,
             stage_snapshot,
             release,
             get,
             scan,
             prove,
             stage,
             commit,
             abandon,
             read_block,
             verify,
             horizon,
             prune,
             put_block,
             export_range,
             import_begin,
             import_range,
             import_missing,
             import_finish,
             import_abandon,
             put_index,
             prove_many,
             versions,
             changes,
             describe,
             scrub,
             checkpoint};
  }

private:
  static Store& store_of(tenon_instance* instance) {
    return Export<T, StoreExport>::object(instance);
  }
  static StoreSnapshot* snapshot_of(tenon_store_snapshot* handle) {
    return reinterpret_cast<StoreSnapshot*>(handle);
  }
  static StoreStage* stage_of(tenon_store_stage* handle) {
    return reinterpret_cast<StoreStage*>(handle);
  }

  static StoreBlock block_of(const tenon_store_block& block) {
    StoreBlock view{
        block.height, Hash::from_abi(block.block_id), Hash::from_abi(block.result_hash), {}};
    for (std::size_t i = 0; i < kBlockParts; ++i)
      view.parts[i] = from_abi(block.parts[i]);
    return view;
  }

  static std::vector<StoreWrite> writes_of(const tenon_store_write* writes, std::uint64_t count) {
    std::vector<StoreWrite> views;
    views.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i) {
      views.push_back({static_cast<KeyClass>(writes[i].key_class), writes[i].is_delete != 0,
                       from_abi(writes[i].key), from_abi(writes[i].entry)});
    }
    return views;
  }

  static Status give_snapshot(Result<std::unique_ptr<StoreSnapshot>> made,
                              tenon_store_snapshot** out) {
    if (!made.ok())
      return made.status();
    *out = reinterpret_cast<tenon_store_snapshot*>(made->release());
    return {};
  }

  static tenon_store_head abi_head(const StoreHead& head) {
    return {head.height,
            head.empty ? 1u : 0u,
            head.without_index ? 1u : 0u,
            head.block_id.to_abi(),
            head.result_hash.to_abi(),
            head.state_root.to_abi()};
  }

  static std::int32_t head(tenon_instance* instance, tenon_store_head* out,
                           tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const StoreHead head, store_of(instance).head());
      *out = abi_head(head);
      return {};
    });
  }

  static std::int32_t snapshot(tenon_instance* instance, std::uint64_t height,
                               tenon_store_snapshot** out, tenon_status* status) noexcept {
    return guarded(status, [&] { return give_snapshot(store_of(instance).snapshot(height), out); });
  }
  static std::int32_t stage_snapshot(tenon_store_stage* stage, tenon_store_snapshot** out,
                                     tenon_status* status) noexcept {
    return guarded(status, [&] { return give_snapshot(stage_of(stage)->snapshot(), out); });
  }
  static void release(tenon_store_snapshot* snapshot) noexcept {
    guarded_void([&] { delete snapshot_of(snapshot); });
  }

  static std::int32_t get(tenon_store_snapshot* snapshot, std::uint32_t key_class, tenon_bytes key,
                          tenon_sink value, tenon_status* status) noexcept {
    std::int32_t code = TENON_OK;
    const std::int32_t guard = guarded(status, [&]() -> Status {
      code = optional_to_abi(
          snapshot_of(snapshot)->get(static_cast<KeyClass>(key_class), from_abi(key)), value,
          status);
      return {};
    });
    return guard == TENON_OK ? code : guard;
  }

  static std::int32_t scan(tenon_store_snapshot* snapshot, std::uint32_t key_class,
                           tenon_bytes begin, tenon_bytes end, void* context, tenon_visit visit,
                           tenon_status* status) noexcept {
    return guarded(status, [&] {
      return snapshot_of(snapshot)->scan(static_cast<KeyClass>(key_class), from_abi(begin),
                                         from_abi(end), [&](BytesView key, BytesView value) {
                                           return visit(context, to_abi(key), to_abi(value)) == 0;
                                         });
    });
  }

  static std::vector<BytesView> views_of(const tenon_bytes* keys, std::uint64_t key_count) {
    std::vector<BytesView> views;
    views.reserve(key_count);
    for (std::uint64_t i = 0; i < key_count; ++i)
      views.push_back(from_abi(keys[i]));
    return views;
  }

  static std::int32_t prove(tenon_store_snapshot* snapshot, const tenon_bytes* keys,
                            std::uint64_t key_count, tenon_sink proofs,
                            tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const auto made,
                             snapshot_of(snapshot)->prove(views_of(keys, key_count)));
      for (const Bytes& proof : made) {
        const auto size = static_cast<std::uint32_t>(proof.size());
        const char little_endian[4] = {static_cast<char>(size), static_cast<char>(size >> 8),
                                       static_cast<char>(size >> 16),
                                       static_cast<char>(size >> 24)};
        write_sink(proofs, BytesView(little_endian, sizeof little_endian));
        write_sink(proofs, proof);
      }
      return {};
    });
  }

  static std::int32_t stage(tenon_instance* instance, tenon_store_stage* parent,
                            const tenon_store_write* writes, std::uint64_t write_count,
                            tenon_store_roots* roots, tenon_store_stage** out,
                            tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(auto made, store_of(instance).stage(stage_of(parent),
                                                                 writes_of(writes, write_count)));
      *roots = {made->roots().state_root.to_abi(), made->roots().writes_root.to_abi()};
      *out = reinterpret_cast<tenon_store_stage*>(made.release());
      return {};
    });
  }

  static std::int32_t commit(tenon_instance* instance, tenon_store_stage* stage,
                             const tenon_store_block* block, std::uint32_t sync,
                             tenon_status* status) noexcept {
    return guarded(status, [&] {
      return store_of(instance).commit(*stage_of(stage), block_of(*block), sync != 0);
    });
  }
  static void abandon(tenon_store_stage* stage) noexcept {
    guarded_void([&] { delete stage_of(stage); });
  }

  static std::int32_t read_block(tenon_instance* instance, std::uint64_t height, std::uint32_t part,
                                 tenon_sink out, tenon_status* status) noexcept {
    std::int32_t code = TENON_OK;
    const std::int32_t guard = guarded(status, [&]() -> Status {
      code = optional_to_abi(store_of(instance).read_block(height, static_cast<BlockPart>(part)),
                             out, status);
      return {};
    });
    return guard == TENON_OK ? code : guard;
  }

  static auto progress_of(std::int32_t (*progress)(void*, std::uint64_t, std::uint64_t),
                          void* context) {
    return [progress, context](std::uint64_t done, std::uint64_t total) {
      return progress == nullptr || progress(context, done, total) == 0;
    };
  }

  static std::int32_t verify(tenon_instance* instance, void* context,
                             std::int32_t (*progress)(void*, std::uint64_t, std::uint64_t),
                             tenon_status* status) noexcept {
    return guarded(status, [&] {
      return store_of(instance).verify(progress_of(progress, context));
    });
  }

  static std::int32_t horizon(tenon_instance* instance, tenon_store_horizon* out,
                              tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const StoreHorizon found, store_of(instance).horizon());
      *out = {found.oldest_block, found.oldest_version};
      return {};
    });
  }
  static std::int32_t prune(tenon_instance* instance, std::uint64_t keep_from,
                            tenon_status* status) noexcept {
    return guarded(status, [&] { return store_of(instance).prune(keep_from); });
  }
  static std::int32_t put_block(tenon_instance* instance, const tenon_store_block* block,
                                tenon_status* status) noexcept {
    return guarded(status, [&] { return store_of(instance).put_block(block_of(*block)); });
  }

  static std::int32_t export_range(tenon_store_snapshot* snapshot, const tenon_hash* first,
                                   std::uint64_t max_bytes, tenon_sink out,
                                   tenon_status* status) noexcept {
    return guarded(status, [&] {
      return write_result(snapshot_of(snapshot)->export_range(Hash::from_abi(*first), max_bytes),
                          out);
    });
  }

  static std::int32_t import_begin(tenon_instance* instance, const tenon_store_target* target,
                                   tenon_status* status) noexcept {
    return guarded(status, [&] {
      return store_of(instance).import_begin(
          {target->height, Hash::from_abi(target->block_id), Hash::from_abi(target->result_hash),
           Hash::from_abi(target->state_root)});
    });
  }
  static std::int32_t import_range(tenon_instance* instance, tenon_bytes range,
                                   tenon_status* status) noexcept {
    return guarded(status, [&] { return store_of(instance).import_range(from_abi(range)); });
  }
  static std::int32_t import_missing(tenon_instance* instance, tenon_store_target* target,
                                     tenon_sink spans, tenon_status* status) noexcept {
    std::int32_t code = TENON_OK;
    const std::int32_t guard = guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const auto under_way, store_of(instance).import_missing());
      if (!under_way) {
        code = TENON_NOT_FOUND;
        return {};
      }
      const StoreTarget& found = under_way->target;
      *target = {found.height, found.block_id.to_abi(), found.result_hash.to_abi(),
                 found.state_root.to_abi()};
      for (const KeyHashSpan& span : under_way->missing) {
        write_sink(spans, span.first.view());
        write_sink(spans, span.last.view());
      }
      return {};
    });
    return guard == TENON_OK ? code : guard;
  }
  static std::int32_t import_finish(tenon_instance* instance, const tenon_store_block* blocks,
                                    std::uint64_t block_count, tenon_status* status) noexcept {
    return guarded(status, [&] {
      std::vector<StoreBlock> views;
      for (std::uint64_t i = 0; i < block_count; ++i)
        views.push_back(block_of(blocks[i]));
      return store_of(instance).import_finish(views);
    });
  }
  static std::int32_t import_abandon(tenon_instance* instance, tenon_status* status) noexcept {
    return guarded(status, [&] { return store_of(instance).import_abandon(); });
  }
  static std::int32_t put_index(tenon_instance* instance, const tenon_store_write* writes,
                                std::uint64_t write_count, std::uint32_t whole,
                                tenon_status* status) noexcept {
    return guarded(status, [&] {
      return store_of(instance).put_index(writes_of(writes, write_count), whole != 0);
    });
  }

  static std::int32_t prove_many(tenon_store_snapshot* snapshot, const tenon_bytes* keys,
                                 std::uint64_t key_count, tenon_sink proof,
                                 tenon_status* status) noexcept {
    return guarded(status, [&] {
      return write_result(snapshot_of(snapshot)->prove_many(views_of(keys, key_count)), proof);
    });
  }
  static std::int32_t versions(tenon_instance* instance, tenon_bytes key, void* context,
                               std::int32_t (*visit)(void*, const tenon_store_version*),
                               tenon_status* status) noexcept {
    return guarded(status, [&] {
      return store_of(instance).versions(from_abi(key), [&](const StoreVersion& version) {
        const tenon_store_version out{version.height, version.entry ? 0u : 1u, 0,
                                      to_abi(version.entry.value_or(BytesView()))};
        return visit(context, &out) == 0;
      });
    });
  }
  static std::int32_t changes(tenon_instance* instance, std::uint64_t height, void* context,
                              std::int32_t (*visit)(void*, const tenon_store_change*),
                              tenon_status* status) noexcept {
    return guarded(status, [&] {
      return store_of(instance).changes(height, [&](const StoreChange& change) {
        const tenon_store_change out{change.key_hash.to_abi(),
                                     to_abi(change.key),
                                     change.old_value_hash ? 1u : 0u,
                                     change.value_hash ? 1u : 0u,
                                     change.old_value_hash.value_or(Hash()).to_abi(),
                                     change.value_hash.value_or(Hash()).to_abi()};
        return visit(context, &out) == 0;
      });
    });
  }
  static std::int32_t describe(tenon_instance* instance, std::uint32_t whole, void* context,
                               std::int32_t (*progress)(void*, std::uint64_t, std::uint64_t),
                               tenon_sink json, tenon_status* status) noexcept {
    return guarded(status, [&] {
      return write_result(store_of(instance).describe(whole != 0, progress_of(progress, context)),
                          json);
    });
  }
  static std::int32_t scrub(tenon_instance* instance, std::uint64_t random, tenon_store_scrub* out,
                            tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const StoreScrub done, store_of(instance).scrub(random));
      *out = {done.bytes, done.cycles, done.wait_ms};
      return {};
    });
  }
  static std::int32_t checkpoint(tenon_instance* instance, tenon_bytes directory,
                                 tenon_store_head* head, void* context, tenon_visit file,
                                 tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const StoreCheckpoint made,
                             store_of(instance).checkpoint(std::string(from_abi(directory))));
      *head = abi_head(made.head);
      for (const StoreFile& made_file : made.files) {
        if (file(context, to_abi(made_file.name), to_abi(made_file.content)) != 0)
          return {Code::kCancelled, "the caller took no more of the checkpoint's files"};
      }
      return {};
    });
  }
};

#define TENON_STORE_PLUGIN(Class)                                                                  \
  using TenonExporter = ::tenon::plugin::Export<Class, ::tenon::plugin::StoreExport<Class>>;       \
  TENON_EXPORT_ENTRY(TenonExporter)

} // namespace tenon::plugin
