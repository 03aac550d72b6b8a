#include "sample.hpp"

#include <array>
#include <cstdlib>

namespace tenon::daml::lf {

namespace {

constexpr std::string_view kOtherPackage =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// The sample is sound; where it is not, there is nothing to test.
void require(const Status& status) {
  if (!status.ok())
    std::abort();
}

} // namespace

Sample::Sample(LanguageVersion version) : builder_(version) {
  if (version == LanguageVersion::k1_6)
    require(builder_.add_string(kOtherPackage));
}

IdentifierId Sample::own(std::string_view text) {
  return builder_.identifier({{}, dotted("Sample.Module"), dotted(text)});
}

IdentifierId Sample::foreign(std::string_view text) {
  return builder_.identifier(
      {builder_.mention(kOtherPackage).value(), dotted("Other"), dotted(text)});
}

LocationId Sample::somewhere(int line) {
  Location location;
  location.range = SourceRange{line, 0, line + 1, -1};
  if (line % 2 == 0)
    location.module = ModuleRef{{}, dotted("Elsewhere")};
  return builder_.location(location);
}

const Type* Sample::type(const Type& type) {
  return has(Feature::kInternedTypes) ? builder_.table_type(type).value()
                                      : builder_.type(type).value();
}

void Sample::add_types() {
  using B = BuiltinType;
  const Type* unit = type(B::kUnit);
  const std::vector<const Type*> one{unit};
  const std::vector<const Type*> two{unit, type(B::kText)};
  for (const B builtin : {B::kUnit, B::kBool, B::kInt64, B::kText, B::kTimestamp, B::kParty,
                          B::kScenario, B::kUpdate, B::kDate})
    types_.push_back(type(builtin));
  for (const B builtin : {B::kList, B::kContractId, B::kOptional, B::kTextMap})
    types_.push_back(type(builtin_type(builtin, one)));
  types_.push_back(type(builtin_type(B::kArrow, two)));
  const std::vector<const Type*> scale{type(nat_type(kDecimalScale))};
  types_.push_back(type(builtin_type(B::kNumeric, scale)));
  types_.push_back(type(constructor_type(own("Record"), two)));
  types_.push_back(type(constructor_type(foreign("Type"), {})));
  types_.push_back(type(variable_type(name("f"), one)));
  const std::array<const Kind*, 2> stars{PackageBuilder::star(), PackageBuilder::star()};
  const Kind* arrow = builder_.arrow(stars, PackageBuilder::star());
  const std::vector<TypeParameter> parameters{
      {name("a"), PackageBuilder::star()},
      {name("b"), arrow},
      {name("n"), has(Feature::kNumeric) ? PackageBuilder::nat() : arrow}};
  types_.push_back(type(forall_type(parameters, types_.back())));
  const std::vector<FieldType> fields{{name("x"), unit}, {name("y"), types_.back()}};
  types_.push_back(type(struct_type(fields)));
  if (has(Feature::kAny))
    types_.push_back(type(B::kAny));
  if (has(Feature::kTypeRep))
    types_.push_back(type(B::kTypeRep));
  if (has(Feature::kTypeSynonyms))
    types_.push_back(type(synonym_type(own("Synonym"), one)));
  if (has(Feature::kGenMap))
    types_.push_back(type(builtin_type(B::kGenMap, two)));
  if (has(Feature::kBigNumeric)) {
    types_.push_back(type(B::kBigNumeric));
    types_.push_back(type(B::kRoundingMode));
  }
  if (has(Feature::kExceptions))
    types_.push_back(type(B::kAnyException));
  if (has(Feature::kInternedTypes)) {
    // Written out inside another entry, repeated, and written as a reference.
    const Type* inner = builder_.type(builtin_type(B::kList, two)).value();
    const std::vector<const Type*> written{inner};
    types_.push_back(type(builtin_type(B::kOptional, written)));
    require(builder_.add_type(*unit));
    require(builder_.add_type_alias(1));
  }
}

DataType Sample::data(std::string_view text, DataForm form) {
  DataType result;
  result.name = dotted(text);
  result.form = form;
  if (form == DataForm::kRecord || form == DataForm::kVariant) {
    std::vector<FieldType> fields;
    for (const Type* type : types_)
      fields.push_back({name("field" + std::to_string(fields.size())), type});
    result.fields = builder_.list(fields);
    result.parameters =
        builder_.list(std::vector<TypeParameter>{{name("a"), PackageBuilder::star()}});
    result.serializable = form == DataForm::kRecord;
  }
  if (form == DataForm::kEnum)
    result.constructors = builder_.list(std::vector<Name>{name("Red"), name("Green")});
  result.location = somewhere(3);
  return result;
}

Choice Sample::choice(std::string_view text, bool consuming) {
  Choice result;
  result.name = name(text);
  result.consuming = consuming;
  result.contract_id = name("self");
  result.argument = {name("argument"), types_[0]};
  result.result = types_[1];
  result.controllers = var("this");
  result.observers = has(Feature::kChoiceObservers) ? var("that") : nullptr;
  result.update = var("argument");
  result.location = somewhere(4);
  return result;
}

InterfaceInstance Sample::instance(IdentifierId other) {
  InterfaceInstance result;
  result.other = other;
  result.methods = builder_.list(std::vector<MethodBody>{{name("method"), var("this")}});
  result.view = var("this");
  result.location = somewhere(5);
  return result;
}

Template Sample::plain_template() {
  Template result;
  result.name = dotted("Record");
  result.parameter = name("this");
  result.signatories = result.observers = result.agreement = var("this");
  result.choices =
      builder_.list(std::vector<Choice>{choice("Archive", true), choice("Look", false)});
  return result;
}

const Expr* Sample::restricted_key() {
  const Expr* projected = builder_.make<RecordProjection>(
      ExprForm::kRecordProjection, name("x"), record_type(),
      builder_.make<RecordProjection>(ExprForm::kRecordProjection, name("y"), record_type(),
                                      var("this")));
  return builder_.make<Record>(
      ExprForm::kRecord, record_type(),
      builder_.list(std::vector<FieldExpr>{{name("a"), projected}, {name("b"), var("this")}}));
}

Template Sample::keyed_template(bool restricted) {
  Template result = plain_template();
  result.name = dotted(restricted ? "Old.Keyed" : "Keyed");
  result.precondition = var("this");
  TemplateKey key;
  key.type = types_[2];
  key.restricted = restricted;
  key.key = restricted ? restricted_key() : var("this");
  key.maintainers = var("this");
  result.key = builder_.store(key);
  if (has(Feature::kInterfaces)) {
    result.implements = builder_.list(
        std::vector<InterfaceInstance>{instance(own("Interface")), instance(foreign("I"))});
  }
  result.location = somewhere(6);
  return result;
}

Interface Sample::interface() {
  Interface result;
  result.name = dotted("Interface");
  result.parameter = name("this");
  result.requirements = builder_.list(std::vector<IdentifierId>{foreign("I"), own("Other")});
  result.methods = builder_.list(std::vector<Method>{{name("method"), types_[0], somewhere(7)},
                                                     {name("another"), types_[1], {}}});
  result.choices = builder_.list(std::vector<Choice>{choice("Archive", true)});
  result.co_implements =
      builder_.list(std::vector<InterfaceInstance>{instance(foreign("Template"))});
  result.view = types_[0];
  result.location = somewhere(8);
  return result;
}

Module Sample::definitions() {
  Module result;
  result.name = dotted("Sample.Module");
  if (has(Feature::kTypeSynonyms)) {
    TypeSynonym synonym;
    synonym.name = dotted("Synonym");
    synonym.parameters =
        builder_.list(std::vector<TypeParameter>{{name("a"), PackageBuilder::star()}});
    synonym.type = types_[0];
    result.synonyms = builder_.list(std::vector<TypeSynonym>{synonym});
  }
  std::vector<DataType> data_types{data("Record", DataForm::kRecord),
                                   data("Variant", DataForm::kVariant),
                                   data("Enum", DataForm::kEnum)};
  if (has(Feature::kInterfaces))
    data_types.push_back(data("Interface", DataForm::kInterface));
  result.data_types = builder_.list(data_types);
  std::vector<Value> values;
  for (const Expr* body : expressions_) {
    Value value;
    value.name = dotted("value" + std::to_string(values.size()));
    value.is_test = values.size() == 1;
    value.type = types_[values.size() % types_.size()];
    value.body = body;
    value.location = values.size() % 3 == 0 ? somewhere(9) : LocationId{};
    values.push_back(value);
  }
  result.values = builder_.list(values);
  result.templates = builder_.list(
      std::vector<Template>{plain_template(), keyed_template(true), keyed_template(false)});
  if (has(Feature::kExceptions)) {
    result.exceptions =
        builder_.list(std::vector<Exception>{{dotted("Variant"), var("message"), somewhere(10)}});
  }
  if (has(Feature::kInterfaces))
    result.interfaces = builder_.list(std::vector<Interface>{interface()});
  return result;
}

Package Sample::build() {
  builder_.intern("used nowhere");
  add_types();
  add_plain();
  add_literals();
  add_data();
  add_functions();
  add_case();
  add_lists();
  add_any();
  add_exceptions();
  add_interfaces();
  add_updates();
  add_scenarios();
  Module empty;
  empty.name = dotted("Empty");
  const std::vector<Module> modules{definitions(), empty};
  if (has(Feature::kPackageMetadata)) {
    Metadata metadata{builder_.intern("sample"), builder_.intern("1.0.12"), std::nullopt};
    if (has(Feature::kUpgrades))
      metadata.upgraded_package_id = builder_.intern(kOtherPackage);
    builder_.set_metadata(metadata);
  }
  return builder_.finish(modules).value();
}

Package value_package(LanguageVersion version, FieldOrder order) {
  PackageBuilder builder(version);
  const Type unit = builtin_type(BuiltinType::kUnit);
  Value value;
  value.name = builder.dotted_name("v").value();
  value.type = builder.package().supports(Feature::kInternedTypes)
                   ? builder.table_type(unit).value()
                   : builder.type(unit).value();
  value.body = builder.make<ConstantValue>(ExprForm::kConstant, Constant::kUnit);
  Module module;
  module.name = builder.dotted_name("M").value();
  module.values = builder.list(std::vector<Value>{value});
  if (builder.package().supports(Feature::kPackageMetadata))
    builder.set_metadata({builder.intern("p"), builder.intern("1"), std::nullopt});
  builder.set_field_order(order);
  return builder.finish({module}).value();
}

} // namespace tenon::daml::lf
