#include "services/identity_provider_config.hpp"

#include <algorithm>
#include <array>

#include "com/daml/ledger/api/v1/admin/identity_provider_config_service.pb.h"
#include "errors/codes.hpp"
#include "services/object_meta.hpp"
#include "tenon/core/encoding.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

namespace admin = com::daml::ledger::api::v1::admin;

constexpr std::array<std::string_view, 5> kFields = {"identity_provider_id", "is_deactivated",
                                                     "jwks_url", "issuer", "audience"};

void set_config(admin::IdentityProviderConfig& out, const IdentityProvider& provider) {
  out.set_identity_provider_id(provider.id);
  out.set_is_deactivated(provider.deactivated);
  out.set_issuer(provider.issuer);
  out.set_jwks_url(provider.jwks_url);
  out.set_audience(provider.audience);
}

// A scheme that keys can be fetched by, and a host. Whether they are there shows when they are
// wanted.
Outcome check_url(const std::string& url) {
  std::string_view rest = url;
  bool known = false;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (rest.starts_with(scheme)) {
      rest.remove_prefix(scheme.size());
      known = true;
      break;
    }
  }
  const bool printable =
      std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (known && printable && !rest.empty() && rest.front() != '/')
    return {};
  return invalid_field("jwks_url",
                       "expected a URL of https or http, found \"" + as_utf8(url) + "\"");
}

Outcome require_id(const std::string& id) {
  return require_field(kLedgerStringSyntax, id, "identity_provider_id");
}

Answer<admin::CreateIdentityProviderConfigResponse>
create(const ParticipantParts& parts, const admin::CreateIdentityProviderConfigRequest& request) {
  if (!request.has_identity_provider_config())
    return missing_field("identity_provider_config");
  const admin::IdentityProviderConfig& config = request.identity_provider_config();
  TENON_RETURN_IF_FAILED(require_id(config.identity_provider_id()));
  if (config.jwks_url().empty())
    return missing_field("jwks_url");
  TENON_RETURN_IF_FAILED(check_url(config.jwks_url()));
  if (config.issuer().empty())
    return missing_field("issuer");
  IdentityProvider provider;
  provider.id = config.identity_provider_id();
  provider.deactivated = config.is_deactivated();
  provider.issuer = config.issuer();
  provider.jwks_url = config.jwks_url();
  provider.audience = config.audience();
  TENON_ASSIGN_OR_RETURN(const IdentityProvider created, parts.store.create_provider(provider));
  admin::CreateIdentityProviderConfigResponse response;
  set_config(*response.mutable_identity_provider_config(), created);
  return response;
}

Answer<admin::GetIdentityProviderConfigResponse>
get(const ParticipantParts& parts, const admin::GetIdentityProviderConfigRequest& request) {
  TENON_RETURN_IF_FAILED(require_id(request.identity_provider_id()));
  TENON_ASSIGN_OR_RETURN(const IdentityProvider provider,
                         parts.store.provider(request.identity_provider_id()));
  admin::GetIdentityProviderConfigResponse response;
  set_config(*response.mutable_identity_provider_config(), provider);
  return response;
}

Answer<IdentityProviderUpdate>
read_update(const admin::UpdateIdentityProviderConfigRequest& request) {
  if (!request.has_identity_provider_config())
    return missing_field("identity_provider_config");
  const admin::IdentityProviderConfig& config = request.identity_provider_config();
  TENON_RETURN_IF_FAILED(require_id(config.identity_provider_id()));
  if (!config.jwks_url().empty())
    TENON_RETURN_IF_FAILED(check_url(config.jwks_url()));
  if (!request.has_update_mask())
    return missing_field("update_mask");
  TENON_ASSIGN_OR_RETURN(
      const UpdateMask mask,
      UpdateMask::read(request.update_mask(), kFields, [&](const std::string& why) {
        return Failure(codes::kInvalidIdentityProviderUpdateRequest,
                       "updating the identity provider '" + config.identity_provider_id() +
                           "': " + why)
            .about("IDENTITY_PROVIDER_CONFIG", config.identity_provider_id());
      }));
  IdentityProviderUpdate update;
  update.id = config.identity_provider_id();
  if (mask.names("is_deactivated"))
    update.deactivated = config.is_deactivated();
  // These two cannot be taken away: without a value they stay as they are.
  if (mask.names("issuer") && !config.issuer().empty())
    update.issuer = config.issuer();
  if (mask.names("jwks_url") && !config.jwks_url().empty())
    update.jwks_url = config.jwks_url();
  update.audience = mask.pick("audience", config.audience(), config.audience().empty());
  return update;
}

Answer<admin::UpdateIdentityProviderConfigResponse>
update(const ParticipantParts& parts, const admin::UpdateIdentityProviderConfigRequest& request) {
  TENON_ASSIGN_OR_RETURN(const IdentityProviderUpdate wanted, read_update(request));
  TENON_ASSIGN_OR_RETURN(const IdentityProvider updated, parts.store.update_provider(wanted));
  admin::UpdateIdentityProviderConfigResponse response;
  set_config(*response.mutable_identity_provider_config(), updated);
  return response;
}

Answer<admin::ListIdentityProviderConfigsResponse> list(const ParticipantParts& parts) {
  TENON_ASSIGN_OR_RETURN(const auto providers, parts.store.providers());
  admin::ListIdentityProviderConfigsResponse response;
  for (const IdentityProvider& provider : providers)
    set_config(*response.add_identity_provider_configs(), provider);
  return response;
}

Answer<admin::DeleteIdentityProviderConfigResponse>
remove(const ParticipantParts& parts, const admin::DeleteIdentityProviderConfigRequest& request) {
  TENON_RETURN_IF_FAILED(require_id(request.identity_provider_id()));
  TENON_RETURN_IF_FAILED(parts.store.delete_provider(request.identity_provider_id()));
  return admin::DeleteIdentityProviderConfigResponse();
}

} // namespace

void add_identity_provider_config(rpc::Methods& methods, const ParticipantParts& parts) {
  const std::string service = "com.daml.ledger.api.v1.admin.IdentityProviderConfigService/";
  methods.unary<admin::CreateIdentityProviderConfigRequest,
                admin::CreateIdentityProviderConfigResponse>(
      service + "CreateIdentityProviderConfig",
      [&parts](const auto&, const auto& request, auto reply) { reply(create(parts, request)); });
  methods.unary<admin::GetIdentityProviderConfigRequest, admin::GetIdentityProviderConfigResponse>(
      service + "GetIdentityProviderConfig",
      [&parts](const auto&, const auto& request, auto reply) { reply(get(parts, request)); });
  methods.unary<admin::UpdateIdentityProviderConfigRequest,
                admin::UpdateIdentityProviderConfigResponse>(
      service + "UpdateIdentityProviderConfig",
      [&parts](const auto&, const auto& request, auto reply) { reply(update(parts, request)); });
  methods.unary<admin::ListIdentityProviderConfigsRequest,
                admin::ListIdentityProviderConfigsResponse>(
      service + "ListIdentityProviderConfigs",
      [&parts](const auto&, const auto&, auto reply) { reply(list(parts)); });
  methods.unary<admin::DeleteIdentityProviderConfigRequest,
                admin::DeleteIdentityProviderConfigResponse>(
      service + "DeleteIdentityProviderConfig",
      [&parts](const auto&, const auto& request, auto reply) { reply(remove(parts, request)); });
}

} // namespace tenon::daml_api
