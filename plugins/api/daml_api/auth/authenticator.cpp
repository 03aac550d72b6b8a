#include "auth/authenticator.hpp"

#include <chrono>
#include <thread>

#include "common/auth/bearer.hpp"
#include "errors/codes.hpp"

namespace tenon::daml_api {

namespace {

using api::Json;
using api::auth::KeySource;
using api::auth::KeySourceSettings;

// More than there can be identity providers; keys of some that are gone may be among them.
constexpr std::size_t kMaxProviders = 64;
constexpr auto kFirstKeysWait = std::chrono::seconds(2);
constexpr auto kFirstKeysPause = std::chrono::milliseconds(10);

std::shared_ptr<const Claims> constant(bool anybody) {
  auto claims = std::make_shared<Claims>();
  claims->anybody = anybody;
  return claims;
}

bool same_rights(const Claims& claims, const UserRights& rights) {
  return claims.participant_admin == rights.participant_admin &&
         claims.identity_provider_admin == rights.identity_provider_admin &&
         claims.identity_provider_id == rights.identity_provider_id &&
         claims.act_as == rights.act_as && claims.read_as == rights.read_as;
}

} // namespace

// A token whose signature is good. What its user may do is kept with it for as long as the rights
// are the same, so that a request with many rights costs no more than one with few.
struct Authenticator::VerifiedToken {
  struct Slot {
    std::mutex mutex;
    std::shared_ptr<const UserRights> rights;
    std::shared_ptr<const Claims> claims;
  };
  TokenPayload payload;
  std::string identity_provider_id;
  std::uint64_t expires_at_s = 0;
  std::shared_ptr<Slot> slot = std::make_shared<Slot>();
};

// The keys behind one URL and the tokens that they have signed.
struct Authenticator::Provider {
  explicit Provider(std::unique_ptr<KeySource> source)
      : keys(std::move(source)), verifier(*keys), asked_at(std::chrono::steady_clock::now()) {}

  // The first tokens of a provider come before its keys do.
  void wait_for_keys() const {
    while (keys->keys()->empty() &&
           std::chrono::steady_clock::now() - asked_at < kFirstKeysWait)
      std::this_thread::sleep_for(kFirstKeysPause);
  }

  const std::unique_ptr<KeySource> keys;
  api::auth::Verifier<VerifiedToken> verifier;
  const std::chrono::steady_clock::time_point asked_at;
};

Authenticator::Authenticator(AuthenticatorSettings settings, KeySource* keys, UserDirectory& users,
                             WallClock now_s, Report report)
    : settings_(std::move(settings)), users_(users), now_s_(std::move(now_s)),
      report_(std::move(report)), nobody_(constant(false)), anybody_(constant(true)),
      verifier_(keys == nullptr ? nullptr
                                : std::make_unique<api::auth::Verifier<VerifiedToken>>(*keys)) {}

Authenticator::~Authenticator() = default;

Answer<std::shared_ptr<const Claims>> Authenticator::authenticate(std::string_view authorization) {
  if (!settings_.required)
    return anybody_;
  if (authorization.empty())
    return nobody_;
  const auto token = verify(authorization);
  if (!token.ok()) {
    report_(token.status());
    return nobody_;
  }
  if (!(*token)->payload.user_id.has_value())
    return custom_claims((*token)->payload);
  return user_claims(**token);
}

Result<std::shared_ptr<const Authenticator::VerifiedToken>>
Authenticator::verify(std::string_view authorization) {
  TENON_ASSIGN_OR_RETURN(const std::string_view text, api::auth::bearer_token(authorization));
  Status first(Code::kUnauthenticated, "TOKEN_KEY_UNKNOWN: no keys are configured");
  if (verifier_ != nullptr) {
    auto verified = verifier_->verify(text, now_s_(), [this](const Json& claims) {
      return read(claims, settings_.audience, {});
    });
    if (verified.ok())
      return verified;
    first = verified.status();
  }
  auto verified = verify_with_provider(text);
  // Where there is no provider to ask, the first reason is the one to hear.
  return verified.ok() || verified.status().code() != Code::kNotFound
             ? std::move(verified)
             : Result<std::shared_ptr<const VerifiedToken>>(std::move(first));
}

Result<std::shared_ptr<const Authenticator::VerifiedToken>>
Authenticator::verify_with_provider(std::string_view text) {
  TENON_ASSIGN_OR_RETURN(const api::auth::Token token, api::auth::parse_token(text));
  const auto issuer = token.claims.find("iss");
  if (issuer == token.claims.end() || !issuer->is_string())
    return not_found("TOKEN_ISSUER: the token does not say who issued it");
  TENON_ASSIGN_OR_RETURN(const auto trusted, users_.trusted_issuer(issuer->get<std::string>()));
  if (!trusted.has_value())
    return not_found("TOKEN_ISSUER: no active identity provider has the issuer " +
                     api::dump(*issuer));
  const auto keys = provider(trusted->jwks_url);
  if (keys == nullptr) {
    return Status(Code::kUnauthenticated,
                  "TOKEN_ISSUER: no keys can be had from " + trusted->jwks_url);
  }
  keys->wait_for_keys();
  TENON_ASSIGN_OR_RETURN(
      auto verified, keys->verifier.verify(text, now_s_(), [&](const Json& claims) {
        return read(claims, trusted->audience, trusted->identity_provider_id);
      }));
  // Two providers may share a URL, and a provider's audience may change.
  if (verified->identity_provider_id != trusted->identity_provider_id ||
      !trusted->audience.empty()) {
    TENON_ASSIGN_OR_RETURN(
        VerifiedToken again,
        read(token.claims, trusted->audience, trusted->identity_provider_id));
    verified = std::make_shared<const VerifiedToken>(std::move(again));
  }
  return verified;
}

std::shared_ptr<Authenticator::Provider> Authenticator::provider(const std::string& jwks_url) {
  std::map<std::string, std::shared_ptr<Provider>> dropped; // ends its threads after the lock
  const std::lock_guard lock(mutex_);
  if (const auto found = providers_.find(jwks_url); found != providers_.end())
    return found->second;
  if (providers_.size() >= kMaxProviders)
    dropped.swap(providers_);
  KeySourceSettings settings;
  settings.jwks_url = jwks_url;
  settings.refresh_s = settings_.provider_keys_refresh_s;
  settings.fetch_timeout_ms = settings_.provider_keys_timeout_ms;
  auto source = KeySource::open(std::move(settings));
  if (!source.ok()) {
    report_(source.status());
    return nullptr;
  }
  (*source)->start(report_);
  return providers_.emplace(jwks_url, std::make_shared<Provider>(std::move(*source)))
      .first->second;
}

Result<Authenticator::VerifiedToken> Authenticator::read(const Json& claims,
                                                         const std::string& audience,
                                                         std::string identity_provider_id) const {
  VerifiedToken token;
  TENON_ASSIGN_OR_RETURN(token.payload, read_payload(claims, audience, now_s_()));
  if (!identity_provider_id.empty() && !token.payload.user_id.has_value()) {
    return Status(Code::kUnauthenticated,
                  "TOKEN_CLAIMS: identity providers issue tokens of users; found custom claims");
  }
  token.expires_at_s = token.payload.expires_at_s;
  token.identity_provider_id = std::move(identity_provider_id);
  return token;
}

std::string Authenticator::refusal_of(const TokenPayload& payload) const {
  if (payload.ledger_id.has_value() && *payload.ledger_id != settings_.ledger_id) {
    return "it is for the ledger '" + *payload.ledger_id + "', this is '" + settings_.ledger_id +
           "'";
  }
  if (payload.participant_id.has_value() && *payload.participant_id != settings_.participant_id) {
    return "it is for the participant '" + *payload.participant_id + "', this is '" +
           settings_.participant_id + "'";
  }
  return {};
}

std::shared_ptr<const Claims> Authenticator::custom_claims(const TokenPayload& payload) const {
  auto claims = std::make_shared<Claims>();
  claims->authenticated = true;
  claims->participant_admin = payload.admin;
  claims->act_as = payload.act_as;
  claims->read_as = payload.read_as;
  claims->application_id = payload.application_id;
  claims->expires_at_s = payload.expires_at_s;
  claims->refusal = refusal_of(payload);
  return claims;
}

Answer<std::shared_ptr<const Claims>> Authenticator::user_claims(const VerifiedToken& token) {
  const std::string& user = *token.payload.user_id;
  TENON_ASSIGN_OR_RETURN(const auto rights, users_.rights_of(user));
  if (rights == nullptr)
    return not_allowed("there is no user '" + user + "'");
  if (rights->identity_provider_id != token.identity_provider_id)
    return not_allowed("the user '" + user + "' belongs to another identity provider");
  if (rights->deactivated)
    return not_allowed("the user '" + user + "' is deactivated");
  const std::lock_guard lock(token.slot->mutex);
  if (token.slot->rights == rights)
    return token.slot->claims;
  auto claims = std::make_shared<Claims>();
  claims->authenticated = true;
  claims->participant_admin = rights->participant_admin;
  claims->identity_provider_admin = rights->identity_provider_admin;
  claims->act_as = rights->act_as;
  claims->read_as = rights->read_as;
  claims->user_id = user;
  claims->application_id = user;
  claims->identity_provider_id = rights->identity_provider_id;
  claims->expires_at_s = token.expires_at_s;
  claims->refusal = refusal_of(token.payload);
  token.slot->rights = rights;
  token.slot->claims = claims;
  return std::shared_ptr<const Claims>(std::move(claims));
}

Outcome Authenticator::still_valid(const Claims& claims) {
  if (claims.anybody)
    return {};
  if (claims.expires_at_s != 0 && claims.expires_at_s <= now_s_())
    return not_allowed("it has ended while the stream was open");
  if (claims.user_id.empty())
    return {};
  const auto rights = users_.rights_of(claims.user_id);
  if (!rights.ok())
    return rights.failure();
  if (*rights == nullptr || (*rights)->deactivated || !same_rights(claims, **rights)) {
    return Failure(codes::kStaleStreamAuthorization,
                   "the rights of the user have changed since the stream was opened; open it anew");
  }
  return {};
}

} // namespace tenon::daml_api
