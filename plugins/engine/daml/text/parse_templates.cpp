// Reading templates and interfaces. Their clauses may come in any order; what the language has by
// default may be left out.
#include <algorithm>

#include "text/parse_scopes.hpp"
#include "text/parser.hpp"

namespace tenon::daml::text {

using lf::ExprForm;
using lf::Feature;

namespace {

// As many projections as archives may have in a row in a restricted key.
constexpr std::size_t kMaxKeyProjections = 100;

bool is_restricted(const lf::Expr& key) {
  if (key.form == ExprForm::kRecord) {
    const auto fields = lf::as<lf::Record>(key).fields;
    return std::all_of(fields.begin(), fields.end(),
                       [](const lf::FieldExpr& field) { return is_restricted(*field.value); });
  }
  const lf::Expr* rest = &key;
  std::size_t projections = 0;
  for (; rest->form == ExprForm::kRecordProjection; ++projections)
    rest = lf::as<lf::RecordProjection>(*rest).record;
  return rest->form == ExprForm::kVariable && projections <= kMaxKeyProjections;
}

} // namespace

void Parser::clause(const lf::Expr*& target, std::string_view what) {
  if (target != nullptr)
    return fail(what, "it once");
  advance();
  expect("=", what);
  target = expression();
  expect(";", what);
}

void Parser::require_clause(const lf::Expr* expr, std::size_t offset, std::string_view what) {
  if (expr == nullptr)
    fail_at(offset, Code::kInvalidArgument,
            std::string(what) + ": expected \"" + std::string(what) + " = ...;\", found none");
}

const lf::Expr* Parser::no_parties() {
  const std::size_t offset = token_.offset;
  if (failed())
    return nullptr;
  TypeDraft party;
  party.head.builtin = lf::BuiltinType::kParty;
  const lf::Type* const type = refer(node(party, offset, false), offset);
  return builder_->make<lf::Typed>(ExprForm::kNil, type, nullptr);
}

void Parser::template_definition(Definitions& all, lf::LocationId location) {
  advance();
  lf::Template result;
  result.location = location;
  const std::size_t offset = token_.offset;
  result.name = dotted_name("template");
  once(all.ledger_types, result.name.index, offset, "name");
  result.parameter = name("template");
  expect("{", "template");
  lf::TemplateKey key;
  Clauses clauses;
  while (in_block()) {
    if (!choice_or_instance(clauses, "implements"))
      template_clause(result, key);
  }
  require_clause(result.signatories, offset, "signatories");
  if (result.observers == nullptr)
    result.observers = no_parties();
  if (result.agreement == nullptr && !failed()) {
    result.agreement = builder_->make<lf::Literal>(ExprForm::kLiteral, lf::LiteralForm::kText,
                                                   std::uint8_t{0}, builder_->intern(""), 0);
  }
  if ((key.key == nullptr) != (key.maintainers == nullptr))
    fail_at(offset, Code::kInvalidArgument,
            "template: expected both key and maintainers or neither, found one of them");
  if (key.key != nullptr)
    result.key = builder_->store(key);
  result.choices = builder_->list(clauses.choices);
  result.implements = builder_->list(clauses.instances);
  expect("}", "template");
  all.templates.push_back(result);
}

void Parser::template_clause(lf::Template& result, lf::TemplateKey& key) {
  if (at_word("precondition"))
    return clause(result.precondition, "precondition");
  if (at_word("signatories"))
    return clause(result.signatories, "signatories");
  if (at_word("observers"))
    return clause(result.observers, "observers");
  if (at_word("agreement"))
    return clause(result.agreement, "agreement");
  if (at_word("maintainers"))
    return clause(key.maintainers, "maintainers");
  const bool restricted = take_word("restricted");
  if (at_word("key"))
    return this->key(key, restricted);
  fail("template", "one of precondition, signatories, observers, agreement, key, maintainers, "
                   "consuming choice, nonconsuming choice, implements");
}

void Parser::key(lf::TemplateKey& key, bool restricted) {
  if (key.key != nullptr)
    return fail("key", "it once");
  advance();
  key.restricted = restricted;
  key.type = atomic_type();
  expect("=", "key");
  const std::size_t offset = token_.offset;
  key.key = expression();
  expect(";", "key");
  if (restricted && !failed() && !is_restricted(*key.key))
    fail_at(offset, Code::kInvalidArgument,
            "restricted key: expected records of at most " + std::to_string(kMaxKeyProjections) +
                " projections of the template's parameter, found something else");
}

void Parser::interface(Definitions& all, lf::LocationId location) {
  require(token_.offset, Feature::kInterfaces, "interface");
  advance();
  lf::Interface result;
  result.location = location;
  const std::size_t offset = token_.offset;
  result.name = dotted_name("interface");
  once(all.ledger_types, result.name.index, offset, "name");
  result.parameter = name("interface");
  expect("{", "interface");
  Clauses clauses;
  while (in_block()) {
    if (!choice_or_instance(clauses, "implemented_by"))
      interface_clause(result, clauses);
  }
  if (result.view == nullptr)
    fail_at(offset, Code::kInvalidArgument, "interface: expected \"view type;\", found none");
  result.methods = builder_->list(clauses.methods);
  result.requirements = builder_->list(clauses.requirements);
  result.choices = builder_->list(clauses.choices);
  result.co_implements = builder_->list(clauses.instances);
  expect("}", "interface");
  all.interfaces.push_back(result);
}

void Parser::interface_clause(lf::Interface& result, Clauses& clauses) {
  if (at_word("view")) {
    if (result.view != nullptr)
      return fail("view", "it once");
    advance();
    result.view = type();
  } else if (take_word("requires")) {
    const std::size_t offset = token_.offset;
    clauses.requirements.push_back(reference("requires"));
    once(clauses.requirement_names, clauses.requirements.back().index, offset, "requires");
  } else {
    lf::Method method;
    method.location = mark();
    expect_word("method", "interface");
    const std::size_t offset = token_.offset;
    method.name = name("method");
    once(clauses.method_names, method.name.index, offset, "method");
    expect(":", "method");
    method.type = type();
    clauses.methods.push_back(method);
  }
  expect(";", "interface");
}

bool Parser::choice_or_instance(Clauses& clauses, std::string_view instance_word) {
  // A mark belongs to what is behind it, and that may be a method.
  const Lexer lexer = lexer_;
  const Token token = token_;
  const lf::LocationId location = mark();
  const std::size_t offset = token_.offset;
  if (at_word("consuming") || at_word("nonconsuming")) {
    const bool consuming = at_word("consuming");
    advance();
    clauses.choices.push_back(choice(consuming));
    clauses.choices.back().location = location;
    once(clauses.choice_names, clauses.choices.back().name.index, offset, "choice");
    return true;
  }
  if (at_word(instance_word)) {
    require(offset, Feature::kInterfaces, instance_word);
    clauses.instances.push_back(instance());
    clauses.instances.back().location = location;
    once(clauses.instance_names, clauses.instances.back().other.index, offset, instance_word);
    return true;
  }
  if (!failed()) {
    lexer_ = lexer;
    token_ = token;
  }
  return false;
}

lf::Choice Parser::choice(bool consuming) {
  expect_word("choice", "choice");
  lf::Choice result;
  result.consuming = consuming;
  const std::size_t offset = token_.offset;
  result.name = name("choice");
  result.contract_id = name("choice");
  expect("(", "choice");
  result.argument = binder("choice");
  expect(")", "choice");
  expect(":", "choice");
  result.result = type();
  expect("{", "choice");
  while (in_block()) {
    if (at_word("controllers")) {
      clause(result.controllers, "controllers");
    } else if (at_word("observers")) {
      require(token_.offset, Feature::kChoiceObservers, "observers");
      clause(result.observers, "observers");
    } else if (at_word("update")) {
      clause(result.update, "update");
    } else {
      fail("choice", "one of controllers, observers, update");
    }
  }
  require_clause(result.controllers, offset, "controllers");
  require_clause(result.update, offset, "update");
  if (result.observers == nullptr && supports(Feature::kChoiceObservers))
    result.observers = no_parties();
  expect("}", "choice");
  return result;
}

lf::InterfaceInstance Parser::instance() {
  advance();
  lf::InterfaceInstance result;
  const std::size_t offset = token_.offset;
  result.other = reference("instance");
  expect("{", "instance");
  std::vector<lf::MethodBody> methods;
  std::set<std::uint32_t> seen;
  while (in_block()) {
    if (at_word("view")) {
      clause(result.view, "view");
      continue;
    }
    expect_word("method", "instance");
    lf::MethodBody& method = methods.emplace_back();
    const std::size_t name_offset = token_.offset;
    method.name = name("method");
    once(seen, method.name.index, name_offset, "method");
    expect("=", "method");
    method.value = expression();
    expect(";", "method");
  }
  require_clause(result.view, offset, "view");
  result.methods = builder_->list(methods);
  expect("}", "instance");
  return result;
}

} // namespace tenon::daml::text
