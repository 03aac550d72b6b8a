// Bearer tokens (JWT, ES256) signed with the key in a node's data directory. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::tool {

// What Daml's Ledger API and JSON API read of a token that names parties itself.
struct LedgerApiClaims {
  std::string ledger_id;
  std::string application_id; // empty: any; the JSON API takes no such token
};

struct TokenClaims {
  std::string subject;
  bool is_user = false; // of Daml's Ledger API, which knows what it may do: nothing more is claimed
  std::vector<std::string> act_as;
  std::vector<std::string> read_as;
  bool admin = false;
  std::optional<LedgerApiClaims> ledger_api; // of the same parties and rights
  std::uint64_t lifetime_s = 3600;
};

// The ledger that a node's data directory is of, as Daml's APIs call it unless configured.
[[nodiscard]] Result<std::string> ledger_of(const std::filesystem::path& data_directory);

[[nodiscard]] Result<std::string> make_token(const std::filesystem::path& data_directory,
                                             const TokenClaims& claims);

} // namespace tenon::tool
