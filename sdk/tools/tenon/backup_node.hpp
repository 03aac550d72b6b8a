// A backup as a node makes it: the running one, asked through its admin listener, or a stopped one
// in whose place the tool works. Main thread.
#pragma once

#include <filesystem>
#include <string>

#include "node/config/node_config.hpp"
#include "session.hpp"

namespace tenon::tool {

struct BackupRequest {
  std::filesystem::path config_file;
  host::config::NodeConfig node;
  std::string to; // absolute
  std::uint64_t bytes_per_second = 0;
};

// What people are shown of the backup that was made.
[[nodiscard]] Result<Json> make_backup(const Session& session, const BackupRequest& request);

} // namespace tenon::tool
