#include "lf/version.hpp"

#include <algorithm>

namespace tenon::daml::lf {

std::string to_string(LanguageVersion version) {
  return "1." + minor_text(version);
}

std::string minor_text(LanguageVersion version) {
  return std::to_string(static_cast<int>(version));
}

std::string_view supported_versions() {
  return "1.6-1.8, 1.11-1.15 and 1.17";
}

Result<LanguageVersion> parse_minor_version(std::string_view minor) {
  for (const LanguageVersion version : kLanguageVersions) {
    if (minor == minor_text(version))
      return version;
  }
  constexpr std::size_t kShown = 16;
  return Status(Code::kUnimplemented, "language version: expected one of " +
                                          std::string(supported_versions()) + ", found 1." +
                                          std::string(minor.substr(0, kShown)));
}

TransactionVersion transaction_version(LanguageVersion version) {
  const auto minor = static_cast<std::uint8_t>(version);
  return std::max(static_cast<TransactionVersion>(minor), kOldestTransactionVersion);
}

} // namespace tenon::daml::lf
