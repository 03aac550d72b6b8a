// Who asks, and what it may do. Made from a token once per request; immutable, any thread.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "errors/failure.hpp"

namespace tenon::daml_api {

struct Claims {
  bool anybody = false; // authorization is off: everything is allowed
  bool authenticated = false;
  bool participant_admin = false;
  bool identity_provider_admin = false;
  std::set<std::string> act_as;
  std::set<std::string> read_as;
  std::string user_id;              // empty for custom claims and without a token
  std::string application_id;       // that requests must carry; empty: any
  std::string identity_provider_id; // empty: the default one
  std::uint64_t expires_at_s = 0;   // Unix time; 0: never
  std::string refusal; // why a good token is good for nothing here: it is for another ledger …

  // UNAUTHENTICATED without a token, PERMISSION_DENIED without the right.
  [[nodiscard]] Outcome require_public() const;
  [[nodiscard]] Outcome require_admin() const;
  // Administration of the default identity provider's users, or those of one's own.
  [[nodiscard]] Outcome require_admin_of(const std::string& identity_provider_id) const;
  // That the request is about the identity provider one belongs to; of participant administrators
  // who belong to the default one, about any.
  [[nodiscard]] Outcome require_identity_provider(const std::string& identity_provider_id) const;
  [[nodiscard]] Outcome require_act_as(const std::string& party) const;
  [[nodiscard]] Outcome require_read_as(const std::string& party) const;
  // Fills in the user where the request left it empty.
  [[nodiscard]] Answer<std::string> require_application(const std::string& application_id) const;

  // Administers the participant, or is not held to anything.
  [[nodiscard]] bool administers_participant() const { return anybody || participant_admin; }
};

// PERMISSION_DENIED. Clients are told the code alone, the log has the reason.
[[nodiscard]] Failure not_allowed(const std::string& reason);

} // namespace tenon::daml_api
