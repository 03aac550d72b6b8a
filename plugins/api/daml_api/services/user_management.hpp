// UserManagementService: users of this participant and what they may do.
#pragma once

#include "services/participant_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_user_management(rpc::Methods& methods, const ParticipantParts& parts);

} // namespace tenon::daml_api
