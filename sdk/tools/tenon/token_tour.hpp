// The tour that `tenon up` gives: a token contract on a node, a transfer, and a proof of what came
// of it, checked offline; then the token of the Daml samples. One thread.
#pragma once

#include <chrono>
#include <filesystem>

#include "session.hpp"

namespace tenon::tool {

// Through the session's node, in steps that are told. `began`: what the time to the first transfer
// counts from; `genesis`: what the proof is checked against.
[[nodiscard]] Result<Json> token_tour(Session& session,
                                      std::chrono::steady_clock::time_point began,
                                      const std::filesystem::path& genesis);

} // namespace tenon::tool
