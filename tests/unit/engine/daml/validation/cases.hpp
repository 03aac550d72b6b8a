// For every rule a package that keeps it and one that does not, which differ in little else.
#pragma once

#include <span>

#include "lab.hpp"
#include "validation/rules.hpp"

namespace tenon::daml::validation {

struct Case {
  Rule rule;
  std::string_view what;
  lf::LanguageVersion version;
  void (*keep)(Lab&);
  void (*violate)(Lab&);
};

// The same for a value that is added to the package.
struct ClaimCase {
  Rule rule;
  std::string_view what;
  Claim (*keep)(Lab&);
  Claim (*violate)(Lab&);
  lf::LanguageVersion version = lf::LanguageVersion::k1_15;
};

[[nodiscard]] std::span<const Case> definition_cases();
[[nodiscard]] std::span<const Case> interface_cases();
[[nodiscard]] std::span<const Case> version_cases();
[[nodiscard]] std::span<const ClaimCase> type_cases();
[[nodiscard]] std::span<const ClaimCase> expression_cases();
[[nodiscard]] std::span<const ClaimCase> data_cases();
[[nodiscard]] std::span<const ClaimCase> update_cases();

} // namespace tenon::daml::validation
