// The words of the language: one table that both the assembler and the disassembler go by, so that
// neither knows a form that the other does not. Constants; any thread.
//
// Most forms of expression are a word with operands behind it, `exercise Main:Iou Transfer id
// argument`. Those are rows of the table; what looks otherwise is a keyword.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "lf/builder.hpp"
#include "lf/expression.hpp"

namespace tenon::daml::text {

enum class Operand : std::uint8_t {
  kNone,
  kType,        // Int64, (List Int64)
  kConstructed, // Main:Iou, (Main:Pair Int64 Text)
  kIdentifier,  // Main:Iou
  kName,        // amount
  kExpr,        // x, (f x)
  kList,        // [x, y], at least one
  kFields,      // { amount = x, owner = y }
};

struct Form {
  std::string_view word;
  lf::ExprForm form = lf::ExprForm::kRecord;
  std::uint8_t step = 0; // UpdateForm or ScenarioForm
  std::optional<lf::Feature> feature;
  std::array<Operand, 4> operands{}; // kNone behind the last one
};

enum class Keyword : std::uint8_t {
  kTrue,
  kFalse,
  kCase,
  kOf,
  kLet,
  kIn,
  kDo,
  kScenarioDo,
  kTry,
  kCatch,
  kDate,
  kTimestamp,
  kDecimal,
  kRounding,
};

// What a word means where an expression may stand; a variable of the same name is quoted there.
struct Word {
  const Form* form = nullptr;
  const lf::BuiltinInfo* builtin = nullptr;
  std::optional<Keyword> keyword;
};
// Null when it is a plain name.
[[nodiscard]] const Word* find_word(std::string_view text);

// The row of an expression; null for what has none.
[[nodiscard]] const Form* form_of(const lf::Expr& expr);

// The operands of one expression, each kind in the order of the row.
struct Parts {
  std::array<lf::IdentifierId, 2> identifiers;
  lf::Name name;
  std::array<const lf::Type*, 2> types{};
  std::array<const lf::Expr*, 2> exprs{};
  std::span<const lf::Expr* const> list;
  std::span<const lf::FieldExpr> fields;
};
[[nodiscard]] Parts parts_of(const lf::Expr& expr);
[[nodiscard]] lf::Expr* make_expression(lf::PackageBuilder& builder, const Form& form,
                                        const Parts& parts);

// By lf::Literal::integer.
inline constexpr std::array<std::string_view, 8> kRoundingModes = {
    "up", "down", "ceiling", "floor", "half_up", "half_down", "half_even", "unnecessary"};

// Words that mean something where a type may stand.
inline constexpr std::string_view kForall = "forall";
inline constexpr std::string_view kStruct = "struct";
inline constexpr std::string_view kSynonym = "synonym";
inline constexpr std::string_view kDecimalType = "Decimal";
[[nodiscard]] bool is_type_word(std::string_view text);
[[nodiscard]] std::optional<lf::BuiltinType> find_builtin_type(std::string_view text);

} // namespace tenon::daml::text
