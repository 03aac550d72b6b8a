// Kinds and types of Daml-LF as a package holds them. Plain data in the package's arena: trivially
// destructible, never changed after the package is built, read by any thread.
//
// A type is a head with its arguments, `List Int64` being the built-in List with one argument: the
// archives have no other application. Types are shared, so a type is a graph without cycles; its
// depth and its size as a tree are bounded (limits.hpp) and may be relied on by whoever walks it.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>
#include <string_view>

#include "lf/names.hpp"

namespace tenon::daml::lf {

enum class KindForm : std::uint8_t { kStar, kNat, kArrow };

struct Kind {
  KindForm form = KindForm::kStar;
  std::uint16_t depth = 1;
  std::span<const Kind* const> parameters; // kArrow: at least one
  const Kind* result = nullptr;            // kArrow
};

// The values are those of the archive format; 3 (Decimal) is read as Numeric 10.
enum class BuiltinType : std::uint8_t {
  kUnit = 0,
  kBool = 1,
  kInt64 = 2,
  kText = 5,
  kTimestamp = 6,
  kParty = 8,
  kList = 9,
  kUpdate = 10,
  kScenario = 11,
  kDate = 12,
  kContractId = 13,
  kOptional = 14,
  kArrow = 15,
  kTextMap = 16,
  kNumeric = 17,
  kAny = 18,
  kTypeRep = 19,
  kGenMap = 20,
  kBigNumeric = 21,
  kRoundingMode = 22,
  kAnyException = 23,
};
// "Int64"; empty for a value that is none of the above.
[[nodiscard]] std::string_view builtin_type_name(BuiltinType type);

inline constexpr std::uint8_t kMaxScale = 37;
inline constexpr std::uint8_t kDecimalScale = 10;

struct Type;

struct TypeParameter {
  Name name;
  const Kind* kind = nullptr;
};

struct FieldType {
  Name name;
  const Type* type = nullptr;
};

enum class TypeForm : std::uint8_t {
  kVariable,    // variable, arguments
  kConstructor, // identifier of a data type, arguments
  kSynonym,     // identifier of a type synonym, arguments (all of them)
  kBuiltin,     // builtin, arguments
  kForall,      // parameters (at least one), body
  kStruct,      // fields (at least one, no two of one name)
  kNat,         // nat
};

struct Type {
  TypeForm form = TypeForm::kBuiltin;
  BuiltinType builtin = BuiltinType::kUnit;
  std::uint8_t nat = 0;    // kNat: 0..37
  std::uint16_t depth = 1; // levels, this one included
  std::uint32_t size = 1;  // nodes when shared parts are counted each time
  // Dense within the package: entries of the package's type table first, in its order.
  std::uint32_t id = 0;
  std::uint32_t head = 0; // see variable() and identifier()
  std::uint32_t count = 0;
  const void* items = nullptr; // see arguments(), parameters(), fields()
  const Type* body = nullptr;  // kForall

  [[nodiscard]] bool is(BuiltinType type) const {
    return form == TypeForm::kBuiltin && builtin == type;
  }
  [[nodiscard]] Name variable() const {
    assert(form == TypeForm::kVariable);
    return {head};
  }
  [[nodiscard]] IdentifierId identifier() const {
    assert(form == TypeForm::kConstructor || form == TypeForm::kSynonym);
    return {head};
  }
  // Empty for the forms without arguments.
  [[nodiscard]] std::span<const Type* const> arguments() const {
    return form <= TypeForm::kBuiltin
               ? std::span<const Type* const>(static_cast<const Type* const*>(items), count)
               : std::span<const Type* const>();
  }
  [[nodiscard]] std::span<const TypeParameter> parameters() const {
    assert(form == TypeForm::kForall);
    return {static_cast<const TypeParameter*>(items), count};
  }
  [[nodiscard]] std::span<const FieldType> fields() const {
    assert(form == TypeForm::kStruct);
    return {static_cast<const FieldType*>(items), count};
  }
};

} // namespace tenon::daml::lf
