// Requests as API plugins write them (Request in engine.proto). Any thread.
#pragma once

#include "engine/package_library.hpp"
#include "engine/settings.hpp"

namespace tenon::daml::engine {

// `request` is a Request, the answer a Response.
[[nodiscard]] Result<Bytes> answer_request(PackageLibrary& library, const Settings& settings,
                                           const plugin::StateView& view, BytesView request);

} // namespace tenon::daml::engine
