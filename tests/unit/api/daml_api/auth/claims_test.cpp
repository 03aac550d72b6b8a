// What claims allow, one right at a time.
#include <catch2/catch.hpp>

#include "auth/claims.hpp"

using namespace tenon;
using namespace tenon::daml_api;

namespace {

std::string id_of(const Outcome& outcome) {
  return outcome.ok() ? "" : std::string(outcome.failure().code().id);
}

Claims token() {
  Claims claims;
  claims.authenticated = true;
  return claims;
}

} // namespace

TEST_CASE("claims: without a token every request is unauthenticated", "[daml_api][auth]") {
  const Claims claims;
  CHECK(id_of(claims.require_public()) == "UNAUTHENTICATED");
  CHECK(id_of(claims.require_admin()) == "UNAUTHENTICATED");
  CHECK(id_of(claims.require_admin_of("")) == "UNAUTHENTICATED");
  CHECK(id_of(claims.require_act_as("alice")) == "UNAUTHENTICATED");
  CHECK(id_of(claims.require_read_as("alice")) == "UNAUTHENTICATED");
  CHECK(claims.require_application("app").failure().code().id == "UNAUTHENTICATED");
}

TEST_CASE("claims: with authorization off everything is allowed", "[daml_api][auth]") {
  Claims claims;
  claims.anybody = true;
  CHECK(claims.require_public().ok());
  CHECK(claims.require_admin().ok());
  CHECK(claims.require_admin_of("idp").ok());
  CHECK(claims.require_act_as("alice").ok());
  CHECK(claims.require_read_as("alice").ok());
  CHECK(*claims.require_application("app") == "app");
}

TEST_CASE("claims: a token for another ledger is denied whatever its rights", "[daml_api][auth]") {
  Claims claims = token();
  claims.participant_admin = true;
  claims.act_as = {"alice"};
  CHECK(claims.require_admin().ok());
  claims.refusal = "it is for the ledger 'x'";
  CHECK(id_of(claims.require_public()) == "PERMISSION_DENIED");
  CHECK(id_of(claims.require_admin()) == "PERMISSION_DENIED");
  CHECK(id_of(claims.require_act_as("alice")) == "PERMISSION_DENIED");
  CHECK(claims.require_public().failure().cause().find("ledger 'x'") != std::string::npos);
}

TEST_CASE("claims: to act as a party is to read as it, but not the other way round",
          "[daml_api][auth]") {
  Claims claims = token();
  claims.act_as = {"alice"};
  claims.read_as = {"bob"};
  CHECK(claims.require_act_as("alice").ok());
  CHECK(claims.require_read_as("alice").ok());
  CHECK(claims.require_read_as("bob").ok());
  CHECK(id_of(claims.require_act_as("bob")) == "PERMISSION_DENIED");
  CHECK(id_of(claims.require_read_as("carol")) == "PERMISSION_DENIED");
}

TEST_CASE("claims: an administrator of the participant has no party's rights",
          "[daml_api][auth]") {
  Claims claims = token();
  claims.participant_admin = true;
  CHECK(claims.require_admin().ok());
  CHECK(id_of(claims.require_act_as("alice")) == "PERMISSION_DENIED");
  CHECK(id_of(claims.require_read_as("alice")) == "PERMISSION_DENIED");
}

TEST_CASE("claims: administrators of an identity provider stay within it", "[daml_api][auth]") {
  Claims claims = token();
  claims.identity_provider_admin = true;
  claims.identity_provider_id = "idp";
  CHECK(claims.require_admin_of("idp").ok());
  CHECK(id_of(claims.require_admin_of("")) == "PERMISSION_DENIED");
  CHECK(id_of(claims.require_admin_of("other")) == "PERMISSION_DENIED");
  CHECK(id_of(claims.require_admin()) == "PERMISSION_DENIED");
}

TEST_CASE("claims: participant administrators of the default provider reach into all",
          "[daml_api][auth]") {
  Claims claims = token();
  claims.participant_admin = true;
  CHECK(claims.require_admin_of("idp").ok());
  claims.identity_provider_id = "idp";
  CHECK(claims.require_admin_of("idp").ok());
  CHECK(id_of(claims.require_admin_of("other")) == "PERMISSION_DENIED");
}

TEST_CASE("claims: the application comes from the request, else from the token, and must agree",
          "[daml_api][auth]") {
  Claims claims = token();
  CHECK(*claims.require_application("app") == "app");
  CHECK(claims.require_application("").failure().code().id == "INVALID_ARGUMENT");
  claims.application_id = "app";
  CHECK(*claims.require_application("") == "app");
  CHECK(*claims.require_application("app") == "app");
  CHECK(claims.require_application("other").failure().code().id == "PERMISSION_DENIED");
}
