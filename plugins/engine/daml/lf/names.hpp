// Names of Daml-LF: what a package stores instead of text. Values; any thread. Which texts are
// names at all: values/names.hpp.
//
// Every name, text and dotted name of a package stands once in the package's tables; the syntax
// tree holds 32-bit entries of those. The tables have no two equal entries, so within one package
// equal entries are equal names. Across packages compare the texts.
#pragma once

#include <compare>
#include <cstdint>

namespace tenon::daml::lf {

// An entry of the package's table of strings: Package::text().
struct StringId {
  std::uint32_t index = 0;
  friend auto operator<=>(const StringId&, const StringId&) = default;
};
// A string of the syntax of names: variable, field, constructor, choice, method.
using Name = StringId;

// An entry of the package's table of dotted names, "DA.Internal.Template".
struct DottedName {
  std::uint32_t index = 0;
  friend auto operator<=>(const DottedName&, const DottedName&) = default;
};
using ModuleName = DottedName;

// An entry of the package's list of packages that it mentions. Entry 0 is the package itself: a
// package cannot know its own id, which is the hash of its bytes.
struct PackageRef {
  std::uint32_t index = 0;
  [[nodiscard]] bool is_self() const { return index == 0; }
  friend auto operator<=>(const PackageRef&, const PackageRef&) = default;
};

struct ModuleRef {
  PackageRef package;
  ModuleName module;
  friend auto operator<=>(const ModuleRef&, const ModuleRef&) = default;
};

// The full name of a type, value, template, interface, exception or synonym.
struct Identifier {
  PackageRef package;
  ModuleName module;
  DottedName name;
  friend auto operator<=>(const Identifier&, const Identifier&) = default;
};

// An entry of the package's table of identifiers: Package::identifier(). Entries are dense, so that
// what an identifier resolves to can be kept in an array beside the package.
struct IdentifierId {
  std::uint32_t index = 0;
  friend auto operator<=>(const IdentifierId&, const IdentifierId&) = default;
};

// An entry of the package's table of source locations; entry 0 means none.
struct LocationId {
  std::uint32_t index = 0;
  [[nodiscard]] bool is_none() const { return index == 0; }
  friend auto operator<=>(const LocationId&, const LocationId&) = default;
};

} // namespace tenon::daml::lf
