// Identity providers in the participant's store.
#include "store_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

namespace {

IdentityProvider provider_of(const std::string& id, const std::string& issuer) {
  return {id, false, issuer, "https://keys/" + id, "audience"};
}

} // namespace

TEST_CASE("store: identity providers have ids and issuers of their own",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_provider(provider_of("a", "one")).ok());
  CHECK(id_of(kit.store->create_provider(provider_of("a", "two"))) == "IDP_CONFIG_ALREADY_EXISTS");
  CHECK(id_of(kit.store->create_provider(provider_of("b", "one"))) ==
        "IDP_CONFIG_ISSUER_ALREADY_EXISTS");
  REQUIRE(kit.store->create_provider(provider_of("b", "two")).ok());
  CHECK(kit.store->providers()->size() == 2);
  const auto found = kit.store->provider("a");
  REQUIRE(found.ok());
  CHECK(found->issuer == "one");
  CHECK(found->jwks_url == "https://keys/a");
  CHECK(found->audience == "audience");
  CHECK(id_of(kit.store->provider("c")) == "IDP_CONFIG_NOT_FOUND");
  CHECK(*kit.store->has_provider("a"));
  CHECK(*kit.store->has_provider(""));
  CHECK_FALSE(*kit.store->has_provider("c"));
}

TEST_CASE("store: there are at most 16 identity providers", "[daml_api][participant]") {
  StoreKit kit;
  for (std::size_t i = 0; i < kMaxIdentityProviders; ++i) {
    const std::string name = std::to_string(i);
    REQUIRE(kit.store->create_provider(provider_of(name, name)).ok());
  }
  CHECK(id_of(kit.store->create_provider(provider_of("one", "more"))) ==
        "TOO_MANY_IDENTITY_PROVIDER_CONFIGS");
  REQUIRE(kit.store->delete_provider("3").ok());
  CHECK(kit.store->create_provider(provider_of("one", "more")).ok());
}

TEST_CASE("store: an identity provider changes as told", "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_provider(provider_of("a", "one")).ok());
  REQUIRE(kit.store->create_provider(provider_of("b", "two")).ok());
  IdentityProviderUpdate update;
  update.id = "a";
  update.audience = "";
  update.issuer = "one"; // its own
  CHECK(kit.store->update_provider(update)->audience.empty());
  update.issuer = "two";
  CHECK(id_of(kit.store->update_provider(update)) == "IDP_CONFIG_ISSUER_ALREADY_EXISTS");
  update.issuer = "three";
  update.jwks_url = "https://new";
  REQUIRE(kit.store->update_provider(update).ok());
  CHECK(kit.store->provider("a")->issuer == "three");
  CHECK(kit.store->provider("a")->jwks_url == "https://new");
  update.id = "c";
  CHECK(id_of(kit.store->update_provider(update)) == "IDP_CONFIG_NOT_FOUND");
}

TEST_CASE("store: only active providers' issuers are trusted", "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_provider(provider_of("a", "one")).ok());
  const auto trusted = kit.store->trusted_issuer("one");
  REQUIRE(trusted.ok());
  REQUIRE(trusted->has_value());
  CHECK((*trusted)->identity_provider_id == "a");
  CHECK((*trusted)->jwks_url == "https://keys/a");
  CHECK_FALSE((*kit.store->trusted_issuer("two")).has_value());
  IdentityProviderUpdate update;
  update.id = "a";
  update.deactivated = true;
  REQUIRE(kit.store->update_provider(update).ok());
  CHECK_FALSE((*kit.store->trusted_issuer("one")).has_value());
}

TEST_CASE("store: an identity provider goes when nobody belongs to it",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_provider(provider_of("a", "one")).ok());
  REQUIRE(kit.store->create_user(new_user("alice", "a"), {}).ok());
  CHECK(id_of(kit.store->delete_provider("a")) == "INVALID_ARGUMENT");
  REQUIRE(kit.store->move_user("alice", "a", "").ok());
  PartyRecord record;
  record.party = "p";
  record.identity_provider_id = "a";
  REQUIRE(kit.store->create_party(record).ok());
  CHECK(id_of(kit.store->delete_provider("a")) == "INVALID_ARGUMENT");
  REQUIRE(kit.store->move_party("p", "a", "", true).ok());
  CHECK(kit.store->delete_provider("a").ok());
  CHECK(id_of(kit.store->delete_provider("a")) == "IDP_CONFIG_NOT_FOUND");
}
