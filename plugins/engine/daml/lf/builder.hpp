// Builds a package piece by piece: tables first, then the tree from its leaves up, then finish().
// Used by the archive decoder and by whoever makes packages otherwise (an assembler, tests). Owned
// by one thread; the package that comes out is free of it.
//
// The builder makes equal things one and bounds them; what can only be wrong by the caller's own
// mistake (a null child, an entry of no table) is not checked. Whether the package means anything
// is the validator's business.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lf/limits.hpp"
#include "lf/package.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::lf {

class PackageBuilder {
public:
  explicit PackageBuilder(LanguageVersion version);

  [[nodiscard]] LanguageVersion version() const { return package_.version_; }
  // The package so far: its tables may be read.
  [[nodiscard]] const Package& package() const { return package_; }

  // --- Tables. The add_ functions append exactly what an archive's table says and refuse a string
  // or dotted name that is there already. From 1.7 on everything interned is in the archive's
  // tables as well; at 1.6 its table of strings has the added ones only, so they must come first.
  Status add_string(std::string_view text);
  Status add_dotted_name(std::span<const Name> segments);
  // The next entry of the type table. Its parts may be entries before it.
  Status add_type(const Type& type);
  Status add_type_alias(std::uint32_t target);

  // The entry of what is there or, from now on, is.
  StringId intern(std::string_view text);
  // INVALID_ARGUMENT unless it is a name.
  Result<Name> name(std::string_view text);
  Status check_name(Name name);
  // Segments with dots between them.
  Result<DottedName> dotted_name(std::string_view text);
  Result<DottedName> dotted_name(std::span<const Name> segments);
  PackageRef mention(const PackageMention& package);
  // By id; as the version writes it by itself.
  Result<PackageRef> mention(std::string_view package_id);
  IdentifierId identifier(const Identifier& identifier);
  LocationId location(const Location& location);

  // --- Kinds and types: one address for each kind, and for each type outside the type table.
  [[nodiscard]] static const Kind* star();
  [[nodiscard]] static const Kind* nat();
  const Kind* arrow(std::span<const Kind* const> parameters, const Kind* result);

  // INVALID_ARGUMENT when a limit is reached or a struct repeats a field. From 1.11 on what
  // definitions and expressions refer to must stand in the type table, but for the types of
  // records and variants in expressions, whose arguments must.
  Result<const Type*> type(const Type& type);
  // The entry of the type table equal to this one, added when there is none yet.
  Result<const Type*> table_type(const Type& type);

  // --- The tree: `make<Case>(ExprForm::kCase, scrutinee, list(alternatives))`, with all members of
  // the structure in order, or with none of them and set afterwards.
  template <typename Node, typename... Parts> Node* make(ExprForm form, Parts&&... parts) {
    assert(Node::has(form));
    if constexpr (sizeof...(Parts) > 0) {
      return package_.arena_.make(Node{{form, {}}, std::forward<Parts>(parts)...});
    } else {
      Node* node = package_.arena_.make(Node());
      node->form = form;
      return node;
    }
  }
  template <typename Item> std::span<const Item> list(const std::vector<Item>& items) {
    return package_.arena_.copy(items);
  }
  template <typename Item> const Item* store(Item item) {
    return package_.arena_.make(std::move(item));
  }

  // --- The whole.
  void set_metadata(const Metadata& metadata) { package_.metadata_ = metadata; }
  void set_field_order(FieldOrder order) { package_.wire_form_.order = order; }
  void set_id(std::string id) { package_.id_ = std::move(id); }
  [[nodiscard]] std::size_t memory_size() const { return package_.arena_.size(); }

  // INVALID_ARGUMENT when a name is defined twice. The builder is spent.
  Result<Package> finish(const std::vector<Module>& modules);

private:
  // Orders by content, parts by address. Ordered tables throughout: a hash table can be made slow
  // by whoever chooses its keys.
  struct ContentOrder {
    bool operator()(const Kind* left, const Kind* right) const;
    bool operator()(const Type* left, const Type* right) const;
  };
  using TypeIndex = std::set<const Type*, ContentOrder>;

  StringId append_string(std::string_view text);
  Status check_struct(const Type& type) const;
  Result<Type*> measured(const Type& type);
  Type* keep(const Type& type);
  Status index(const Module& module);
  void number_types();
  void collect_dependencies();

  Package package_;
  std::map<std::string_view, std::uint32_t> string_index_;
  std::vector<bool> checked_names_; // by string: known to be a name
  std::map<Identifier, std::uint32_t> identifier_index_;
  std::map<Location, std::uint32_t> location_index_;
  std::map<PackageMention, std::uint32_t> mention_index_;
  std::set<const Kind*, ContentOrder> kind_index_;
  TypeIndex type_index_;
  TypeIndex table_index_;
  std::vector<Type*> table_types_;
  std::vector<Type*> other_types_;
  bool interned_ = false; // something beyond the archive's own entries
};

// What to call type(), table_type() and add_type() with. The lists are borrowed until then.
[[nodiscard]] Type variable_type(Name name, std::span<const Type* const> arguments = {});
[[nodiscard]] Type constructor_type(IdentifierId identifier,
                                    std::span<const Type* const> arguments = {});
[[nodiscard]] Type synonym_type(IdentifierId identifier,
                                std::span<const Type* const> arguments = {});
[[nodiscard]] Type builtin_type(BuiltinType builtin, std::span<const Type* const> arguments = {});
[[nodiscard]] Type forall_type(std::span<const TypeParameter> parameters, const Type* body);
[[nodiscard]] Type struct_type(std::span<const FieldType> fields);
[[nodiscard]] Type nat_type(std::uint8_t nat);

} // namespace tenon::daml::lf
