#include "unit/store/backup_world.hpp"

#include <cstdlib>

namespace tenon::store {

namespace {

constexpr const char* kPluginFolder = "/data/plugins/store-rocksdb";
constexpr std::uint64_t kTime = 1'700'000'000'000'000;

crypto::PrivateKey key_of(std::uint8_t seed) {
  auto key = crypto::PrivateKey::from_seed(Bytes(32, static_cast<char>(seed)));
  if (!key.ok())
    std::abort(); // 32 bytes are a key
  return *std::move(key);
}

} // namespace

KeySigner::KeySigner(std::uint8_t seed) : key_(key_of(seed)) {}

BackupWorld::BackupWorld(const DiskLedgerOptions& options) : ledger(options) {
  for (const char* const folder :
       {"/data", "/data/plugins", kPluginFolder, kData, "/restored/keys"}) {
    if (!files.make_folder(folder).ok())
      std::abort(); // the test's disk is not armed yet
  }
}

Result<std::unique_ptr<StoreCore>> BackupWorld::open() {
  return ledger.open(*disk.env(), std::string(kPluginFolder) + "/rocksdb");
}

Result<host::backup::Manifest> BackupWorld::back_up(plugin::Store& store,
                                                    const host::backup::Pace& pace) {
  const host::backup::Source source{store,   signer,  "node-1",     "rocksdb",
                                    genesis, "/data", kPluginFolder};
  return host::backup::create(files, source, kFolder, kTime, pace);
}

Status BackupWorld::restore(std::uint64_t id) {
  TENON_RETURN_IF_ERROR(files.remove(std::string(kData) + "/plugins"));
  return restore_again(id);
}

Status BackupWorld::restore_again(std::uint64_t id) {
  TENON_ASSIGN_OR_RETURN(const auto manifest, folder().read(id));
  return host::backup::restore(
      files, folder(), manifest, kData, std::string(kData) + "/genesis.json",
      [&](const std::string& plugins) {
        return ledger.open(*disk.env(), plugins + "/store-rocksdb/rocksdb", true).status();
      },
      at_once);
}

Status BackupWorld::expect_restored(std::uint64_t id) {
  TENON_ASSIGN_OR_RETURN(const auto manifest, folder().read(id));
  TENON_RETURN_IF_ERROR(host::backup::check_finished(files, kData));
  TENON_ASSIGN_OR_RETURN(
      const auto store,
      ledger.open(*disk.env(), std::string(kData) + "/plugins/store-rocksdb/rocksdb"));
  TENON_ASSIGN_OR_RETURN(const auto head, store->head());
  if (head.height != manifest.height || head.state_root != manifest.state_root ||
      head.state_root != ledger.root(head.height))
    return data_loss("the restored store stands elsewhere than its manifest says");
  TENON_RETURN_IF_ERROR(ledger.expect_whole(*store));
  return ledger.commit_next(*store);
}

Status BackupWorld::expect_backup(std::uint64_t id) {
  TENON_ASSIGN_OR_RETURN(const auto manifest, folder().read(id));
  TENON_RETURN_IF_ERROR(folder().check_files(manifest, at_once));
  TENON_RETURN_IF_ERROR(restore(id));
  return expect_restored(id);
}

} // namespace tenon::store
