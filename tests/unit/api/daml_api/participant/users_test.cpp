// Users and their rights in the participant's store.
#include "store_kit.hpp"

#include <atomic>
#include <thread>

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

TEST_CASE("store: a user is created once", "[daml_api][participant]") {
  StoreKit kit;
  User user = new_user("alice");
  user.primary_party = "p";
  user.deactivated = true;
  const auto created = kit.store->create_user(user, {});
  REQUIRE(created.ok());
  CHECK(created->version == 0);
  CHECK(kit.store->user("alice", "")->primary_party == "p");
  CHECK(kit.store->user("alice", "")->deactivated);
  CHECK(id_of(kit.store->create_user(user, {})) == "USER_ALREADY_EXISTS");
  CHECK(id_of(kit.store->create_user(new_user("alice", "idp"), {})) == "PERMISSION_DENIED");
  CHECK(id_of(kit.store->user("nobody", "")) == "USER_NOT_FOUND");
  CHECK(id_of(kit.store->user("alice", "idp")) == "PERMISSION_DENIED");
}

TEST_CASE("store: a user's rights are at most 1000", "[daml_api][participant]") {
  StoreKit kit;
  std::set<UserRight> rights;
  for (std::size_t i = 0; i < kMaxRightsPerUser; ++i)
    rights.insert(act_as("party-" + std::to_string(i)));
  REQUIRE(kit.store->create_user(new_user("alice"), rights).ok());
  CHECK(id_of(kit.store->grant_rights("alice", "", {kAdminRight})) == "TOO_MANY_USER_RIGHTS");
  CHECK(kit.store->rights("alice", "")->size() == kMaxRightsPerUser);
  // Those that are there already count once.
  CHECK(kit.store->grant_rights("alice", "", rights)->empty());
  rights.insert(kAdminRight);
  CHECK(id_of(kit.store->create_user(new_user("bob"), rights)) == "TOO_MANY_USER_RIGHTS");
  CHECK(id_of(kit.store->user("bob", "")) == "USER_NOT_FOUND");
}

TEST_CASE("store: granting and revoking tell what has changed", "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_user(new_user("alice"), {act_as("p")}).ok());
  using Rights = std::set<UserRight>;
  CHECK(*kit.store->grant_rights("alice", "", {act_as("p"), read_as("p"), kAdminRight}) ==
        Rights{read_as("p"), kAdminRight});
  CHECK(*kit.store->rights("alice", "") == Rights{act_as("p"), read_as("p"), kAdminRight});
  CHECK(*kit.store->revoke_rights("alice", "", {act_as("p"), act_as("q")}) == Rights{act_as("p")});
  CHECK(*kit.store->rights("alice", "") == Rights{read_as("p"), kAdminRight});
  CHECK(kit.store->user("alice", "")->version == 0); // rights are no part of what has versions
  CHECK(id_of(kit.store->grant_rights("nobody", "", {})) == "USER_NOT_FOUND");
  CHECK(id_of(kit.store->revoke_rights("alice", "idp", {})) == "PERMISSION_DENIED");
}

TEST_CASE("store: an update changes what it names and counts", "[daml_api][participant]") {
  StoreKit kit;
  User user = new_user("alice");
  user.primary_party = "p";
  user.annotations = {{"keep", "1"}, {"change", "2"}, {"remove", "3"}};
  REQUIRE(kit.store->create_user(user, {}).ok());
  UserUpdate update;
  update.id = "alice";
  update.annotations = Annotations{{"change", "new"}, {"remove", ""}, {"add", "4"}};
  const auto updated = kit.store->update_user(update);
  REQUIRE(updated.ok());
  CHECK(updated->version == 1);
  CHECK(updated->primary_party == "p");
  CHECK(updated->annotations == Annotations{{"add", "4"}, {"change", "new"}, {"keep", "1"}});
  CHECK(kit.store->user("alice", "")->annotations == updated->annotations);

  update.annotations.reset();
  update.primary_party = "";
  update.deactivated = true;
  update.expected_version = 0;
  CHECK(id_of(kit.store->update_user(update)) == "CONCURRENT_USER_UPDATE_DETECTED");
  update.expected_version = 1;
  CHECK(kit.store->update_user(update)->version == 2);
  CHECK(kit.store->user("alice", "")->primary_party.empty());
  CHECK(kit.store->user("alice", "")->deactivated);
  CHECK(kit.store->user("alice", "")->annotations.size() == 3);
}

TEST_CASE("store: a user has at most 256 KiB of annotations", "[daml_api][participant]") {
  StoreKit kit;
  User user = new_user("alice");
  user.annotations = {{"a", std::string(kMaxAnnotationsBytes - 1, 'x')}};
  REQUIRE(kit.store->create_user(user, {}).ok());
  UserUpdate update;
  update.id = "alice";
  update.annotations = Annotations{{"b", "x"}};
  CHECK(id_of(kit.store->update_user(update)) == "MAX_USER_ANNOTATIONS_SIZE_EXCEEDED");
  update.annotations = Annotations{{"a", ""}, {"b", "x"}};
  CHECK(kit.store->update_user(update).ok());
  user.id = "bob";
  user.annotations["a"] += "x";
  CHECK(id_of(kit.store->create_user(user, {})) == "MAX_USER_ANNOTATIONS_SIZE_EXCEEDED");
}

TEST_CASE("store: users are listed by id, page by page, of one provider",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_provider({"idp", false, "issuer", "https://x/k", ""}).ok());
  for (const char* const id : {"carol", "alice", "!first", "bob"})
    REQUIRE(kit.store->create_user(new_user(id), {}).ok());
  REQUIRE(kit.store->create_user(new_user("dave", "idp"), {}).ok());
  const auto ids = [&](const std::string& provider, const std::string& after, std::size_t limit) {
    std::string text;
    const auto users = kit.store->users(provider, after, limit);
    for (const User& user : *users)
      text += user.id + " ";
    return text;
  };
  CHECK(ids("", "", 10) == "!first alice bob carol participant_admin ");
  CHECK(ids("", "alice", 2) == "bob carol ");
  CHECK(ids("", "alicf", 1) == "bob ");
  CHECK(ids("idp", "", 10) == "dave ");
}

TEST_CASE("store: a user moves to another provider and is gone from the first",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_user(new_user("alice"), {}).ok());
  CHECK(id_of(kit.store->move_user("alice", "idp", "")) == "PERMISSION_DENIED");
  CHECK(id_of(kit.store->move_user("nobody", "", "idp")) == "USER_NOT_FOUND");
  REQUIRE(kit.store->move_user("alice", "", "idp").ok());
  CHECK(kit.store->user("alice", "idp").ok());
  CHECK(id_of(kit.store->user("alice", "")) == "PERMISSION_DENIED");
  CHECK((*kit.store->rights_of("alice"))->identity_provider_id == "idp");
}

TEST_CASE("store: a deleted user leaves nothing behind for the next of the name",
          "[daml_api][participant]") {
  StoreKit kit;
  User user = new_user("alice");
  user.annotations = {{"k", "v"}};
  REQUIRE(kit.store->create_user(user, {act_as("p")}).ok());
  CHECK((*kit.store->rights_of("alice"))->act_as.size() == 1);
  REQUIRE(kit.store->delete_user("alice", "").ok());
  CHECK(id_of(kit.store->delete_user("alice", "")) == "USER_NOT_FOUND");
  CHECK(*kit.store->rights_of("alice") == nullptr);
  REQUIRE(kit.store->create_user(new_user("alice"), {}).ok());
  CHECK(kit.store->rights("alice", "")->empty());
  CHECK(kit.store->user("alice", "")->annotations.empty());
}

TEST_CASE("store: what authentication sees changes with every change, and only then",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_user(new_user("alice"), {act_as("p"), read_as("q")}).ok());
  const auto first = *kit.store->rights_of("alice");
  CHECK(first->act_as == std::set<std::string>{"p"});
  CHECK(first->read_as == std::set<std::string>{"q"});
  CHECK(*kit.store->rights_of("alice") == first);
  REQUIRE(kit.store->grant_rights("alice", "", {kAdminRight}).ok());
  CHECK((*kit.store->rights_of("alice"))->participant_admin);
  REQUIRE(kit.store->revoke_rights("alice", "", {kAdminRight}).ok());
  CHECK_FALSE((*kit.store->rights_of("alice"))->participant_admin);
  UserUpdate update;
  update.id = "alice";
  update.deactivated = true;
  REQUIRE(kit.store->update_user(update).ok());
  CHECK((*kit.store->rights_of("alice"))->deactivated);
  CHECK(id_of(kit.store->rights_of("a?b")) == "INVALID_ARGUMENT");
  CHECK(*kit.store->rights_of("nobody") == nullptr);
}

TEST_CASE("store: concurrent updates from one version have one winner",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_user(new_user("alice"), {}).ok());
  std::atomic<int> winners = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&, i] {
      UserUpdate update;
      update.id = "alice";
      update.expected_version = 0;
      update.annotations = Annotations{{"winner", std::to_string(i)}};
      if (kit.store->update_user(update).ok())
        ++winners;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(winners == 1);
  CHECK(kit.store->user("alice", "")->version == 1);
}
