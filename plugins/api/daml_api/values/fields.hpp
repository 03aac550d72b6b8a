// What the fields of requests may hold, and how a request fails that holds something else. Checks
// of one text each, in the reading of every service; pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "com/daml/ledger/api/v1/value.pb.h"
#include "errors/failure.hpp"

namespace tenon::daml_api {

// MISSING_FIELD, INVALID_FIELD, INVALID_ARGUMENT, INVALID_DEDUPLICATION_PERIOD.
[[nodiscard]] Failure missing_field(std::string_view field);
[[nodiscard]] Failure invalid_field(std::string_view field, std::string_view why);
[[nodiscard]] Failure wrong_argument(std::string_view why);
[[nodiscard]] Failure invalid_deduplication(std::string_view why);

// Which texts are names of one kind: letters and digits of ASCII, and some symbols.
struct NameSyntax {
  std::string_view what; // for messages
  std::string_view symbols;
  std::size_t max_size;
  bool digit_may_lead;
};

inline constexpr NameSyntax kNameSyntax{"name", "$_", 1000, false};
inline constexpr NameSyntax kPartySyntax{"Party", ":-_ ", 255, true};
inline constexpr NameSyntax kPackageIdSyntax{"package id", "-_ ", 64, true};
inline constexpr NameSyntax kPackageNameSyntax{"package name", "-_", 255, true};
inline constexpr NameSyntax kLedgerStringSyntax{"ledger string", "._:-#/ ", 255, true};
inline constexpr NameSyntax kApplicationIdSyntax{"application id", "._:-#/!|@^$`+'~ ", 255, true};
inline constexpr NameSyntax kUserIdSyntax{"user id", "@^$.!`-#+'~_|:", 128, true};

// What is wrong with the text, as the end of a sentence; empty when nothing is.
[[nodiscard]] std::string name_flaw(const NameSyntax& syntax, std::string_view text);

// A field that must be there: MISSING_FIELD when empty, else INVALID_FIELD.
[[nodiscard]] Outcome require_field(const NameSyntax& syntax, std::string_view text,
                                    std::string_view field);
// As above, but may be empty.
[[nodiscard]] Outcome optional_field(const NameSyntax& syntax, std::string_view text,
                                     std::string_view field);
// Where no field is named: INVALID_ARGUMENT.
[[nodiscard]] Outcome require_argument(const NameSyntax& syntax, std::string_view text);
[[nodiscard]] inline Outcome require_party(std::string_view text) {
  return require_argument(kPartySyntax, text);
}

// One or more names with dots between them, 1000 characters at most. INVALID_FIELD.
[[nodiscard]] Outcome require_dotted_name(std::string_view text, std::string_view field);

// Contract ids: lower-case hexadecimal of a byte 0, 32 bytes and at most 94 more.
[[nodiscard]] bool is_contract_id(std::string_view text);
[[nodiscard]] std::string contract_id_flaw(std::string_view text); // of one that is none
[[nodiscard]] Outcome require_contract_id(std::string_view text, std::string_view field);

// "package:Module.Name:Type.Name", as the engine names types.
[[nodiscard]] Answer<std::string>
require_identifier(const com::daml::ledger::api::v1::Identifier& identifier);
// Of a template or interface, where the package may be given by its name: "#name".
[[nodiscard]] Answer<std::string>
require_type(const com::daml::ledger::api::v1::Identifier& identifier);
// Back: of a name that the engine gave.
[[nodiscard]] com::daml::ledger::api::v1::Identifier api_identifier(std::string_view type);

// An empty ledger id is any; LEDGER_ID_MISMATCH for that of another ledger.
[[nodiscard]] Outcome match_ledger_id(std::string_view ours, std::string_view asked);

} // namespace tenon::daml_api
