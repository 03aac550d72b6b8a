// From the metadata "authorization" of a call to the claims that its services hold it to. Step 1 of
// a request's path. Owned by the plugin object; any thread. May block for as long as a user is
// looked up, and once per identity provider until its keys have come.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "auth/claims.hpp"
#include "auth/token_payload.hpp"
#include "auth/users.hpp"
#include "common/auth/verifier.hpp"
#include "errors/failure.hpp"

namespace tenon::daml_api {

struct AuthenticatorSettings {
  bool required = true; // false: everybody may do everything
  std::string ledger_id;
  std::string participant_id;
  std::string audience; // that tokens must name, if not empty
  std::uint64_t provider_keys_refresh_s = 300;
  std::uint64_t provider_keys_timeout_ms = 5000;
};

class Authenticator {
public:
  using WallClock = std::function<std::uint64_t()>; // seconds since the Unix epoch
  // Hears why a token was not taken; clients are told only that it was not.
  using Report = std::function<void(const Status& status)>;

  // `keys` (null where tokens are signed by identity providers only) and `users` outlive this.
  Authenticator(AuthenticatorSettings settings, api::auth::KeySource* keys, UserDirectory& users,
                WallClock now_s, Report report);
  ~Authenticator();

  // Without a token, or with one that is not valid, the claims are not `authenticated`, and it is
  // for the rule of the method to say whether that will do. A failure is about the token's user.
  [[nodiscard]] Answer<std::shared_ptr<const Claims>> authenticate(std::string_view authorization);

  // For streams, every now and then: fails once the token has ended (PERMISSION_DENIED) or what its
  // user may do is not what it was (STALE_STREAM_AUTHORIZATION).
  [[nodiscard]] Outcome still_valid(const Claims& claims);

private:
  struct VerifiedToken;
  struct Provider;

  [[nodiscard]] Result<std::shared_ptr<const VerifiedToken>> verify(std::string_view authorization);
  [[nodiscard]] Result<std::shared_ptr<const VerifiedToken>>
  verify_with_provider(std::string_view text);
  [[nodiscard]] std::shared_ptr<Provider> provider(const std::string& jwks_url);
  [[nodiscard]] Result<VerifiedToken> read(const api::Json& claims, const std::string& audience,
                                           std::string identity_provider_id) const;
  [[nodiscard]] std::shared_ptr<const Claims> custom_claims(const TokenPayload& payload) const;
  [[nodiscard]] Answer<std::shared_ptr<const Claims>> user_claims(const VerifiedToken& token);
  [[nodiscard]] std::string refusal_of(const TokenPayload& payload) const;

  const AuthenticatorSettings settings_;
  UserDirectory& users_;
  const WallClock now_s_;
  const Report report_;
  const std::shared_ptr<const Claims> nobody_;
  const std::shared_ptr<const Claims> anybody_;
  std::unique_ptr<api::auth::Verifier<VerifiedToken>> verifier_; // null without keys
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Provider>> providers_; // by the URL of their keys
};

} // namespace tenon::daml_api
