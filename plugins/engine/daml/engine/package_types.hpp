// What a package defines that users of a ledger name: templates, interfaces, and which template is
// an instance of which interface. Made once for each package from its definitions, without
// compiling any; immutable; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lf/package.hpp"

namespace tenon::daml::engine {

using PackageVersion = std::vector<std::uint64_t>;
// "1.10.2" is after "1.9": number by number.
[[nodiscard]] PackageVersion package_version(std::string_view text);

struct PackageTypes {
  std::string id;
  std::string name;       // empty before language version 1.8
  PackageVersion version; // the same
  // "Module:Name"
  std::set<std::string, std::less<>> templates;
  std::set<std::string, std::less<>> interfaces;
  // By interface the templates, "package:Module:Name" both: what its templates say of themselves,
  // and its interfaces of templates that came before them.
  std::multimap<std::string, std::string, std::less<>> instances;

  // Of this package.
  [[nodiscard]] std::string full_name(std::string_view in_package) const {
    return std::string(id).append(":").append(in_package);
  }
};

[[nodiscard]] PackageTypes types_of(const lf::Package& package);

} // namespace tenon::daml::engine
