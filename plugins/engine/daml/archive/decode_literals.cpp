// Decoding: literals.
#include <algorithm>

#include "archive/decoder.hpp"
#include "archive/messages_expressions.hpp"
#include "tenon/core/encoding.hpp"
#include "values/numeric.hpp"
#include "values/time.hpp"

namespace tenon::daml::archive {

using lf::Feature;
using lf::LiteralForm;

namespace {

constexpr std::uint64_t kRoundingModes = 8;

std::size_t count_digits(std::string_view text) {
  const auto* end =
      std::find_if(text.begin(), text.end(), [](char c) { return c < '0' || c > '9'; });
  return static_cast<std::size_t>(end - text.begin());
}

// As versions before 1.7 write decimals: [+-]?[0-9]{1,28}(\.[0-9]{1,10})?
bool is_decimal(std::string_view text) {
  constexpr std::size_t kMaxWhole = 28;
  if (text.starts_with('+') || text.starts_with('-'))
    text.remove_prefix(1);
  const std::size_t whole = count_digits(text);
  if (whole == 0 || whole > kMaxWhole)
    return false;
  text.remove_prefix(whole);
  if (text.empty())
    return true;
  if (text[0] != '.')
    return false;
  text.remove_prefix(1);
  const std::size_t digits = count_digits(text);
  return digits > 0 && digits <= lf::kDecimalScale && digits == text.size();
}

constexpr std::string_view kNoParties = "no party literals, which bind a package to one ledger";

} // namespace

Decoder::ExprResult Decoder::literal(const Place& sum, lf::ExprForm form) {
  FieldsOf<LiteralMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  const Place place = fields[LiteralMessage::kSum];
  auto* result = builder_->make<lf::Literal>(form);
  switch (place.number()) {
  case LiteralMessage::kDecimalText:
    TENON_RETURN_IF_ERROR(decimal_literal(place, *result));
    break;
  case LiteralMessage::kNumeric:
    TENON_RETURN_IF_ERROR(numeric_literal(place, *result));
    break;
  case LiteralMessage::kTextText:
    TENON_RETURN_IF_ERROR(check_form(place));
    result->literal = LiteralForm::kText;
    result->text = builder_->intern(place.bytes());
    break;
  case LiteralMessage::kText: {
    TENON_RETURN_IF_ERROR(check_form(place));
    result->literal = LiteralForm::kText;
    TENON_ASSIGN_OR_RETURN(result->text, string(place));
    break;
  }
  case LiteralMessage::kPartyText:
  case LiteralMessage::kParty:
    return reader_.unexpected(place, std::string(kNoParties), "one");
  default:
    TENON_RETURN_IF_ERROR(number_literal(place, *result));
    break;
  }
  return result;
}

Status Decoder::decimal_literal(const Place& place, lf::Literal& literal) {
  TENON_RETURN_IF_ERROR(only_with(place, Feature::kDecimal));
  if (!is_decimal(place.bytes()))
    return reader_.unexpected(place, "a decimal number", "\"" + as_utf8(place.bytes()) + "\"");
  literal.literal = LiteralForm::kNumeric;
  literal.scale = lf::kDecimalScale;
  literal.text = builder_->intern(place.bytes());
  return {};
}

Status Decoder::numeric_literal(const Place& place, lf::Literal& literal) {
  TENON_RETURN_IF_ERROR(only_with(place, Feature::kNumeric));
  TENON_ASSIGN_OR_RETURN(literal.text, string(place));
  const Result<Numeric> numeric = Numeric::parse(builder_->package().text(literal.text));
  if (!numeric.ok())
    return reader_.unexpected(place, "a Numeric", numeric.status().message());
  literal.literal = LiteralForm::kNumeric;
  literal.scale = static_cast<std::uint8_t>(numeric->scale());
  return {};
}

Status Decoder::number_literal(const Place& place, lf::Literal& literal) {
  switch (place.number()) {
  case LiteralMessage::kInt64:
    literal.literal = LiteralForm::kInt64;
    literal.integer = place.zigzag();
    return {};
  case LiteralMessage::kTimestamp: {
    literal.literal = LiteralForm::kTimestamp;
    literal.integer = place.fixed();
    const auto timestamp = Timestamp::from_micros(literal.integer);
    return timestamp.ok() ? Status()
                          : reader_.unexpected(place, "a Timestamp", timestamp.status().message());
  }
  case LiteralMessage::kDate: {
    literal.literal = LiteralForm::kDate;
    literal.integer = place.int32();
    const auto date = Date::from_days(literal.integer);
    return date.ok() ? Status() : reader_.unexpected(place, "a Date", date.status().message());
  }
  case LiteralMessage::kRoundingMode:
    TENON_RETURN_IF_ERROR(only_with(place, Feature::kBigNumeric));
    if (place.value() >= kRoundingModes)
      return reader_.unexpected(place, "0 to 7", std::to_string(place.value()));
    literal.literal = LiteralForm::kRoundingMode;
    literal.integer = place.int32();
    return {};
  default:
    return reader_.require(place).status();
  }
}

} // namespace tenon::daml::archive
