// Puts a backup in place of what a data directory lacks. Called by the command, with the directory
// locked; one thread.
#pragma once

#include "backup/folder.hpp"

namespace tenon::host::backup {

// In a data directory: a restore that did not get to its end. Nothing starts on it.
inline constexpr const char* kUnfinishedRestore = "plugins.restoring";

// FAILED_PRECONDITION says how to go on.
[[nodiscard]] Status check_finished(Disk& disk, const std::string& data_directory);

// Into a directory without plugins' data; FAILED_PRECONDITION names what is in the way. `check` is
// told where the plugins' folders are, before they are put in place, and may refuse. Keys are left
// alone, but for the word that a key is unused; votes are not in a backup: a replica waits before
// it votes again.
[[nodiscard]] Status restore(Disk& disk, const Folder& from, const Manifest& manifest,
                             const std::string& data_directory, const std::string& genesis_file,
                             FunctionRef<Status(const std::string& plugins)> check,
                             const Pace& pace);

} // namespace tenon::host::backup
