// A store in a folder of the test's own.
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>

#include "participant/store.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::daml_api::test {

class StoreKit {
public:
  StoreKit() { reopen(); }
  void reopen() {
    store.reset();
    auto opened = ParticipantStore::open(file());
    INFO(opened.status().to_string());
    REQUIRE(opened.ok());
    store = std::move(*opened);
  }
  [[nodiscard]] std::filesystem::path file() const { return folder.path() / "participant.db"; }

  testkit::TemporaryFolder folder;
  std::unique_ptr<ParticipantStore> store;
};

// The id of the failure, or "" without one.
template <typename Answered> std::string id_of(const Answered& answer) {
  return answer.ok() ? "" : std::string(answer.failure().code().id);
}

inline User new_user(const std::string& id, const std::string& provider = {}) {
  User user;
  user.id = id;
  user.identity_provider_id = provider;
  return user;
}

inline UserRight act_as(const std::string& party) {
  return {UserRight::Kind::kActAs, party};
}
inline UserRight read_as(const std::string& party) {
  return {UserRight::Kind::kReadAs, party};
}
inline const UserRight kAdminRight{UserRight::Kind::kParticipantAdmin, {}};

} // namespace tenon::daml_api::test
