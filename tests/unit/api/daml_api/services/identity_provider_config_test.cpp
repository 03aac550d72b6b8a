// IdentityProviderConfigService.
#include "participant_kit.hpp"

#include "com/daml/ledger/api/v1/admin/identity_provider_config_service.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;
namespace admin = com::daml::ledger::api::v1::admin;

namespace {

const std::string kService = kProviders;

admin::CreateIdentityProviderConfigRequest config_of(const std::string& id,
                                                     const std::string& issuer) {
  admin::CreateIdentityProviderConfigRequest request;
  auto& config = *request.mutable_identity_provider_config();
  config.set_identity_provider_id(id);
  config.set_issuer(issuer);
  config.set_jwks_url("https://example.org/keys");
  config.set_audience("our");
  return request;
}

std::string create(ParticipantKit& kit,
                   const admin::CreateIdentityProviderConfigRequest& request) {
  return kit
      .call<admin::CreateIdentityProviderConfigResponse>(kService + "CreateIdentityProviderConfig",
                                                         request)
      .failure;
}

Answered<admin::UpdateIdentityProviderConfigResponse>
update(ParticipantKit& kit, const admin::UpdateIdentityProviderConfigRequest& request) {
  return kit.call<admin::UpdateIdentityProviderConfigResponse>(
      kService + "UpdateIdentityProviderConfig", request);
}

} // namespace

TEST_CASE("identity providers: made, read, listed, deleted", "[daml_api][services]") {
  ParticipantKit kit;
  CHECK(create(kit, config_of("idp", "issuer")).empty());
  admin::GetIdentityProviderConfigRequest get;
  get.set_identity_provider_id("idp");
  const auto read = kit.call<admin::GetIdentityProviderConfigResponse>(
      kService + "GetIdentityProviderConfig", get);
  const auto& config = read.response.identity_provider_config();
  CHECK(config.issuer() == "issuer");
  CHECK(config.jwks_url() == "https://example.org/keys");
  CHECK(config.audience() == "our");
  CHECK(kit.call<admin::ListIdentityProviderConfigsResponse>(
               kService + "ListIdentityProviderConfigs",
               admin::ListIdentityProviderConfigsRequest())
            .response.identity_provider_configs_size() == 1);
  admin::DeleteIdentityProviderConfigRequest remove;
  remove.set_identity_provider_id("idp");
  const auto gone = [&] {
    return kit
        .call<admin::DeleteIdentityProviderConfigResponse>(
            kService + "DeleteIdentityProviderConfig", remove)
        .failure;
  };
  CHECK(gone().empty());
  CHECK(gone() == "IDP_CONFIG_NOT_FOUND");
  CHECK(kit.call<admin::GetIdentityProviderConfigResponse>(kService + "GetIdentityProviderConfig",
                                                           get)
            .failure == "IDP_CONFIG_NOT_FOUND");
}

TEST_CASE("identity providers: bad ones are told apart", "[daml_api][services]") {
  ParticipantKit kit;
  CHECK(create(kit, {}) == "MISSING_FIELD");
  CHECK(create(kit, config_of("", "issuer")) == "MISSING_FIELD");
  CHECK(create(kit, config_of("a!", "issuer")) == "INVALID_FIELD");
  CHECK(create(kit, config_of("idp", "")) == "MISSING_FIELD");
  for (const char* const url : {"url.com", "https://", "https:///keys", "ftp://x/k", "https://a b",
                                "http//x"}) {
    auto request = config_of("idp", "issuer");
    request.mutable_identity_provider_config()->set_jwks_url(url);
    CHECK(create(kit, request) == "INVALID_FIELD");
  }
  auto request = config_of("idp", "issuer");
  request.mutable_identity_provider_config()->clear_jwks_url();
  CHECK(create(kit, request) == "MISSING_FIELD");
  CHECK(create(kit, config_of("idp", "issuer")).empty());
  CHECK(create(kit, config_of("idp", "another")) == "IDP_CONFIG_ALREADY_EXISTS");
  CHECK(create(kit, config_of("another", "issuer")) == "IDP_CONFIG_ISSUER_ALREADY_EXISTS");
}

TEST_CASE("identity providers: an update changes what its mask names", "[daml_api][services]") {
  ParticipantKit kit;
  REQUIRE(create(kit, config_of("idp", "issuer")).empty());
  admin::UpdateIdentityProviderConfigRequest request;
  CHECK(update(kit, request).failure == "MISSING_FIELD");
  auto& config = *request.mutable_identity_provider_config();
  config.set_identity_provider_id("idp");
  CHECK(update(kit, request).failure == "MISSING_FIELD");
  request.mutable_update_mask();
  CHECK(update(kit, request).failure == "INVALID_IDENTITY_PROVIDER_UPDATE_REQUEST");
  request.mutable_update_mask()->add_paths("is_deactivated");
  request.mutable_update_mask()->add_paths("issuer"); // without a value it stays
  request.mutable_update_mask()->add_paths("audience");
  config.set_is_deactivated(true);
  const auto changed = update(kit, request);
  REQUIRE(changed.failure.empty());
  CHECK(changed.response.identity_provider_config().is_deactivated());
  CHECK(changed.response.identity_provider_config().issuer() == "issuer");
  CHECK(changed.response.identity_provider_config().audience().empty());
  config.set_jwks_url("nonsense");
  CHECK(update(kit, request).failure == "INVALID_FIELD");
  config.clear_jwks_url();
  config.set_identity_provider_id("nowhere");
  CHECK(update(kit, request).failure == "IDP_CONFIG_NOT_FOUND");
  request.mutable_update_mask()->add_paths("unknown");
  CHECK(update(kit, request).failure == "INVALID_IDENTITY_PROVIDER_UPDATE_REQUEST");
}
