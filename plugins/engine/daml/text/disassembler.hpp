// Writes a package as text that people read and edit; assembler.hpp reads it. The language is
// described in docs/daml-text.md. Pure; any thread.
//
// What a package means stands in its modules. What only decides about the bytes of its archive, the
// order of its tables and the places in source files, stands in a section of its own behind them,
// so that the text of a decoded package gives back the same bytes and thereby the same package id.
#pragma once

#include <string>

#include "lf/package.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::text {

// INVALID_ARGUMENT for a package, made by a builder, that no archive can hold: nested too deep, not
// UTF-8. RESOURCE_EXHAUSTED beyond kMaxTextSize.
Result<std::string> disassemble(const lf::Package& package);

} // namespace tenon::daml::text
