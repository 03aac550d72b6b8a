// IdentityProviderConfigService: who else may issue tokens for users of this participant.
#pragma once

#include "services/participant_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_identity_provider_config(rpc::Methods& methods, const ParticipantParts& parts);

} // namespace tenon::daml_api
