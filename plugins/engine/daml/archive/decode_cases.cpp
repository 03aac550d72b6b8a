// Decoding: case expressions and their patterns.
#include "archive/decoder.hpp"
#include "archive/messages_expressions.hpp"

namespace tenon::daml::archive {

using lf::PatternForm;

Decoder::ExprResult Decoder::match(const Place& sum, lf::ExprForm form) {
  FieldsOf<CaseMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  TENON_ASSIGN_OR_RETURN(const lf::Expr* scrutinee, expression(fields[CaseMessage::kScrutinee]));
  const Place place = fields[CaseMessage::kAlternatives];
  std::vector<lf::Alternative> alternatives;
  alternatives.reserve(place.count());
  TENON_RETURN_IF_ERROR(place.each([&](BytesView bytes) -> Status {
    TENON_ASSIGN_OR_RETURN(alternatives.emplace_back(), alternative(bytes));
    return {};
  }));
  return builder_->make<lf::Case>(form, scrutinee, builder_->list(alternatives));
}

Result<lf::Alternative> Decoder::alternative(BytesView bytes) {
  FieldsOf<AlternativeMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  lf::Alternative result;
  TENON_RETURN_IF_ERROR(pattern(fields[AlternativeMessage::kSum], result.pattern));
  TENON_ASSIGN_OR_RETURN(result.body, expression(fields[AlternativeMessage::kBody]));
  return result;
}

Status Decoder::pattern(const Place& sum, lf::Pattern& pattern) {
  switch (sum.number()) {
  case AlternativeMessage::kDefault:
    return unit(sum);
  case AlternativeMessage::kNil:
    pattern.form = PatternForm::kNil;
    return unit(sum);
  case AlternativeMessage::kNone:
    pattern.form = PatternForm::kNone;
    return unit(sum);
  case AlternativeMessage::kConstant: {
    pattern.form = PatternForm::kConstant;
    TENON_ASSIGN_OR_RETURN(pattern.constant, constant_code(sum));
    return {};
  }
  case AlternativeMessage::kVariant:
    return variant_pattern(sum, pattern);
  case AlternativeMessage::kEnum:
    return enum_pattern(sum, pattern);
  case AlternativeMessage::kCons:
    return cons_pattern(sum, pattern);
  case AlternativeMessage::kSome:
    return some_pattern(sum, pattern);
  default:
    return reader_.require(sum).status();
  }
}

Status Decoder::variant_pattern(const Place& sum, lf::Pattern& pattern) {
  using M = VariantPatternMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  pattern.form = PatternForm::kVariant;
  TENON_ASSIGN_OR_RETURN(pattern.type, type_name(fields[M::kType]));
  TENON_ASSIGN_OR_RETURN(pattern.constructor, name(fields[M::kConstructor]));
  TENON_ASSIGN_OR_RETURN(pattern.binder, name(fields[M::kBinder]));
  return {};
}

Status Decoder::enum_pattern(const Place& sum, lf::Pattern& pattern) {
  using M = EnumPatternMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  pattern.form = PatternForm::kEnum;
  TENON_ASSIGN_OR_RETURN(pattern.type, type_name(fields[M::kType]));
  TENON_ASSIGN_OR_RETURN(pattern.constructor, name(fields[M::kConstructor]));
  return {};
}

Status Decoder::cons_pattern(const Place& sum, lf::Pattern& pattern) {
  using M = ConsPatternMessage;
  FieldsOf<M> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  pattern.form = PatternForm::kCons;
  TENON_ASSIGN_OR_RETURN(pattern.binder, name(fields[M::kHead]));
  TENON_ASSIGN_OR_RETURN(pattern.tail, name(fields[M::kTail]));
  return {};
}

Status Decoder::some_pattern(const Place& sum, lf::Pattern& pattern) {
  FieldsOf<SomePatternMessage> fields(reader_);
  TENON_RETURN_IF_ERROR(fields.read(sum.bytes()));
  pattern.form = PatternForm::kSome;
  TENON_ASSIGN_OR_RETURN(pattern.binder, name(fields[SomePatternMessage::kBody]));
  return {};
}

} // namespace tenon::daml::archive
