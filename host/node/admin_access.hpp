// How a command on this machine reaches the node that runs in a data directory, and shows that it
// may: <data>/admin.json, which only the node's own user can read, made anew with each start. Pure
// functions over the file; any thread.
#pragma once

#include <filesystem>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::host::node {

struct AdminAccess {
  std::string url;
  std::string token;
};

[[nodiscard]] Result<std::string> make_admin_token();
[[nodiscard]] Status write_admin_access(const std::filesystem::path& data_directory,
                                        const AdminAccess& access);
// NOT_FOUND where no node has run.
[[nodiscard]] Result<AdminAccess> read_admin_access(const std::filesystem::path& data_directory);

} // namespace tenon::host::node
