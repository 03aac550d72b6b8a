// What the participant notes of parties.
#include "store_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

namespace {

PartyRecord record_of(const std::string& party, const std::string& provider = {}) {
  PartyRecord record;
  record.party = party;
  record.identity_provider_id = provider;
  return record;
}

} // namespace

TEST_CASE("store: a party's record is created once, at version 0", "[daml_api][participant]") {
  StoreKit kit;
  PartyRecord record = record_of("alice");
  record.annotations = {{"k", "v"}};
  CHECK(kit.store->create_party(record)->version == 0);
  CHECK(id_of(kit.store->create_party(record)) == "INTERNAL_PARTY_RECORD_ALREADY_EXISTS");
  CHECK(id_of(kit.store->create_party(record_of("alice", "idp"))) == "PERMISSION_DENIED");
  const auto records = kit.store->parties({"alice", "bob"});
  REQUIRE(records.ok());
  CHECK(records->size() == 1);
  CHECK(records->at("alice").annotations == Annotations{{"k", "v"}});
}

TEST_CASE("store: a party's update merges annotations and counts", "[daml_api][participant]") {
  StoreKit kit;
  PartyRecord record = record_of("alice");
  record.annotations = {{"a", "1"}, {"b", "2"}};
  REQUIRE(kit.store->create_party(record).ok());
  PartyUpdate update;
  update.party = "alice";
  update.annotations = Annotations{{"a", ""}, {"c", "3"}};
  update.expected_version = 0;
  const auto updated = kit.store->update_party(update, true);
  REQUIRE(updated.ok());
  CHECK(updated->version == 1);
  CHECK(updated->annotations == Annotations{{"b", "2"}, {"c", "3"}});
  CHECK(id_of(kit.store->update_party(update, true)) ==
        "CONCURRENT_PARTY_DETAILS_UPDATE_DETECTED");
  update.expected_version.reset();
  CHECK(kit.store->update_party(update, false)->version == 2);
  update.annotations = Annotations{{"d", std::string(kMaxAnnotationsBytes, 'x')}};
  CHECK(id_of(kit.store->update_party(update, true)) ==
        "MAX_PARTY_DETAILS_ANNOTATIONS_SIZE_EXCEEDED");
  update.identity_provider_id = "idp";
  CHECK(id_of(kit.store->update_party(update, true)) == "PERMISSION_DENIED");
}

TEST_CASE("store: a hosted party without a record gets one by its first update",
          "[daml_api][participant]") {
  StoreKit kit;
  PartyUpdate update;
  update.party = "alice";
  update.annotations = Annotations{{"a", "1"}, {"gone", ""}};
  CHECK(id_of(kit.store->update_party(update, false)) == "PARTY_NOT_FOUND");
  const auto created = kit.store->update_party(update, true);
  REQUIRE(created.ok());
  CHECK(created->version == 0);
  CHECK(created->annotations == Annotations{{"a", "1"}});
  CHECK(kit.store->parties({"alice"})->at("alice").annotations == created->annotations);
}

TEST_CASE("store: a party moves between providers from where it is", "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_party(record_of("alice", "one")).ok());
  CHECK(id_of(kit.store->move_party("alice", "two", "one", true)) == "PARTY_NOT_FOUND");
  CHECK(kit.store->move_party("alice", "one", "two", true).ok());
  CHECK(kit.store->parties({"alice"})->at("alice").identity_provider_id == "two");
  // Without a record a party is the default provider's, if it is hosted here.
  CHECK(id_of(kit.store->move_party("bob", "one", "two", true)) == "PARTY_NOT_FOUND");
  CHECK(id_of(kit.store->move_party("bob", "", "two", false)) == "PARTY_NOT_FOUND");
  CHECK(kit.store->move_party("bob", "", "two", true).ok());
  CHECK(kit.store->parties({"bob"})->at("bob").identity_provider_id == "two");
}
