// Reading expressions.
#include <algorithm>
#include <utility>

#include "text/limits.hpp"
#include "text/parser.hpp"
#include "values/text.hpp"

namespace tenon::daml::text {

using lf::ExprForm;

lf::LocationId Parser::mark() {
  if (token_.form != TokenForm::kMark)
    return {};
  const std::size_t offset = token_.offset;
  const std::uint32_t number = index("location", static_cast<std::uint32_t>(locations_.size()) + 1);
  if (!failed() && number == 0)
    fail_at(offset, Code::kInvalidArgument, "location: expected a number from 1, found 0");
  return failed() ? lf::LocationId{} : locations_[number - 1];
}

void Parser::locate(lf::Expr* expr, lf::LocationId location, std::size_t offset) {
  if (failed() || location.is_none())
    return;
  if (!expr->location.is_none())
    fail_at(offset, Code::kInvalidArgument, "location: expected one, found another inside");
  expr->location = location;
}

// A tree of that many levels is there, beside the ones `before`. Applications in a row make a tree
// deeper than the text that says it.
void Parser::rise(int before, int height) {
  if (height > kMaxNesting)
    fail("expression", "at most " + std::to_string(kMaxNesting) + " in each other");
  tallest_ = std::max(before, height);
}

// A mark in front of it is of the whole.
lf::Expr* Parser::expression() {
  const Level level(expression_depth_);
  if (expression_depth_ > kMaxNesting) {
    fail("expression", "at most " + std::to_string(kMaxNesting) + " in each other");
    return nullptr;
  }
  const std::size_t offset = token_.offset;
  const lf::LocationId location = mark();
  const int before = std::exchange(tallest_, 0);
  lf::Expr* result = open_form();
  if (result == nullptr)
    result = application();
  else
    ++tallest_;
  rise(before, tallest_);
  locate(result, location, offset);
  return result;
}

// What begins with a word or a symbol of its own; null when something else is there.
lf::Expr* Parser::open_form() {
  if (take("\\"))
    return abstraction();
  if (take("/\\"))
    return type_abstraction();
  if (token_.form != TokenForm::kName)
    return nullptr;
  const Word* const word = find_word(token_.text);
  if (word == nullptr)
    return nullptr;
  if (word->keyword)
    return keyword_form(*word->keyword);
  if (word->form != nullptr && word->form->operands[0] != Operand::kNone)
    return form(*word->form);
  return nullptr;
}

lf::Expr* Parser::keyword_form(Keyword keyword) {
  switch (keyword) {
  case Keyword::kCase:
    return match();
  case Keyword::kLet:
    return let();
  case Keyword::kDo:
    return block(ExprForm::kUpdate);
  case Keyword::kScenarioDo:
    return block(ExprForm::kScenario);
  case Keyword::kTry:
    return try_catch();
  case Keyword::kDate:
    return time_literal(lf::LiteralForm::kDate);
  case Keyword::kTimestamp:
    return time_literal(lf::LiteralForm::kTimestamp);
  case Keyword::kRounding:
    return rounding_mode();
  case Keyword::kDecimal: {
    advance();
    const std::size_t offset = token_.offset;
    return numeric_literal(offset, text_literal("decimal"));
  }
  default:
    return nullptr;
  }
}

lf::Expr* Parser::application() {
  lf::Expr* result = atom();
  int height = tallest_;
  while (!failed()) {
    if (at("@")) {
      std::vector<const lf::Type*> arguments;
      while (take("@"))
        arguments.push_back(atomic_type());
      result = builder_->make<lf::TypeApplication>(ExprForm::kTypeApplication, result,
                                                   builder_->list(arguments));
      ++height;
    } else if (at_atom()) {
      tallest_ = 0;
      std::vector<const lf::Expr*> arguments;
      while (at_atom())
        arguments.push_back(argument());
      result = builder_->make<lf::Application>(ExprForm::kApplication, result,
                                               builder_->list(arguments));
      height = std::max(height, tallest_) + 1;
    } else {
      tallest_ = height;
      return result;
    }
  }
  return nullptr;
}

lf::Expr* Parser::argument() {
  const std::size_t offset = token_.offset;
  const lf::LocationId location = mark();
  lf::Expr* const result = atom();
  locate(result, location, offset);
  return result;
}

// Whether another argument begins here. A form of several words that does must be in parentheses.
bool Parser::at_atom() {
  switch (token_.form) {
  case TokenForm::kQuotedName:
  case TokenForm::kReference:
  case TokenForm::kInteger:
  case TokenForm::kDecimal:
  case TokenForm::kText:
  case TokenForm::kMark:
    return true;
  case TokenForm::kName:
    break;
  default:
    return at("(");
  }
  const Word* const word = find_word(token_.text);
  if (word == nullptr || word->builtin != nullptr)
    return true;
  if (word->form != nullptr && word->form->operands[0] == Operand::kNone)
    return true;
  if (word->keyword) {
    switch (*word->keyword) {
    case Keyword::kTrue:
    case Keyword::kFalse:
      return true;
    case Keyword::kOf:
    case Keyword::kIn:
    case Keyword::kCatch:
      return false;
    default:
      break;
    }
  }
  fail("argument", "parentheses around it, or backticks when it is a variable");
  return false;
}

lf::Expr* Parser::atom() {
  if (at("("))
    return parenthesized();
  tallest_ = std::max(tallest_, 1);
  lf::Expr* result = nullptr;
  const Token token = token_;
  switch (token.form) {
  case TokenForm::kName:
    if (const Word* const word = find_word(token.text); word != nullptr) {
      result = word_atom(*word);
      break;
    }
    [[fallthrough]];
  case TokenForm::kQuotedName:
    result = builder_->make<lf::Variable>(ExprForm::kVariable, name("variable"));
    break;
  case TokenForm::kReference:
    result = builder_->make<lf::ValueReference>(ExprForm::kValue, reference("value"));
    break;
  case TokenForm::kInteger:
    result = integer_literal();
    break;
  case TokenForm::kDecimal:
    advance();
    result = numeric_literal(token.offset, token.text);
    break;
  case TokenForm::kText:
    result = text_literal_expr();
    break;
  default:
    break;
  }
  if (result == nullptr || failed()) {
    fail("expression", token.form == TokenForm::kDottedName
                           ? "an expression (what modules define is Module:Name)"
                           : "an expression");
    return nullptr;
  }
  return result;
}

lf::Expr* Parser::parenthesized() {
  advance();
  const bool is_unit = take(")");
  lf::Expr* const result = is_unit ? constant(lf::Constant::kUnit) : expression();
  if (!is_unit)
    expect(")", "expression");
  return failed() ? nullptr : result;
}

lf::Expr* Parser::word_atom(const Word& word) {
  const std::size_t offset = token_.offset;
  if (word.builtin != nullptr) {
    const lf::BuiltinInfo& info = *word.builtin;
    if (!info.legal_in(builder_->version())) {
      fail_at(offset, Code::kInvalidArgument,
              "built-in function: expected " + std::string(info.name) + " in versions " +
                  to_string(info.first) + " to " + to_string(info.last) + " only, found it in " +
                  to_string(builder_->version()));
    }
    advance();
    return builder_->make<lf::BuiltinFunction>(ExprForm::kBuiltin, info.builtin);
  }
  if (word.form != nullptr && word.form->operands[0] == Operand::kNone)
    return form(*word.form);
  if (word.keyword == Keyword::kTrue || word.keyword == Keyword::kFalse) {
    advance();
    return constant(word.keyword == Keyword::kTrue ? lf::Constant::kTrue : lf::Constant::kFalse);
  }
  return nullptr;
}

lf::Expr* Parser::abstraction() {
  std::vector<lf::Binder> parameters;
  do {
    expect("(", "parameter");
    parameters.push_back(binder("parameter"));
    expect(")", "parameter");
  } while (at("("));
  expect("->", "function");
  const lf::Expr* const body = expression();
  return builder_->make<lf::Abstraction>(ExprForm::kAbstraction, builder_->list(parameters), body);
}

lf::Expr* Parser::type_abstraction() {
  const std::vector<lf::TypeParameter> parameters = type_parameters();
  if (parameters.empty())
    fail("type function", "a type parameter");
  expect("->", "type function");
  const lf::Expr* const body = expression();
  return builder_->make<lf::TypeAbstraction>(ExprForm::kTypeAbstraction, builder_->list(parameters),
                                             body);
}

lf::Expr* Parser::match() {
  advance();
  const lf::Expr* const scrutinee = expression();
  expect_word("of", "case");
  expect("{", "case");
  std::vector<lf::Alternative> alternatives;
  while (in_block()) {
    lf::Alternative& alternative = alternatives.emplace_back();
    alternative.pattern = pattern();
    expect("->", "alternative");
    alternative.body = expression();
    if (!take(";"))
      break;
  }
  expect("}", "case");
  return builder_->make<lf::Case>(ExprForm::kCase, scrutinee, builder_->list(alternatives));
}

lf::Pattern Parser::pattern() {
  lf::Pattern result;
  if (take_word("_"))
    return result;
  if (take_word("nil")) {
    result.form = lf::PatternForm::kNil;
  } else if (take_word("none")) {
    result.form = lf::PatternForm::kNone;
  } else if (take_word("some")) {
    result.form = lf::PatternForm::kSome;
    result.binder = name("pattern");
  } else if (take_word("cons")) {
    result.form = lf::PatternForm::kCons;
    result.binder = name("pattern");
    result.tail = name("pattern");
  } else if (at_word("variant") || at_word("enum")) {
    const bool is_variant = at_word("variant");
    advance();
    result.form = is_variant ? lf::PatternForm::kVariant : lf::PatternForm::kEnum;
    result.type = reference("pattern");
    result.constructor = name("pattern");
    if (is_variant)
      result.binder = name("pattern");
  } else {
    result.form = lf::PatternForm::kConstant;
    if (take_word("true")) {
      result.constant = lf::Constant::kTrue;
    } else if (take_word("false")) {
      result.constant = lf::Constant::kFalse;
    } else if (take("(")) {
      expect(")", "pattern");
    } else {
      fail("pattern", "one of _ () true false nil cons none some variant enum");
    }
  }
  return result;
}

lf::Binder Parser::binder(std::string_view what) {
  lf::Binder result;
  result.name = name(what);
  expect(":", what);
  result.type = type();
  return result;
}

lf::Expr* Parser::let() {
  advance();
  expect("{", "let");
  std::vector<lf::Binding> bindings;
  do {
    lf::Binding& binding = bindings.emplace_back();
    binding.binder = binder("let");
    expect("=", "let");
    binding.value = expression();
  } while (take(";") && in_block());
  expect("}", "let");
  expect_word("in", "let");
  const lf::Expr* const body = expression();
  return builder_->make<lf::Let>(ExprForm::kLet, builder_->list(bindings), body);
}

// No expression begins with a name and a colon.
bool Parser::at_binding() const {
  if (!at_name())
    return false;
  Lexer ahead = lexer_;
  const Token next = ahead.next();
  return next.form == TokenForm::kSymbol && next.text == ":";
}

lf::Expr* Parser::block(ExprForm form) {
  advance();
  expect("{", "do");
  std::vector<lf::Binding> bindings;
  while (at_binding()) {
    lf::Binding& binding = bindings.emplace_back();
    binding.binder = binder("do");
    expect("<-", "do");
    binding.value = expression();
    expect(";", "do");
  }
  const lf::Expr* const last = expression();
  take(";");
  expect("}", "do");
  if (form == ExprForm::kScenario) {
    auto* scenario = builder_->make<lf::Scenario>(form);
    scenario->scenario = lf::ScenarioForm::kBlock;
    scenario->bindings = builder_->list(bindings);
    scenario->first = last;
    return scenario;
  }
  auto* update = builder_->make<lf::Update>(form);
  update->update = lf::UpdateForm::kBlock;
  update->bindings = builder_->list(bindings);
  update->first = last;
  return update;
}

lf::Expr* Parser::try_catch() {
  require(token_.offset, lf::Feature::kExceptions, "try");
  advance();
  auto* update = builder_->make<lf::Update>(ExprForm::kUpdate);
  update->update = lf::UpdateForm::kTryCatch;
  update->type = atomic_type();
  update->first = argument();
  expect_word("catch", "try");
  update->name = name("try");
  expect("->", "try");
  update->second = expression();
  return update;
}

lf::Expr* Parser::form(const Form& form) {
  if (form.feature)
    require(token_.offset, *form.feature, form.word);
  advance();
  Parts parts;
  std::size_t types = 0;
  std::size_t identifiers = 0;
  std::size_t exprs = 0;
  for (const Operand one : form.operands) {
    if (one == Operand::kNone || failed())
      break;
    operand(one, parts, types, identifiers, exprs);
  }
  return failed() ? nullptr : make_expression(*builder_, form, parts);
}

void Parser::operand(Operand operand, Parts& parts, std::size_t& type, std::size_t& identifier,
                     std::size_t& expr) {
  switch (operand) {
  case Operand::kNone:
    return;
  case Operand::kType:
    parts.types.at(type++) = atomic_type();
    return;
  case Operand::kConstructed:
    parts.types.at(type++) = constructed_type();
    return;
  case Operand::kIdentifier:
    parts.identifiers.at(identifier++) = reference("reference");
    return;
  case Operand::kName:
    parts.name = name("operand");
    return;
  case Operand::kExpr:
    parts.exprs.at(expr++) = argument();
    return;
  case Operand::kList:
    parts.list = list();
    return;
  case Operand::kFields:
    parts.fields = field_values();
    return;
  }
}

std::span<const lf::FieldExpr> Parser::field_values() {
  expect("{", "fields");
  std::vector<lf::FieldExpr> fields;
  while (in_block()) {
    lf::FieldExpr& field = fields.emplace_back();
    field.name = name("field");
    expect("=", "field");
    field.value = expression();
    if (!take(","))
      break;
  }
  expect("}", "fields");
  return builder_->list(fields);
}

std::span<const lf::Expr* const> Parser::list() {
  expect("[", "list");
  std::vector<const lf::Expr*> items;
  do {
    items.push_back(expression());
  } while (take(",") && !at("]"));
  expect("]", "list");
  return builder_->list(items);
}

} // namespace tenon::daml::text
