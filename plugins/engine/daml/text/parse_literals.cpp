// Reading literals.
#include <algorithm>

#include "text/parser.hpp"
#include "values/decimal_text.hpp"
#include "values/numeric.hpp"
#include "values/text.hpp"
#include "values/time.hpp"

namespace tenon::daml::text {

using lf::ExprForm;
using lf::LiteralForm;

namespace {

// As versions before 1.7 write decimals: [+-]?[0-9]{1,28}(\.[0-9]{1,10})?
bool is_old_decimal(std::string_view text) {
  constexpr std::size_t kMaxWhole = 28;
  const auto decimal = scan_decimal(text);
  return decimal && !decimal->has_exponent && !decimal->integer.empty() &&
         decimal->integer.size() <= kMaxWhole && decimal->has_point != decimal->fraction.empty() &&
         decimal->fraction.size() <= lf::kDecimalScale;
}

} // namespace

lf::Expr* Parser::constant(lf::Constant constant) {
  return builder_->make<lf::ConstantValue>(ExprForm::kConstant, constant);
}

lf::Expr* Parser::literal(LiteralForm form, std::int64_t value) {
  return builder_->make<lf::Literal>(ExprForm::kLiteral, form, std::uint8_t{0}, lf::StringId{},
                                     value);
}

lf::Expr* Parser::integer_literal() {
  return literal(LiteralForm::kInt64, integer("Int64"));
}

lf::Expr* Parser::text_literal_expr() {
  const std::string text = text_literal("Text");
  return builder_->make<lf::Literal>(ExprForm::kLiteral, LiteralForm::kText, std::uint8_t{0},
                                     builder_->intern(text), 0);
}

lf::Expr* Parser::numeric_literal(std::size_t offset, std::string_view text) {
  if (failed())
    return nullptr;
  std::uint8_t scale = lf::kDecimalScale;
  if (supports(lf::Feature::kDecimal)) {
    if (!is_old_decimal(text)) {
      fail_at(offset, Code::kInvalidArgument,
              "Decimal: expected up to 28 digits, a point and up to 10, found " + quote(text));
    }
  } else {
    const Result<Numeric> numeric = Numeric::parse(text);
    check(offset, numeric.status());
    scale = static_cast<std::uint8_t>(numeric.ok() ? numeric->scale() : 0);
  }
  return builder_->make<lf::Literal>(ExprForm::kLiteral, LiteralForm::kNumeric, scale,
                                     builder_->intern(text), 0);
}

lf::Expr* Parser::time_literal(LiteralForm form) {
  advance();
  const std::size_t offset = token_.offset;
  const bool is_date = form == LiteralForm::kDate;
  const std::string text = text_literal(is_date ? "date" : "timestamp");
  if (failed())
    return nullptr;
  if (is_date) {
    const Date date = checked(offset, Date::parse(text));
    return literal(form, date.days());
  }
  const Timestamp timestamp = checked(offset, Timestamp::parse(text));
  return literal(form, timestamp.micros());
}

lf::Expr* Parser::rounding_mode() {
  require(token_.offset, lf::Feature::kBigNumeric, "rounding");
  advance();
  const auto* const found = std::find(kRoundingModes.begin(), kRoundingModes.end(), token_.text);
  if (token_.form != TokenForm::kName || found == kRoundingModes.end()) {
    fail("rounding", "one of up down ceiling floor half_up half_down half_even unnecessary");
    return nullptr;
  }
  advance();
  return literal(LiteralForm::kRoundingMode, found - kRoundingModes.begin());
}

} // namespace tenon::daml::text
