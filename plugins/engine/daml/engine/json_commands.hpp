// Commands as applications write them (docs/spec/daml-engine.md): JSON to what the interpreter
// takes, typed by the packages of the ledger. Any thread.
#pragma once

#include "engine/json_requests.hpp"
#include "engine/package_library.hpp"
#include "engine/payload.hpp"

namespace tenon::daml::engine {

// One command, or `commands` with several and what belongs to all of them. The times of the
// submission are `now`, or what the application asks for.
[[nodiscard]] Result<Submission> read_submission(PackageLibrary& library,
                                                 const plugin::StateView& view,
                                                 const NamedRequest& request, Timestamp now);

// The type of a template's key, as the application gives it: for queries too.
[[nodiscard]] Result<Value> read_key(PackageLibrary& library, const Identifier& template_id,
                                     const nlohmann::json& key);
// "package:Module:Name" or "#package-name:Module:Name", its package loaded.
[[nodiscard]] Result<Identifier> read_type(PackageLibrary& library, const plugin::StateView& view,
                                           const std::string& text);

inline constexpr const char* kKnownCommands =
    "create, exercise, exerciseByKey, createAndExercise, commands, upload";

} // namespace tenon::daml::engine
