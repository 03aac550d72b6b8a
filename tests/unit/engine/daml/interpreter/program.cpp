#include "program.hpp"

namespace tenon::daml::interpreter::test {

using lf::ExprForm;

Program::Program(lf::LanguageVersion version, std::string_view id) : id_(id), builder_(version) {
  if (lf::supports(version, lf::Feature::kPackageMetadata)) {
    builder_.set_metadata({builder_.intern("main"), builder_.intern("1.0.0"), std::nullopt});
  }
  module_.name = dotted("Main");
}

// --- Types.

T Program::builtin(lf::BuiltinType type, std::vector<T> arguments) {
  return builder_.table_type(lf::builtin_type(type, arguments)).value();
}

T Program::nat(std::uint8_t value) {
  return builder_.table_type(lf::nat_type(value)).value();
}

lf::IdentifierId Program::identifier(std::string_view name) {
  return builder_.identifier({lf::PackageRef{0}, dotted("Main"), dotted(name)});
}

T Program::named(std::string_view name, std::vector<T> arguments) {
  return builder_.table_type(lf::constructor_type(identifier(name), arguments)).value();
}

T Program::variable_type(std::string_view text) {
  return builder_.table_type(lf::variable_type(name(text))).value();
}

T Program::applied(std::string_view type, const std::vector<T>& arguments) {
  return builder_.type(lf::constructor_type(identifier(type), arguments)).value();
}

// --- Expressions.

E Program::variable(std::string_view text) {
  return builder_.make<lf::Variable>(ExprForm::kVariable, name(text));
}

E Program::value(std::string_view text) {
  return builder_.make<lf::ValueReference>(ExprForm::kValue, identifier(text));
}

E Program::function(lf::Builtin builtin) {
  return builder_.make<lf::BuiltinFunction>(ExprForm::kBuiltin, builtin);
}

namespace {

E literal(lf::PackageBuilder& builder, lf::LiteralForm form, std::int64_t integer,
          std::string_view text = {}, std::uint8_t scale = 0) {
  auto* const node = builder.make<lf::Literal>(ExprForm::kLiteral);
  node->literal = form;
  node->integer = integer;
  node->scale = scale;
  node->text = builder.intern(text);
  return node;
}

} // namespace

E Program::number(std::int64_t value) {
  return literal(builder_, lf::LiteralForm::kInt64, value);
}
E Program::decimal(std::string_view text, std::uint8_t scale) {
  return literal(builder_, lf::LiteralForm::kNumeric, 0, text, scale);
}
E Program::string(std::string_view value) {
  return literal(builder_, lf::LiteralForm::kText, 0, value);
}
E Program::day(std::int64_t days) {
  return literal(builder_, lf::LiteralForm::kDate, days);
}
E Program::moment(std::int64_t micros) {
  return literal(builder_, lf::LiteralForm::kTimestamp, micros);
}
E Program::rounding(std::int64_t mode) {
  return literal(builder_, lf::LiteralForm::kRoundingMode, mode);
}
E Program::unit_value() {
  return builder_.make<lf::ConstantValue>(ExprForm::kConstant, lf::Constant::kUnit);
}
E Program::truth(bool value) {
  return builder_.make<lf::ConstantValue>(ExprForm::kConstant, value ? lf::Constant::kTrue
                                                                     : lf::Constant::kFalse);
}

E Program::apply(E function, std::vector<E> arguments) {
  return builder_.make<lf::Application>(ExprForm::kApplication, function,
                                        builder_.list(arguments));
}

E Program::apply_type(E function, std::vector<T> types) {
  return builder_.make<lf::TypeApplication>(ExprForm::kTypeApplication, function,
                                            builder_.list(types));
}

E Program::call(lf::Builtin builtin, std::vector<E> arguments, std::vector<T> types) {
  E head = function(builtin);
  if (!types.empty())
    head = apply_type(head, std::move(types));
  return arguments.empty() ? head : apply(head, std::move(arguments));
}

E Program::lambda(std::vector<std::pair<std::string_view, T>> parameters, E body) {
  std::vector<lf::Binder> binders;
  for (const auto& [text, type] : parameters)
    binders.push_back({name(text), type});
  return builder_.make<lf::Abstraction>(ExprForm::kAbstraction, builder_.list(binders), body);
}

E Program::type_lambda(std::string_view text, const lf::Kind* kind, E body) {
  const std::vector<lf::TypeParameter> parameter{{name(text), kind}};
  return builder_.make<lf::TypeAbstraction>(ExprForm::kTypeAbstraction, builder_.list(parameter),
                                            body);
}

E Program::let(std::string_view text, T type, E value, E body) {
  const std::vector<lf::Binding> bindings{{{name(text), type}, value}};
  return builder_.make<lf::Let>(ExprForm::kLet, builder_.list(bindings), body);
}

namespace {

std::vector<lf::FieldExpr> fields_of(lf::PackageBuilder& builder,
                                     const std::vector<std::pair<std::string_view, E>>& fields) {
  std::vector<lf::FieldExpr> result;
  for (const auto& [text, value] : fields)
    result.push_back({builder.name(text).value(), value});
  return result;
}

} // namespace

E Program::record(std::string_view type, std::vector<std::pair<std::string_view, E>> fields,
                  std::vector<T> arguments) {
  return builder_.make<lf::Record>(ExprForm::kRecord, applied(type, arguments),
                                   builder_.list(fields_of(builder_, fields)));
}

E Program::field(std::string_view type, std::string_view text, E record) {
  return builder_.make<lf::RecordProjection>(ExprForm::kRecordProjection, name(text),
                                             applied(type, {}), record);
}

E Program::with_field(std::string_view type, std::string_view text, E record, E value) {
  return builder_.make<lf::RecordUpdate>(ExprForm::kRecordUpdate, name(text), applied(type, {}),
                                         record, value);
}

E Program::structure(std::vector<std::pair<std::string_view, E>> fields) {
  return builder_.make<lf::Struct>(ExprForm::kStruct, builder_.list(fields_of(builder_, fields)));
}

E Program::struct_field(std::string_view text, E value) {
  return builder_.make<lf::StructProjection>(ExprForm::kStructProjection, name(text), value);
}

E Program::with_struct_field(std::string_view text, E value, E field) {
  return builder_.make<lf::StructUpdate>(ExprForm::kStructUpdate, name(text), value, field);
}

E Program::variant(std::string_view type, std::string_view constructor, E argument,
                   std::vector<T> arguments) {
  return builder_.make<lf::Variant>(ExprForm::kVariant, name(constructor),
                                    applied(type, arguments), argument);
}

E Program::enumeration(std::string_view type, std::string_view constructor) {
  return builder_.make<lf::EnumValue>(ExprForm::kEnum, name(constructor), identifier(type));
}

E Program::nil(T element) {
  return builder_.make<lf::Typed>(ExprForm::kNil, element, nullptr);
}

E Program::cons(T element, std::vector<E> front, E tail) {
  return builder_.make<lf::Cons>(ExprForm::kCons, element, builder_.list(front), tail);
}

E Program::list_of(T element, std::vector<E> elements) {
  return elements.empty() ? nil(element) : cons(element, std::move(elements), nil(element));
}

E Program::none(T type) {
  return builder_.make<lf::Typed>(ExprForm::kNone, type, nullptr);
}
E Program::some(T type, E content) {
  return builder_.make<lf::Typed>(ExprForm::kSome, type, content);
}
E Program::to_any(T type, E operand) {
  return builder_.make<lf::Typed>(ExprForm::kToAny, type, operand);
}
E Program::from_any(T type, E operand) {
  return builder_.make<lf::Typed>(ExprForm::kFromAny, type, operand);
}
E Program::type_rep(T type) {
  return builder_.make<lf::Typed>(ExprForm::kTypeRep, type, nullptr);
}
E Program::to_any_exception(T type, E operand) {
  return builder_.make<lf::Typed>(ExprForm::kToAnyException, type, operand);
}
E Program::from_any_exception(T type, E operand) {
  return builder_.make<lf::Typed>(ExprForm::kFromAnyException, type, operand);
}
E Program::raise(T result, T type, E exception) {
  return builder_.make<lf::Throw>(ExprForm::kThrow, result, type, exception);
}

E Program::convert(ExprForm form, std::string_view interface, std::string_view specific,
                   E operand, E contract_id) {
  return builder_.make<lf::InterfaceConversion>(form, identifier(interface),
                                                identifier(specific), contract_id, operand);
}

E Program::method_of(std::string_view interface, std::string_view method, E operand) {
  return builder_.make<lf::CallInterface>(ExprForm::kCallInterface, identifier(interface),
                                          name(method), operand);
}

E Program::query(ExprForm form, std::string_view interface, E operand) {
  return builder_.make<lf::InterfaceQuery>(form, identifier(interface), operand);
}

// --- Cases.

E Program::match(E scrutinee, std::vector<Branch> branches) {
  std::vector<lf::Alternative> alternatives;
  for (const Branch& branch : branches)
    alternatives.push_back({branch.pattern, branch.body});
  return builder_.make<lf::Case>(ExprForm::kCase, scrutinee, builder_.list(alternatives));
}

E Program::if_then(E condition, E then, E otherwise) {
  return match(condition, {when(true, then), when(false, otherwise)});
}

Program::Branch Program::otherwise(E body) {
  return {{}, body};
}

Program::Branch Program::when(bool value, E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kConstant;
  pattern.constant = value ? lf::Constant::kTrue : lf::Constant::kFalse;
  return {pattern, body};
}

Program::Branch Program::when_unit(E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kConstant;
  return {pattern, body};
}

Program::Branch Program::when_nil(E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kNil;
  return {pattern, body};
}

Program::Branch Program::when_cons(std::string_view head, std::string_view tail, E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kCons;
  pattern.binder = name(head);
  pattern.tail = name(tail);
  return {pattern, body};
}

Program::Branch Program::when_none(E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kNone;
  return {pattern, body};
}

Program::Branch Program::when_some(std::string_view text, E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kSome;
  pattern.binder = name(text);
  return {pattern, body};
}

Program::Branch Program::when_variant(std::string_view type, std::string_view constructor,
                                      std::string_view text, E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kVariant;
  pattern.type = identifier(type);
  pattern.constructor = name(constructor);
  pattern.binder = name(text);
  return {pattern, body};
}

Program::Branch Program::when_enum(std::string_view type, std::string_view constructor, E body) {
  lf::Pattern pattern;
  pattern.form = lf::PatternForm::kEnum;
  pattern.type = identifier(type);
  pattern.constructor = name(constructor);
  return {pattern, body};
}

// --- Updates.

E Program::update_of(lf::UpdateForm form, lf::IdentifierId target, std::string_view text, E first,
                     E second) {
  auto* const update = builder_.make<lf::Update>(ExprForm::kUpdate);
  update->update = form;
  update->target = target;
  if (!text.empty())
    update->name = name(text);
  update->first = first;
  update->second = second;
  return update;
}

E Program::pure(T type, E value) {
  auto* const update = builder_.make<lf::Update>(ExprForm::kUpdate);
  update->update = lf::UpdateForm::kPure;
  update->type = type;
  update->first = value;
  return update;
}

E Program::embed(T type, E value) {
  auto* const update = builder_.make<lf::Update>(ExprForm::kUpdate);
  update->update = lf::UpdateForm::kEmbed;
  update->type = type;
  update->first = value;
  return update;
}

E Program::block(std::vector<Step> steps, E last) {
  std::vector<lf::Binding> bindings;
  for (const Step& step : steps)
    bindings.push_back({{name(step.name), step.type}, step.update});
  auto* const update = builder_.make<lf::Update>(ExprForm::kUpdate);
  update->update = lf::UpdateForm::kBlock;
  update->bindings = builder_.list(bindings);
  update->first = last;
  return update;
}

E Program::create(std::string_view contract, E argument) {
  return update_of(lf::UpdateForm::kCreate, identifier(contract), {}, argument, nullptr);
}
E Program::create_interface(std::string_view interface, E value) {
  return update_of(lf::UpdateForm::kCreateInterface, identifier(interface), {}, value, nullptr);
}
E Program::exercise(std::string_view contract, std::string_view choice, E contract_id,
                    E argument) {
  return update_of(lf::UpdateForm::kExercise, identifier(contract), choice, contract_id, argument);
}
E Program::exercise_interface(std::string_view interface, std::string_view choice, E contract_id,
                              E argument) {
  return update_of(lf::UpdateForm::kExerciseInterface, identifier(interface), choice, contract_id,
                   argument);
}
E Program::exercise_by_key(std::string_view contract, std::string_view choice, E key,
                           E argument) {
  return update_of(lf::UpdateForm::kExerciseByKey, identifier(contract), choice, key, argument);
}
E Program::fetch(std::string_view contract, E contract_id) {
  return update_of(lf::UpdateForm::kFetch, identifier(contract), {}, contract_id, nullptr);
}
E Program::fetch_interface(std::string_view interface, E contract_id) {
  return update_of(lf::UpdateForm::kFetchInterface, identifier(interface), {}, contract_id,
                   nullptr);
}
E Program::fetch_by_key(std::string_view contract, E key) {
  return update_of(lf::UpdateForm::kFetchByKey, identifier(contract), {}, key, nullptr);
}
E Program::lookup_by_key(std::string_view contract, E key) {
  return update_of(lf::UpdateForm::kLookupByKey, identifier(contract), {}, key, nullptr);
}
E Program::soft(lf::UpdateForm form, std::string_view contract, E first, E second,
                std::string_view choice) {
  return update_of(form, identifier(contract), choice, first, second);
}
E Program::get_time() {
  return builder_.make<lf::Update>(ExprForm::kUpdate);
}

E Program::try_catch(T type, E tried, std::string_view exception, E handler) {
  auto* const update = builder_.make<lf::Update>(ExprForm::kUpdate);
  update->update = lf::UpdateForm::kTryCatch;
  update->type = type;
  update->name = name(exception);
  update->first = tried;
  update->second = handler;
  return update;
}

E Program::scenario(T type, E value) {
  auto* const scenario = builder_.make<lf::Scenario>(ExprForm::kScenario);
  scenario->scenario = lf::ScenarioForm::kPure;
  scenario->type = type;
  scenario->first = value;
  return scenario;
}

// --- Definitions.

void Program::define(std::string_view text, T type, E body) {
  lf::Value value;
  value.name = dotted(text);
  value.type = type;
  value.body = body;
  values_.push_back(value);
}

std::vector<lf::TypeParameter> Program::parameters(const std::vector<std::string_view>& names) {
  std::vector<lf::TypeParameter> result;
  for (const std::string_view text : names)
    result.push_back({name(text), lf::PackageBuilder::star()});
  return result;
}

namespace {

lf::DataType data_type(lf::PackageBuilder& builder, lf::DottedName name, lf::DataForm form,
                       const std::vector<std::pair<std::string_view, T>>& fields,
                       const std::vector<lf::TypeParameter>& parameters) {
  lf::DataType type;
  type.name = name;
  type.form = form;
  type.serializable = true;
  std::vector<lf::FieldType> items;
  for (const auto& [text, field] : fields)
    items.push_back({builder.name(text).value(), field});
  type.fields = builder.list(items);
  type.parameters = builder.list(parameters);
  return type;
}

} // namespace

void Program::define_record(std::string_view text,
                            std::vector<std::pair<std::string_view, T>> fields,
                            std::vector<std::string_view> names) {
  data_types_.push_back(
      data_type(builder_, dotted(text), lf::DataForm::kRecord, fields, parameters(names)));
}

void Program::define_variant(std::string_view text,
                             std::vector<std::pair<std::string_view, T>> constructors,
                             std::vector<std::string_view> names) {
  data_types_.push_back(
      data_type(builder_, dotted(text), lf::DataForm::kVariant, constructors, parameters(names)));
}

void Program::define_enum(std::string_view text, std::vector<std::string_view> constructors) {
  lf::DataType type = data_type(builder_, dotted(text), lf::DataForm::kEnum, {}, {});
  std::vector<lf::Name> names;
  for (const std::string_view constructor : constructors)
    names.push_back(name(constructor));
  type.constructors = builder_.list(names);
  data_types_.push_back(type);
}

void Program::define_exception(std::string_view text, E message) {
  lf::Exception exception;
  exception.name = dotted(text);
  exception.message = message;
  exceptions_.push_back(exception);
}

lf::Choice Program::choice(const ChoiceParts& parts) {
  lf::Choice result;
  result.name = name(parts.name);
  result.consuming = parts.consuming;
  result.contract_id = name("self");
  result.argument = {name("arg"), parts.argument == nullptr ? unit() : parts.argument};
  result.result = parts.result == nullptr ? unit() : parts.result;
  result.controllers = parts.controllers;
  result.observers = parts.observers;
  if (result.observers == nullptr && builder_.package().supports(lf::Feature::kChoiceObservers))
    result.observers = nil(party());
  result.update = parts.update == nullptr ? pure(unit(), unit_value()) : parts.update;
  return result;
}

void Program::define_template(const TemplateParts& parts) {
  lf::Template result;
  result.name = dotted(parts.name);
  result.parameter = name("this");
  result.precondition = parts.precondition;
  result.signatories = parts.signatories;
  result.observers = parts.observers == nullptr ? nil(party()) : parts.observers;
  result.agreement = parts.agreement == nullptr ? string("") : parts.agreement;
  if (parts.key != nullptr)
    result.key = builder_.store(lf::TemplateKey{parts.key_type, false, parts.key,
                                                parts.maintainers});
  std::vector<lf::Choice> choices;
  for (const ChoiceParts& item : parts.choices)
    choices.push_back(choice(item));
  result.choices = builder_.list(choices);
  std::vector<lf::InterfaceInstance> instances;
  for (const InstanceParts& item : parts.instances) {
    lf::InterfaceInstance instance;
    instance.other = identifier(item.interface);
    std::vector<lf::MethodBody> methods;
    for (const auto& [text, body] : item.methods)
      methods.push_back({name(text), body});
    instance.methods = builder_.list(methods);
    instance.view = item.view;
    instances.push_back(instance);
  }
  result.implements = builder_.list(instances);
  templates_.push_back(result);
}

void Program::define_interface(const InterfaceParts& parts) {
  lf::Interface result;
  result.name = dotted(parts.name);
  result.parameter = name("this");
  std::vector<lf::IdentifierId> requirements;
  for (const std::string_view text : parts.requirements)
    requirements.push_back(identifier(text));
  result.requirements = builder_.list(requirements);
  std::vector<lf::Method> methods;
  for (const auto& [text, type] : parts.methods)
    methods.push_back({name(text), type, {}});
  result.methods = builder_.list(methods);
  std::vector<lf::Choice> choices;
  for (const ChoiceParts& item : parts.choices)
    choices.push_back(choice(item));
  result.choices = builder_.list(choices);
  result.view = parts.view == nullptr ? unit() : parts.view;
  interfaces_.push_back(result);
  lf::DataType type = data_type(builder_, dotted(parts.name), lf::DataForm::kInterface, {}, {});
  type.serializable = false;
  data_types_.push_back(type);
}

std::shared_ptr<const lf::Package> Program::finish() {
  module_.values = builder_.list(values_);
  module_.data_types = builder_.list(data_types_);
  module_.templates = builder_.list(templates_);
  module_.exceptions = builder_.list(exceptions_);
  module_.interfaces = builder_.list(interfaces_);
  builder_.set_id(id_);
  return std::make_shared<const lf::Package>(builder_.finish({module_}).value());
}

} // namespace tenon::daml::interpreter::test
