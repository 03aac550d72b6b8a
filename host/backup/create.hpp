// Makes one backup of a store, beside everything that the store does. Called by the running node's
// BackupService, or by a command that has opened a stopped node's store; one thread.
#pragma once

#include "backup/folder.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::host::backup {

// What is backed up, and by whom.
struct Source {
  plugin::Store& store;
  const Signer& signer;
  std::string node;
  std::string store_plugin;
  Bytes genesis;
  std::string data_directory;
  // Of the store's plugin: the store's files are linked to a folder in it for a while.
  std::string plugin_folder;
};

// Where a backup may go. `destination` becomes absolute; refused inside the data directory.
[[nodiscard]] Result<std::string> check_destination(const std::string& data_directory,
                                                    const std::string& destination);

// Leaves the earlier backups in `destination`, which check_destination() has passed, as they were,
// whatever ends it.
[[nodiscard]] Result<Manifest> create(Disk& disk, const Source& source,
                                      const std::string& destination, std::uint64_t time_us,
                                      const Pace& pace);

} // namespace tenon::host::backup
