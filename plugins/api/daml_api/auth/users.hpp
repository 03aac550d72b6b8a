// What authentication asks the participant's own records: who the users are and which issuers of
// tokens are trusted. Implemented by the participant store and by fakes in the tests; any thread.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>

#include "errors/failure.hpp"

namespace tenon::daml_api {

// Immutable; another pointer whenever something of it has changed.
struct UserRights {
  bool deactivated = false;
  bool participant_admin = false;
  bool identity_provider_admin = false;
  std::set<std::string> act_as;
  std::set<std::string> read_as;
  std::string identity_provider_id; // empty: the default one
};

struct TrustedIssuer {
  std::string identity_provider_id;
  std::string jwks_url;
  std::string audience; // that its tokens must name; empty: none in particular
};

class UserDirectory {
public:
  virtual ~UserDirectory() = default;
  // Null when there is no such user; INVALID_ARGUMENT when there cannot be one of that id.
  [[nodiscard]] virtual Answer<std::shared_ptr<const UserRights>>
  rights_of(const std::string& user_id) = 0;
  // Nothing when no identity provider has that issuer or the one that has is deactivated.
  [[nodiscard]] virtual Result<std::optional<TrustedIssuer>>
  trusted_issuer(const std::string& issuer) = 0;
};

} // namespace tenon::daml_api
