// Offsets of the ledger as clients see them: texts that sort as the ledger does. What is given out
// is 16 lower-case hexadecimal digits of the host's offset; what comes in may be hexadecimal of any
// length, since clients compute with offsets too. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "com/daml/ledger/api/v1/ledger_offset.pb.h"
#include "errors/failure.hpp"

namespace tenon::daml_api {

[[nodiscard]] std::string offset_text(std::uint64_t offset);

// The host's offset that has the same transactions before and after it as `text`. `field` is where
// the text stands in the request, for the failure: MISSING_FIELD when it is empty,
// NON_HEXADECIMAL_OFFSET when it is no offset.
[[nodiscard]] Answer<std::uint64_t> parse_offset(std::string_view text, std::string_view field);

// Whether a text is the hexadecimal form of bytes, as all offsets are.
[[nodiscard]] bool is_hexadecimal(std::string_view text);

// Of a message: boundaries are 0 and `ledger_end`.
[[nodiscard]] Answer<std::uint64_t>
resolve_offset(const com::daml::ledger::api::v1::LedgerOffset& offset, std::string_view field,
               std::uint64_t ledger_end);

// OFFSET_AFTER_LEDGER_END, which says what kind of offset it was: "Begin", "End", "Absolute".
[[nodiscard]] Outcome require_not_after_end(std::string_view kind, std::uint64_t offset,
                                            std::uint64_t ledger_end);

} // namespace tenon::daml_api
