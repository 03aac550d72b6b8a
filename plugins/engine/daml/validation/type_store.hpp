// Kinds and types as the validator compares them: synonyms expanded, one address for each. Equal
// types, also such that only name their bound variables differently, are the same pointer, so that
// comparing them costs nothing however large they are. Owned by one validation, one thread.
//
// Variables have no names here. A variable in scope is free and known by its level, counted from
// the outermost; one that a quantifier inside the type binds is known by how many quantifiers stand
// between. Types that are handed around refer to no quantifier outside of themselves, except the
// bodies that instantiate() takes.
//
// Every function that makes types charges the meter and keeps to the limits. Null means that one of
// them is reached, and limit() which.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "lf/arena.hpp"
#include "lf/types.hpp"
#include "validation/limits.hpp"

namespace tenon::daml::validation {

struct Entity;
using NameId = std::uint32_t; // of the world's names, not those of a package

// The work that this package may cause, and what it has caused.
class Meter {
public:
  void allow(std::uint64_t work) { allowed_ = std::min(allowed_ + work, kMaxWork); }
  // False for good from the moment that there was too little.
  bool spend(std::uint64_t work) {
    used_ += work;
    return used_ <= allowed_;
  }
  [[nodiscard]] bool exhausted() const { return used_ > allowed_; }
  [[nodiscard]] std::uint64_t used() const { return used_; }
  [[nodiscard]] std::uint64_t allowed() const { return allowed_; }

private:
  std::uint64_t allowed_ = kBaseWork;
  std::uint64_t used_ = 0;
};

// With one parameter at a time.
struct KindNode {
  lf::KindForm form = lf::KindForm::kStar;
  std::uint32_t id = 0;
  const KindNode* parameter = nullptr;
  const KindNode* result = nullptr;
};

enum class NodeForm : std::uint8_t {
  kFree,    // head: the level
  kBound,   // head: quantifiers in between
  kData,    // head: the entity's id
  kBuiltin, // builtin
  kNat,     // nat
  kForall,  // head_kind: of its one variable; parts: the body
  kStruct,  // fields in ascending order, parts: their types
};

struct TypeNode {
  NodeForm form = NodeForm::kBuiltin;
  lf::BuiltinType builtin = lf::BuiltinType::kUnit;
  std::uint8_t nat = 0;
  std::uint32_t id = 0;
  std::uint32_t head = 0;
  std::uint32_t levels = 1;
  std::uint32_t size = 1;
  std::uint32_t loose = 0; // quantifiers around this type that it refers to at most
  std::uint32_t free = 0;  // 1 + the highest level of its free variables; 0: none
  std::uint64_t hash = 0;  // of what makes it differ from others
  const KindNode* kind = nullptr;
  const KindNode* head_kind = nullptr; // of the head before its arguments
  const Entity* entity = nullptr;
  std::span<const TypeNode* const> parts; // arguments of the first four forms
  std::span<const NameId> fields;

  [[nodiscard]] bool is(lf::BuiltinType type) const {
    return form == NodeForm::kBuiltin && builtin == type;
  }
  // `builtin argument`.
  [[nodiscard]] bool is(lf::BuiltinType type, std::size_t arguments) const {
    return is(type) && parts.size() == arguments;
  }
};

enum class Limit : std::uint8_t { kNone, kLevels, kParts, kWork };

class TypeStore {
public:
  using Types = std::span<const TypeNode* const>;

  explicit TypeStore(Meter& meter);

  [[nodiscard]] const KindNode* star() const { return star_; }
  [[nodiscard]] const KindNode* nat() const { return nat_; }
  const KindNode* arrow(const KindNode* parameter, const KindNode* result);
  // Null when it has too many levels.
  const KindNode* kind(const lf::Kind& kind);

  const TypeNode* free_variable(std::uint32_t level, const KindNode* kind);
  const TypeNode* data(const Entity& entity, std::uint32_t id, const KindNode* kind);
  const TypeNode* builtin(lf::BuiltinType type, Types arguments = {});
  const TypeNode* builtin(lf::BuiltinType type, const TypeNode* argument) {
    return argument == nullptr ? nullptr : builtin(type, Types(&argument, 1));
  }
  const TypeNode* function(const TypeNode* parameter, const TypeNode* result);
  const TypeNode* natural(std::uint8_t value);
  const TypeNode* forall(const KindNode* kind, const TypeNode* body);
  // Fields in any order, none twice.
  const TypeNode* structure(std::span<const std::pair<NameId, const TypeNode*>> fields);
  // `head` applied to more arguments; they must be of the kinds that it wants.
  const TypeNode* apply(const TypeNode* head, Types arguments);

  // A quantifier for each of `count` free variables from `level` on, the highest ones there are.
  const TypeNode* abstract(const TypeNode* type, std::uint32_t level, std::uint32_t count);
  // The body below as many quantifiers as there are arguments, outermost first.
  const TypeNode* instantiate(const TypeNode* body, Types arguments);

  [[nodiscard]] Limit limit() const { return limit_; }
  [[nodiscard]] Meter& meter() { return meter_; }
  [[nodiscard]] std::size_t size() const { return count_; }

private:
  struct Rewriting;
  const TypeNode* make(TypeNode node);
  const TypeNode* stop(Limit limit);
  const TypeNode*& place_of(const TypeNode& node);
  bool measure(TypeNode& node);
  const TypeNode* keep(const TypeNode& node);
  void grow();
  const TypeNode* rewrite(const TypeNode* type, const Rewriting& rewriting, std::uint32_t depth);
  const TypeNode* replace_head(const TypeNode* type, const Rewriting& rewriting,
                               std::uint32_t depth);

  Meter& meter_;
  lf::Arena arena_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, const KindNode*> arrows_;
  std::uint32_t kinds_ = 0;
  const KindNode* star_ = nullptr;
  const KindNode* nat_ = nullptr;
  std::vector<const TypeNode*> table_; // open addressing, a power of two of places
  std::size_t count_ = 0;
  std::vector<const TypeNode*> scratch_;
  Limit limit_ = Limit::kNone;
};

} // namespace tenon::daml::validation
