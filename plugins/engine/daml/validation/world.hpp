// The package under validation and those it depends on, as far as it refers to them: what each
// identifier stands for, with names that mean the same in all packages. Everything is looked up
// when it is first asked for, and kept. Owned by one validation, one thread; the packages are
// borrowed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lf/package.hpp"
#include "validation/type_store.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::validation {

class PackageView;

// Names of one definition's parts, with their places in its list.
class NameIndex {
public:
  void add(NameId name, std::size_t place);
  void sort();
  // The first of that name.
  [[nodiscard]] std::optional<std::size_t> find(NameId name) const;

private:
  std::vector<std::pair<NameId, std::uint32_t>> entries_;
};

struct DataField {
  NameId name = 0;
  const TypeNode* type = nullptr; // below as many quantifiers as the data type has parameters
};

enum class Progress : std::uint8_t { kUntouched, kStarted, kDone };

// Everything of one name in a module of some package, with what was found out about it.
struct Entity {
  std::uint32_t id = 0;
  PackageView* view = nullptr;
  lf::ModuleName module;
  lf::DottedName name;
  const lf::Definition* definition = nullptr;

  // TypeReader fills these.
  const KindNode* kind = nullptr;          // of the data type
  std::vector<const KindNode*> parameters; // of the synonym
  const TypeNode* synonym = nullptr;       // below its parameters
  Progress synonym_progress = Progress::kUntouched;
  Progress fields_progress = Progress::kUntouched;
  std::vector<DataField> fields; // of a record or variant
  NameIndex field_index;         // of the constructors, for an enum

  // World fills these.
  bool has_choices = false;
  NameIndex choices;
  bool has_methods = false;
  NameIndex methods;
  bool has_relations = false;
  std::vector<Entity*> requirements; // of an interface; by id
  std::vector<Entity*> instances;    // the other sides of those defined here; by id

  [[nodiscard]] const lf::DataType* data_type() const {
    return definition == nullptr ? nullptr : definition->data_type;
  }
  [[nodiscard]] const lf::Template* contract() const { return definition->contract; }
  [[nodiscard]] const lf::Interface* interface() const { return definition->interface; }
};

// What the type reader made of a type, if that is of use again.
struct CachedType {
  const TypeNode* node = nullptr;
  std::uint32_t scope = 0;  // 0: it has no variables
  std::uint32_t lowest = 0; // level of its variables
  bool synonyms = false;
  bool quantifiers = false;
};

class World;

class PackageView {
public:
  PackageView(World& world, const lf::Package& package);

  [[nodiscard]] const lf::Package& package() const { return *package_; }
  [[nodiscard]] bool is_own() const { return own_; }
  void set_own() { own_ = true; }
  NameId name(lf::Name name);
  // Null when there is no such package, module or definition.
  Entity* find(lf::IdentifierId id);
  CachedType& cached(const lf::Type& type) { return types_[type.id]; }

private:
  World& world_;
  const lf::Package* package_;
  bool own_ = false;
  std::vector<NameId> names_; // + 1; 0: not asked for yet
  std::vector<Entity*> identifiers_;
  std::vector<bool> missing_;
  std::vector<PackageView*> mentions_;
  std::vector<CachedType> types_;
};

class World {
public:
  World(const lf::Package& own, const PackageSource& dependencies);

  [[nodiscard]] PackageView& own() { return *own_; }
  // Null when there is none.
  PackageView* view(std::string_view package_id);
  NameId name(std::string_view text);
  [[nodiscard]] std::string_view text(NameId name) const { return *texts_[name]; }
  // Of a definition that is there.
  Entity& entity(PackageView& view, lf::ModuleName module, lf::DottedName name);
  // "a1b2…:Module:Name", without the first part for the own package's.
  [[nodiscard]] std::string to_string(const Entity& entity) const;

  // Null when there is none of that name.
  const lf::Choice* choice(Entity& owner, NameId name);
  const lf::Method* method(Entity& interface, NameId name);
  bool requires_interface(Entity& interface, const Entity& required);
  // Whether the template or interface defines the instance with the other.
  bool defines_instance(Entity& definition, const Entity& other);
  const std::vector<Entity*>& requirements(Entity& interface);
  // By id; more than once when it is defined more than once.
  const std::vector<Entity*>& instances(Entity& definition);

private:
  void relate(Entity& entity);

  const PackageSource& dependencies_;
  std::map<std::string, std::unique_ptr<PackageView>, std::less<>> views_;
  std::unique_ptr<PackageView> own_;
  std::map<std::string, NameId, std::less<>> names_;
  std::vector<const std::string*> texts_;
  std::map<const lf::Definition*, Entity*> index_;
  std::deque<Entity> entities_;
};

} // namespace tenon::daml::validation
