// The plugin `rocksdb`: the shared store over RocksDB. See common/store_core.hpp.
#include <nlohmann/json.hpp>

#include "common/store_plugin.hpp"
#include "rocksdb/rocksdb_backend.hpp"
#include "tenon/plugin/export_store.hpp"

namespace tenon::store {

// A cycle over 1 GiB of entries, blocks and tables takes a bit more than an hour, and less than a
// hundredth of a processor.
constexpr std::uint64_t kScrubBytesPerSecond = 256u << 10;

constexpr std::int64_t kPageCacheBytes = std::int64_t{1} << 30;

class RocksdbStore final : public StorePlugin {
public:
  static Result<std::unique_ptr<RocksdbStore>> create(plugin::Host host, std::string_view config) {
    const auto json = nlohmann::json::parse(config, nullptr, false);
    if (!json.is_object())
      return invalid_argument("the configuration is not a JSON object");
    StoreOptions options;
    options.proof_versions = json.value("proof_versions", options.proof_versions);
    options.flush_blocks = json.value("flush_blocks", options.flush_blocks);
    options.flush_bytes = json.value("flush_bytes", options.flush_bytes);
    options.scrub_bytes_per_second = json.value("scrub_bytes_per_second", kScrubBytesPerSecond);
    options.import_buffer_bytes = json.value("import_buffer_bytes", options.import_buffer_bytes);
    options.page_cache_bytes = json.value("page_cache_bytes", kPageCacheBytes);
    RocksdbOptions database;
    database.read_only = json.value("read_only", database.read_only);
    database.block_cache_bytes = json.value("block_cache_bytes", database.block_cache_bytes);
    database.write_buffer_bytes = json.value("write_buffer_bytes", database.write_buffer_bytes);
    return std::unique_ptr<RocksdbStore>(
        new RocksdbStore(host, options, database, json.value("sync", true)));
  }

  [[nodiscard]] Status commit(plugin::StoreStage& stage, const plugin::StoreBlock& block,
                              bool sync) override {
    return StorePlugin::commit(stage, block, sync && sync_);
  }

private:
  RocksdbStore(plugin::Host host, const StoreOptions& options, const RocksdbOptions& database,
               bool sync)
      : StorePlugin(host, options, sync,
                    [host, options = database]() -> Result<std::unique_ptr<Backend>> {
                      TENON_ASSIGN_OR_RETURN(const std::string directory, host.data_directory());
                      RocksdbOptions placed = options;
                      placed.directory = directory + "/rocksdb";
                      return RocksdbBackend::open(placed);
                    }),
        sync_(sync) {}

  bool sync_;
};

} // namespace tenon::store

TENON_STORE_PLUGIN(tenon::store::RocksdbStore)
