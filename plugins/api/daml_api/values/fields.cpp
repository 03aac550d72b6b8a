#include "values/fields.hpp"

#include "errors/codes.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace api = com::daml::ledger::api::v1;

namespace {

constexpr std::size_t kMaxDottedNameSize = 1000;
constexpr std::size_t kMaxQuotedSize = 200;
constexpr std::size_t kContractIdDigits = 66; // without suffix
constexpr std::size_t kMaxContractIdDigits = kContractIdDigits + 2 * 94;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string quoted(std::string_view text) {
  if (text.size() > kMaxQuotedSize)
    return "\"" + as_utf8(text.substr(0, kMaxQuotedSize)) + "…\"";
  return "\"" + as_utf8(text) + "\"";
}

// What stands for a package in a name of a type.
Outcome require_package(std::string_view text) {
  if (text.empty() || text.front() != '#')
    return require_field(kPackageIdSyntax, text, "package_id");
  if (const std::string flaw = name_flaw(kPackageNameSyntax, text.substr(1)); !flaw.empty())
    return invalid_field("package_id", flaw);
  return {};
}

} // namespace

Failure missing_field(std::string_view field) {
  return Failure(codes::kMissingField,
                 "The request is missing a mandatory field: " + std::string(field))
      .with("field_name", std::string(field));
}

Failure invalid_field(std::string_view field, std::string_view why) {
  return Failure(codes::kInvalidField,
                 "The submitted command has a field with invalid value: Invalid field " +
                     std::string(field) + ": " + std::string(why));
}

Failure wrong_argument(std::string_view why) {
  return Failure(codes::kInvalidArgument, "The request has a wrong argument: " + std::string(why));
}

Failure invalid_deduplication(std::string_view why) {
  return Failure(codes::kInvalidDeduplicationPeriod,
                 "The submitted command had an invalid deduplication period: " + std::string(why));
}

std::string name_flaw(const NameSyntax& syntax, std::string_view text) {
  const std::string what(syntax.what);
  if (text.empty())
    return what + " is empty";
  if (text.size() > syntax.max_size) {
    return what + " is too long: " + std::to_string(text.size()) + " characters, at most " +
           std::to_string(syntax.max_size);
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit_fits = is_digit(c) && (i > 0 || syntax.digit_may_lead);
    if (is_letter(c) || digit_fits || syntax.symbols.find(c) != std::string_view::npos)
      continue;
    return "non expected character 0x" + to_hex(text.substr(i, 1)) + " in " + what + " " +
           quoted(text);
  }
  return {};
}

Outcome require_field(const NameSyntax& syntax, std::string_view text, std::string_view field) {
  if (text.empty())
    return missing_field(field);
  return optional_field(syntax, text, field);
}

Outcome optional_field(const NameSyntax& syntax, std::string_view text, std::string_view field) {
  if (text.empty())
    return {};
  if (const std::string flaw = name_flaw(syntax, text); !flaw.empty())
    return invalid_field(field, flaw);
  return {};
}

Outcome require_argument(const NameSyntax& syntax, std::string_view text) {
  if (const std::string flaw = name_flaw(syntax, text); !flaw.empty())
    return wrong_argument(flaw);
  return {};
}

Outcome require_dotted_name(std::string_view text, std::string_view field) {
  if (text.size() > kMaxDottedNameSize) {
    return invalid_field(field, "a dotted name of " + std::to_string(text.size()) +
                                    " characters, at most " + std::to_string(kMaxDottedNameSize));
  }
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find('.', start);
    const std::string flaw = name_flaw(kNameSyntax, text.substr(start, end - start));
    if (!flaw.empty())
      return invalid_field(field, flaw + ", a part of the dotted name " + quoted(text));
    if (end == std::string_view::npos)
      return {};
    start = end + 1;
  }
}

bool is_contract_id(std::string_view text) {
  if (text.size() < kContractIdDigits || text.size() > kMaxContractIdDigits || text.size() % 2 != 0)
    return false;
  for (const char c : text) {
    if (!is_digit(c) && !(c >= 'a' && c <= 'f'))
      return false;
  }
  return text.starts_with("00");
}

std::string contract_id_flaw(std::string_view text) {
  return "cannot parse ContractId " + quoted(text) +
         ": expected 66 to 254 lower-case hexadecimal digits that begin with 00";
}

Outcome require_contract_id(std::string_view text, std::string_view field) {
  if (text.empty())
    return missing_field(field);
  if (!is_contract_id(text))
    return invalid_field(field, contract_id_flaw(text));
  return {};
}

Answer<std::string> require_identifier(const api::Identifier& identifier) {
  TENON_RETURN_IF_FAILED(require_field(kPackageIdSyntax, identifier.package_id(), "package_id"));
  TENON_RETURN_IF_FAILED(require_dotted_name(identifier.module_name(), "module_name"));
  TENON_RETURN_IF_FAILED(require_dotted_name(identifier.entity_name(), "entity_name"));
  return identifier.package_id() + ":" + identifier.module_name() + ":" + identifier.entity_name();
}

Answer<std::string> require_type(const api::Identifier& identifier) {
  TENON_RETURN_IF_FAILED(require_package(identifier.package_id()));
  TENON_RETURN_IF_FAILED(require_dotted_name(identifier.module_name(), "module_name"));
  TENON_RETURN_IF_FAILED(require_dotted_name(identifier.entity_name(), "entity_name"));
  return identifier.package_id() + ":" + identifier.module_name() + ":" + identifier.entity_name();
}

api::Identifier api_identifier(std::string_view type) {
  api::Identifier identifier;
  const std::size_t package_end = type.find(':');
  const std::size_t module_end = type.find(':', package_end + 1);
  if (package_end == std::string_view::npos || module_end == std::string_view::npos)
    return identifier;
  identifier.set_package_id(std::string(type.substr(0, package_end)));
  identifier.set_module_name(
      std::string(type.substr(package_end + 1, module_end - package_end - 1)));
  identifier.set_entity_name(std::string(type.substr(module_end + 1)));
  return identifier;
}

Outcome match_ledger_id(std::string_view ours, std::string_view asked) {
  if (asked.empty() || asked == ours)
    return {};
  return Failure(codes::kLedgerIdMismatch, "Ledger ID '" + std::string(asked) +
                                               "' not found. Actual Ledger ID is '" +
                                               std::string(ours) + "'.");
}

} // namespace tenon::daml_api
