// Types as packages write them, made into those of the type store: names resolved, kinds checked,
// synonyms expanded. Owned by one validation, one thread.
#pragma once

#include <vector>

#include "validation/site.hpp"
#include "validation/world.hpp"

namespace tenon::daml::validation {

// The type variables around a type, outermost first. Levels are places in this list.
class TypeScope {
public:
  struct Variable {
    lf::Name name;
    const KindNode* kind = nullptr;
  };

  [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(variables_.size()); }

private:
  friend class TypeReader;
  std::vector<Variable> variables_;
  std::vector<std::uint32_t> ids_; // of the scopes that each variable began
};

class TypeReader {
public:
  TypeReader(World& world, TypeStore& store, Site& site)
      : world_(world), store_(store), site_(site) {}

  // Of any kind.
  Result<CachedType> read(PackageView& view, TypeScope& scope, const lf::Type& type);
  // Of kind *.
  Result<const TypeNode*> read_star(PackageView& view, TypeScope& scope, const lf::Type& type);
  // Of kind *, without variables.
  Result<const TypeNode*> read_closed(PackageView& view, const lf::Type& type);

  Result<const KindNode*> kind(const lf::Kind& kind);
  // No kind may have naturals as its result, nor any where the version has none.
  Status check_kind(const PackageView& view, const lf::Kind& kind);
  Status push(const PackageView& view, TypeScope& scope, const lf::TypeParameter& parameter);
  void pop(TypeScope& scope, std::size_t count);

  // Of a data type.
  Result<const KindNode*> data_kind(Entity& entity);
  Status read_fields(Entity& entity);
  Status read_synonym(Entity& entity);
  // The data type itself, without arguments.
  Result<const TypeNode*> data(Entity& entity);
  // That of a template, an exception or an interface.
  Result<const TypeNode*> ledger_type(Entity& entity);

  // Null became of a limit.
  Result<const TypeNode*> made(const TypeNode* type) const {
    if (type == nullptr)
      return site_.refuse(store_.limit(), store_.meter());
    return type;
  }
  [[nodiscard]] std::string to_string(const TypeNode& type, const TypeScope* scope,
                                      const PackageView* view) const;
  [[nodiscard]] static std::string to_string(const KindNode& kind);

private:
  struct Reading;
  Result<const TypeNode*> read_form(Reading& reading, const lf::Type& type);
  Result<const TypeNode*> read_variable(Reading& reading, const lf::Type& type);
  Result<const TypeNode*> read_data(Reading& reading, const lf::Type& type);
  Result<const TypeNode*> read_synonym_use(Reading& reading, const lf::Type& type);
  Result<const TypeNode*> read_forall(Reading& reading, const lf::Type& type);
  Result<const TypeNode*> read_struct(Reading& reading, const lf::Type& type);
  Result<const TypeNode*> apply(Reading& reading, const TypeNode* head, const lf::Type& type);
  Result<const TypeNode*> read_part(Reading& reading, const lf::Type& type);
  Status check_feature(const PackageView& view, lf::BuiltinType builtin) const;
  Result<bool> start_synonym(Entity& entity, std::vector<Entity*>& waiting);
  Status read_synonym_body(Entity& entity);
  Status synonym_cycle(const std::vector<Entity*>& waiting, const Entity& again) const;

  World& world_;
  TypeStore& store_;
  Site& site_;
  std::uint32_t scopes_ = 0; // given out so far
  int depth_ = 0;
};

} // namespace tenon::daml::validation
