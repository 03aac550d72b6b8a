// What the services that administer the participant are made of, and what they have in common.
// Owned by the plugin object and alive as long as requests are served; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/ledger/ledger.hpp"
#include "errors/failure.hpp"
#include "participant/store.hpp"
#include "rpc/methods.hpp"

namespace tenon::daml_api {

// What the service of versions tells clients too.
inline constexpr std::int32_t kMaxUsersPage = 1000;
inline constexpr std::int32_t kMaxPartiesPage = 10'000;

struct ParticipantParts {
  ParticipantStore& store;
  api::Ledger& ledger;
  std::string participant_id;
  std::string client_id; // this node among those that host parties
  std::uint32_t max_users_page = kMaxUsersPage;
  std::uint32_t max_parties_page = kMaxPartiesPage;
};

// INVALID_ARGUMENT when there is no such identity provider. Empty: the default one.
[[nodiscard]] Outcome require_provider(const ParticipantParts& parts, const std::string& id);

// What the ledger knows of these parties; those that it does not know are left out.
[[nodiscard]] Answer<std::vector<v1::PartyInfo>>
known_parties(const ParticipantParts& parts, const std::vector<std::string>& names);

// Tokens of pages: opaque to clients, the last name of the page before to us. INVALID_ARGUMENT for
// what is not one.
[[nodiscard]] std::string page_token(std::string_view last);
[[nodiscard]] Answer<std::string> read_page_token(const std::string& token);

} // namespace tenon::daml_api
