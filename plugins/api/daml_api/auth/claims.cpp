#include "auth/claims.hpp"

#include "errors/codes.hpp"

namespace tenon::daml_api {

Outcome Claims::require_public() const {
  if (anybody)
    return {};
  if (!authenticated) {
    return Failure(codes::kUnauthenticated, "no valid token came with the request; send the "
                                            "metadata \"authorization: Bearer <token>\"");
  }
  if (!refusal.empty())
    return not_allowed(refusal);
  return {};
}

Outcome Claims::require_admin() const {
  TENON_RETURN_IF_FAILED(require_public());
  if (!administers_participant())
    return not_allowed("it is not that of an administrator of the participant");
  return {};
}

Outcome Claims::require_admin_of(const std::string& wanted) const {
  TENON_RETURN_IF_FAILED(require_public());
  if (!administers_participant() && !identity_provider_admin)
    return not_allowed("it is not that of an administrator");
  return require_identity_provider(wanted);
}

Outcome Claims::require_identity_provider(const std::string& wanted) const {
  TENON_RETURN_IF_FAILED(require_public());
  const bool everywhere = anybody || (participant_admin && identity_provider_id.empty());
  if (!everywhere && wanted != identity_provider_id) {
    return not_allowed("the request is about the identity provider \"" + wanted +
                  "\", the token belongs to \"" + identity_provider_id + "\"");
  }
  return {};
}

Outcome Claims::require_act_as(const std::string& party) const {
  TENON_RETURN_IF_FAILED(require_public());
  if (!anybody && !act_as.contains(party))
    return not_allowed("it may not act as the party '" + party + "'");
  return {};
}

Outcome Claims::require_read_as(const std::string& party) const {
  TENON_RETURN_IF_FAILED(require_public());
  if (!anybody && !read_as.contains(party) && !act_as.contains(party))
    return not_allowed("it may not read as the party '" + party + "'");
  return {};
}

Answer<std::string> Claims::require_application(const std::string& wanted) const {
  TENON_RETURN_IF_FAILED(require_public());
  if (wanted.empty() && application_id.empty()) {
    return Failure(codes::kInvalidArgument,
                   "the field application_id is empty, and there is no token that names an "
                   "application or a user to take its place");
  }
  if (wanted.empty())
    return application_id;
  if (!application_id.empty() && wanted != application_id) {
    return not_allowed("it is for the application '" + application_id + "', the request for '" +
                  wanted + "'");
  }
  return wanted;
}

Failure not_allowed(const std::string& reason) {
  return {codes::kPermissionDenied, "the token does not allow this request: " + reason};
}

} // namespace tenon::daml_api
