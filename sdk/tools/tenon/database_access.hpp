// What the commands on the files of a stopped node share: which files, and how far a long one is.
// Main thread.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "offline_store.hpp"
#include "session.hpp"

namespace tenon::tool {

// Says how far a long command is, once a second.
class Progress {
public:
  Progress(Session& session, std::string what) : session_(session), what_(std::move(what)) {}
  // A total of 0: nobody knows it before the end.
  void operator()(std::uint64_t done, std::uint64_t total = 0);

private:
  Session& session_;
  std::string what_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Opens the database of the node with that configuration, "" being that of this installation. The
// directory is the configuration's own unless --data-dir names another; the session knows it
// afterwards.
[[nodiscard]] Result<std::unique_ptr<OfflineStore>> open_database(Session& session,
                                                                  const std::string& config);
// The same for `place`, which is a configuration file or a data directory; a directory has its
// configuration beside it in node.json, unless one is given.
[[nodiscard]] Result<std::unique_ptr<OfflineStore>>
open_database_at(Session& session, const std::string& place, const std::string& config);

// A key as a list of keys shows it: text, or hex behind "0x".
[[nodiscard]] Bytes key_from(const std::string& shown);

} // namespace tenon::tool
