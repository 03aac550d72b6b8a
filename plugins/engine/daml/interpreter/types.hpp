// Types as they matter while programs run: closed, without synonyms, and each of them one object,
// so that equal types are equal pointers. Any holds its type, type representations are types, and
// values enter and leave the ledger by their types.
//
// A TypeTable owns them all, together with the names and shapes of structs. Filled by whoever
// compiles or converts, from any thread; what it returned stays as long as the table.
#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "lf/types.hpp"
#include "tenon/core/status.hpp"
#include "values/names.hpp"

namespace tenon::daml::interpreter {

struct TypeLayout;

// The name of a data type. One object for each, whether its package is there or not.
struct TypeConstructor {
  Identifier id;
};

// A name of a struct's field, in the whole process.
struct FieldName {
  std::uint32_t index = 0;
  friend auto operator<=>(const FieldName&, const FieldName&) = default;
};

struct StructShape {
  static constexpr std::uint32_t kNone = 0xffffffff;

  std::vector<FieldName> names; // by the order of their texts
  std::vector<std::string> texts;

  [[nodiscard]] std::uint32_t find(FieldName name) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name)
        return static_cast<std::uint32_t>(i);
    }
    return kNone;
  }
};

class RuntimeType {
public:
  enum class Form : std::uint8_t { kBuiltin, kConstructor, kNat, kStruct };

  Form form = Form::kBuiltin;
  lf::BuiltinType builtin = lf::BuiltinType::kUnit;
  std::uint8_t nat = 0;
  std::uint32_t depth = 1;
  const TypeConstructor* constructor = nullptr;
  const StructShape* shape = nullptr;
  std::vector<const RuntimeType*> arguments; // of a struct: the types of its fields

  // What values of a data type consist of; found when first needed.
  mutable std::atomic<const TypeLayout*> layout{nullptr};

  RuntimeType() = default;
  RuntimeType(RuntimeType&& other) noexcept
      : form(other.form), builtin(other.builtin), nat(other.nat), depth(other.depth),
        constructor(other.constructor), shape(other.shape),
        arguments(std::move(other.arguments)) {}

  [[nodiscard]] bool is(lf::BuiltinType type) const {
    return form == Form::kBuiltin && builtin == type;
  }
};

// For messages, of bounded size: "List Int64", "DA.Types:Tuple2 Text Party".
[[nodiscard]] std::string to_text(const RuntimeType& type);
// The order of type representations.
[[nodiscard]] std::strong_ordering compare(const RuntimeType& left, const RuntimeType& right);

class TypeTable {
public:
  TypeTable() = default;
  ~TypeTable();
  TypeTable(const TypeTable&) = delete;
  TypeTable& operator=(const TypeTable&) = delete;

  const TypeConstructor& constructor(const Identifier& identifier);
  // INVALID_ARGUMENT when the type is deeper than lf::kMaxTypeDepth.
  Result<const RuntimeType*> intern(RuntimeType type);

  FieldName field_name(std::string_view text);
  // `names` in any order, no two of them equal.
  const StructShape& shape(std::vector<FieldName> names);

  // What the type's values consist of, kept for all who ask later.
  static const TypeLayout& keep_layout(const RuntimeType& type,
                                       std::unique_ptr<const TypeLayout> layout);

private:
  struct TypeHasher {
    std::size_t operator()(const RuntimeType* type) const;
  };
  struct TypeEqual {
    bool operator()(const RuntimeType* left, const RuntimeType* right) const;
  };
  struct IdentifierHasher {
    std::size_t operator()(const Identifier& identifier) const;
  };
  struct NamesHasher {
    std::size_t operator()(const std::vector<FieldName>& names) const;
  };

  std::mutex mutex_;
  std::unordered_map<Identifier, std::unique_ptr<TypeConstructor>, IdentifierHasher> constructors_;
  std::vector<std::unique_ptr<RuntimeType>> types_;
  std::unordered_set<const RuntimeType*, TypeHasher, TypeEqual> index_;
  std::unordered_map<std::string, FieldName> field_names_;
  std::vector<std::string> field_texts_;
  std::unordered_map<std::vector<FieldName>, std::unique_ptr<StructShape>, NamesHasher> shapes_;
};

} // namespace tenon::daml::interpreter
