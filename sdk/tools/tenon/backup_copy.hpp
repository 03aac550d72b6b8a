// Looks into a backup with the plugin that its node has: is it the state that the manifest says?
// Nothing is copied for that. Main thread.
#pragma once

#include <filesystem>

#include "backup/folder.hpp"
#include "session.hpp"

namespace tenon::tool {

// The configuration of the node that the backup is of, or is for.
struct CopyReader {
  Session& session;
  std::filesystem::path config;
  bool is_client = false; // whose store is a part of the ledger, not a chain that can be checked
};

// Recomputes all that the store at hand claims, and compares its head with the manifest. The files
// are those in the folder, or, once they are restored, those below `plugins`.
[[nodiscard]] Status check_backup(const CopyReader& reader, const host::backup::Folder& folder,
                                  const host::backup::Manifest& manifest);
[[nodiscard]] Status check_restored(const CopyReader& reader, const host::backup::Folder& folder,
                                    const host::backup::Manifest& manifest,
                                    const std::filesystem::path& plugins);

} // namespace tenon::tool
