// New packages: from a DAR to a payload (on the node that it is sent to), from the payload to the
// state (on every replica). Any thread.
#pragma once

#include "engine/package_library.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/plugin/engine.hpp"

namespace tenon::daml::engine {

// Part of the engine's rules.
inline constexpr std::size_t kMaxSourceBytes = 256;

// What a DAR brings that the ledger does not have.
[[nodiscard]] Result<v1::Upload> prepare_upload(PackageLibrary& library,
                                                const plugin::StateView& view, BytesView dar,
                                                std::string_view source);
// {"packages": [ids of those that are new]}
[[nodiscard]] Result<plugin::ExecutionResult> execute_upload(PackageLibrary& library,
                                                             const plugin::StateView& view,
                                                             const v1::Upload& upload,
                                                             std::uint64_t record_time_us);

} // namespace tenon::daml::engine
