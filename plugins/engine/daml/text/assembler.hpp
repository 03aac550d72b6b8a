// Reads the textual form of a package, whether a disassembler or a person wrote it. The language is
// described in docs/daml-text.md. Pure; any thread.
//
// A text without a section of tables gets canonical ones: names, dotted names and types in the
// order in which the text first needs them, each once, with the parts of a type before it.
#pragma once

#include <string_view>

#include "lf/package.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::text {

// INVALID_ARGUMENT as "line:column: what: expected this, found that" for the first thing that is
// wrong; RESOURCE_EXHAUSTED beyond kMaxTextSize. The package has no id, which is the hash of its
// encoding. What the text says is a package; whether it means anything is the validator's business.
// Reading and writing the deepest text that may be takes up to 2 MiB of the thread's stack.
Result<lf::Package> assemble(std::string_view text);

} // namespace tenon::daml::text
