// PartyManagementService: which parties there are, new ones, and what this participant notes of
// them.
#pragma once

#include "services/participant_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_party_management(rpc::Methods& methods, const ParticipantParts& parts);

} // namespace tenon::daml_api
