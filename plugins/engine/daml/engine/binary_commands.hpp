// Commands as API plugins write them (CommandRequest in engine.proto): typed by the packages of the
// ledger as the Ledger API demands, refused with the ids that its clients know. Any thread.
#pragma once

#include "engine/package_library.hpp"
#include "engine/payload.hpp"
#include "engine/typed_values.hpp"

namespace tenon::daml::engine {

// What begins a command or request that is a message; no JSON begins with it.
inline constexpr char kBinaryForm = '\0';

[[nodiscard]] Status preprocessing_failed(const std::string& what);

// Submitted `now`; with that ledger time, or the later one that they ask for.
[[nodiscard]] Result<Submission> read_commands(PackageLibrary& library,
                                               const plugin::StateView& view,
                                               const v1::Commands& message, Timestamp now);

// The template's key, as a client wrote it.
[[nodiscard]] Result<Value> read_client_key(ValueTyper& typer,
                                            const interpreter::TemplateCode& code,
                                            BytesView bytes);

} // namespace tenon::daml::engine
