// Bearer tokens (JWT, ES256) signed with the key in a node's data directory. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::tool {

struct TokenClaims {
  std::string subject;
  std::vector<std::string> act_as;
  std::vector<std::string> read_as;
  bool admin = false;
  std::uint64_t lifetime_s = 3600;
};

[[nodiscard]] Result<std::string> make_token(const std::filesystem::path& data_directory,
                                             const TokenClaims& claims);

} // namespace tenon::tool
