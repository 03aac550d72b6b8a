// The Daml part of the tour that `tenon up` gives: the token of the samples on a node, minted and
// passed on. One thread.
#pragma once

#include "node_client.hpp"

namespace tenon::tool {

// Through the session's node, in steps that are told; what is done already is not done again. The
// parties must be there. null where the node has no engine `daml`.
[[nodiscard]] Result<Json> daml_tour(Session& session, NodeClient& node);

} // namespace tenon::tool
