// Who may call which method: one table for all services of the API. Step 2 of a request's path,
// before any of its fields is looked at for itself. The table is constant; any thread.
#pragma once

#include <google/protobuf/message.h>
#include <span>
#include <string_view>

#include "auth/claims.hpp"
#include "errors/failure.hpp"

namespace tenon::daml_api {

enum class Access {
  kOpen,             // anybody, without a token too
  kPublic,           // whoever has a valid token
  kParticipantAdmin, // administrators of the participant
  kAdministration,   // those of the participant, and those of the identity provider asked about
  kOwnUser,          // kAdministration; users about themselves
  kReadAs,           // for each party of the request, the right to read or act as it
  kActAs,            // the right to act as those it acts as, to read as those it reads as
};

struct AccessRule {
  std::string_view method; // "com.daml.ledger.api.v1.PackageService/ListPackages"
  Access access;
};

// By method, every one of the API.
[[nodiscard]] std::span<const AccessRule> access_rules();

// Whether the claims allow this request of this method. Fills in what the request leaves to the
// token: the application, the user, the identity provider. A method that is not in the table is
// refused.
[[nodiscard]] Outcome authorize(std::string_view method, const Claims& claims,
                                google::protobuf::Message& request);

} // namespace tenon::daml_api
