// Answers the engine's requests (docs/spec/daml-engine.md) under the parties that ask. Any thread.
#pragma once

#include "engine/package_library.hpp"
#include "engine/settings.hpp"

namespace tenon::daml::engine {

[[nodiscard]] Result<Bytes> answer_query(PackageLibrary& library, const Settings& settings,
                                         const plugin::StateView& view, BytesView request,
                                         std::span<const std::string> parties);

} // namespace tenon::daml::engine
