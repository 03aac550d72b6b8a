// A ledger on a disk that a test can cut the power of, and backups of it on the same disk. One
// thread.
#pragma once

#include "backup/create.hpp"
#include "backup/restore.hpp"
#include "tenon/crypto/ed25519.hpp"
#include "unit/store/disk_ledger.hpp"
#include "unit/store/env_disk.hpp"
#include "unit/store/lossy_file_system.hpp"

namespace tenon::store {

class KeySigner final : public host::Signer {
public:
  explicit KeySigner(std::uint8_t seed = 1);
  [[nodiscard]] Bytes public_key() const override { return key_.public_key(); }
  [[nodiscard]] Result<Bytes> sign(BytesView message) const override { return key_.sign(message); }
  [[nodiscard]] bool unused() const override { return false; }

private:
  crypto::PrivateKey key_;
};

[[nodiscard]] inline Status at_once(std::uint64_t) {
  return {};
}

class BackupWorld {
public:
  static constexpr const char* kFolder = "/backups";
  static constexpr const char* kData = "/restored";
  static constexpr const char* kGenesis = "the genesis document";

  explicit BackupWorld(const DiskLedgerOptions& options = {});

  // The ledger's store, in the data directory that is backed up.
  [[nodiscard]] Result<std::unique_ptr<StoreCore>> open();
  [[nodiscard]] Result<host::backup::Manifest> back_up(plugin::Store& store,
                                                       const host::backup::Pace& pace = at_once);
  [[nodiscard]] host::backup::Folder folder() { return {files, kFolder}; }
  // Into the other data directory, emptied first.
  [[nodiscard]] Status restore(std::uint64_t id);
  [[nodiscard]] Status restore_again(std::uint64_t id);
  // The store that was restored is the ledger's beginning up to the block that the backup names.
  [[nodiscard]] Status expect_restored(std::uint64_t id);
  // The files of the backup are whole, and so is what is restored of it.
  [[nodiscard]] Status expect_backup(std::uint64_t id);

  LossyFileSystem disk;
  EnvDisk files{disk.env()};
  DiskLedger ledger;
  KeySigner signer;
  std::string genesis = kGenesis;
};

} // namespace tenon::store
