// A package of Daml-LF: its modules and the tables that their names, types and source locations
// stand in. Made by the archive decoder or, name by name, by PackageBuilder; then never changed.
// Values; any thread reads. Movable, not copyable: the tree's addresses belong to it.
//
// Encoding a decoded package gives back the very bytes of its archive, whose hash is its id. No
// copy of them is kept. What the archive format leaves open is settled by the data itself:
//
// - The tables of strings, dotted names and types keep all their entries in the archive's order,
//   used or not. The tree refers to entries by position (a type by its `id`), so references are
//   written as they were read. What old versions write out where it is used stands behind the
//   archive's entries: WireForm says how many are the archive's.
// - Fields that may be absent are absent here: null, LocationId 0, an empty optional.
// - Numbers, lengths and defaults have one form that is read at all, the shortest, and each field
//   of a message may come once and in its place; everything else is refused.
// - The place of fields is either the order of their numbers or the order in which the format's
//   makers list them, by the tool that wrote the archive: WireForm::order, one for a whole package.
// - Old versions had two ways to write a package reference and a template key:
//   PackageMention::inlined and TemplateKey::restricted. Entries of the type table that are written
//   as a reference to an earlier one are in WireForm::aliases.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lf/arena.hpp"
#include "lf/definitions.hpp"
#include "lf/names.hpp"
#include "lf/types.hpp"
#include "lf/version.hpp"

namespace tenon::daml::lf {

struct SourceRange {
  std::int32_t start_line = 0; // all from 0
  std::int32_t start_column = 0;
  std::int32_t end_line = 0;
  std::int32_t end_column = 0;
  friend auto operator<=>(const SourceRange&, const SourceRange&) = default;
};

struct Location {
  std::optional<ModuleRef> module; // none: the module that it stands in
  std::optional<SourceRange> range;
  friend auto operator<=>(const Location&, const Location&) = default;
};

struct Metadata {
  StringId name;
  StringId version;
  std::optional<StringId> upgraded_package_id;
};

// A package that is mentioned; entry 0 of the list is the package itself.
struct PackageMention {
  StringId id;
  bool inlined = false; // before 1.7: written out where it is mentioned
  friend auto operator<=>(const PackageMention&, const PackageMention&) = default;
};

enum class FieldOrder : std::uint8_t { kByNumber, kAsListed };

// What only the encoder needs to know.
struct WireForm {
  FieldOrder order = FieldOrder::kByNumber;
  // So many entries at the front of the tables are written.
  std::uint32_t strings = 0;
  std::uint32_t dotted_names = 0;
  std::uint32_t types = 0;
  // Entries of the type table that are written as a reference to an earlier one.
  struct Alias {
    std::uint32_t entry = 0;
    std::uint32_t target = 0;
  };
  std::vector<Alias> aliases; // by ascending entry
};

class Package {
public:
  Package(Package&&) = default;
  Package& operator=(Package&&) = default;

  // Lower-case hex of the hash of the archive's payload; empty while it has none.
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] LanguageVersion version() const { return version_; }
  [[nodiscard]] bool supports(Feature feature) const { return lf::supports(version_, feature); }
  // There exactly in versions with Feature::kPackageMetadata.
  [[nodiscard]] const std::optional<Metadata>& metadata() const { return metadata_; }
  [[nodiscard]] std::span<const Module> modules() const { return modules_; }

  [[nodiscard]] std::string_view text(StringId id) const { return strings_[id.index]; }
  // With dots between the segments.
  [[nodiscard]] std::string_view text(DottedName name) const {
    return dotted_names_[name.index].text;
  }
  [[nodiscard]] std::span<const Name> segments(DottedName name) const {
    return dotted_names_[name.index].segments;
  }
  [[nodiscard]] const Identifier& identifier(IdentifierId id) const {
    return identifiers_[id.index];
  }
  // "a1b2…:Module:Name", without the first part for the package's own.
  [[nodiscard]] std::string to_string(IdentifierId id) const;
  // The id of a mentioned package, this one's own included.
  [[nodiscard]] std::string_view package_id(PackageRef package) const {
    return package.is_self() ? std::string_view(id_) : text(mentions_[package.index].id);
  }
  [[nodiscard]] const Location& location(LocationId id) const { return locations_[id.index]; }

  // The tables. Entry 0 of mentions() and locations() has no meaning of its own.
  [[nodiscard]] std::span<const std::string_view> strings() const { return strings_; }
  [[nodiscard]] std::size_t dotted_name_count() const { return dotted_names_.size(); }
  [[nodiscard]] std::span<const Identifier> identifiers() const { return identifiers_; }
  [[nodiscard]] std::span<const PackageMention> mentions() const { return mentions_; }
  [[nodiscard]] std::span<const Location> locations() const { return locations_; }
  // By Type::id; the first wire_form().types are the archive's type table.
  [[nodiscard]] std::span<const Type* const> types() const { return types_; }
  // Ids of the other packages that are mentioned, in ascending order.
  [[nodiscard]] std::span<const std::string> dependencies() const { return dependencies_; }

  // By text, "DA.Types" and "Tuple2"; null when there is none.
  [[nodiscard]] const Module* find_module(std::string_view module) const;
  [[nodiscard]] const Definition* find(std::string_view module, std::string_view name) const;
  [[nodiscard]] const Definition* find(ModuleName module, DottedName name) const;
  [[nodiscard]] std::optional<DottedName> find_dotted_name(std::string_view text) const;

  [[nodiscard]] const WireForm& wire_form() const { return wire_form_; }
  // What the tree and its tables take, about.
  [[nodiscard]] std::size_t memory_size() const { return arena_.size(); }

private:
  friend class PackageBuilder;
  Package() = default;

  struct DottedNameEntry {
    std::string_view text;
    std::span<const Name> segments;
  };

  std::string id_;
  LanguageVersion version_ = kOldestVersion;
  std::optional<Metadata> metadata_;
  std::span<const Module> modules_;
  std::vector<std::string_view> strings_;
  std::vector<DottedNameEntry> dotted_names_;
  std::vector<Identifier> identifiers_;
  std::vector<PackageMention> mentions_;
  std::vector<Location> locations_;
  std::vector<const Type*> types_;
  std::vector<std::string> dependencies_;
  std::map<std::string_view, std::uint32_t> dotted_name_index_;
  std::map<std::pair<ModuleName, DottedName>, Definition> definitions_;
  std::map<ModuleName, const Module*> module_index_;
  WireForm wire_form_;
  Arena arena_;
};

} // namespace tenon::daml::lf
