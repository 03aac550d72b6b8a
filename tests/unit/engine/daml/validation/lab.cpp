#include "lab.hpp"

#include <algorithm>
#include <cstdlib>

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::DataForm;
using lf::ExprForm;
using lf::Feature;

Lab::Lab(lf::LanguageVersion version) : builder(version) {
  if (has(Feature::kPackageMetadata))
    builder.set_metadata({builder.intern("lab"), builder.intern("1.0.0"), std::nullopt});
  add_data_types();
  add_templates();
  if (has(Feature::kTypeSynonyms)) {
    synonyms.push_back(make_synonym("Ints", list(int64())));
    synonyms.push_back(
        make_synonym("Twice", structure({{"one", variable_type("a")}, {"two", variable_type("a")}}),
                     {parameter("a")}));
  }
  if (has(Feature::kExceptions)) {
    lf::Exception oops;
    oops.name = dotted("Oops");
    oops.message = lambda("e", data("Oops"), project(data("Oops"), "text", variable("e")));
    exceptions.push_back(oops);
  }
  if (has(Feature::kInterfaces))
    add_interfaces();
}

void Lab::add_data_types() {
  const T a = variable_type("a");
  data_types = {
      make_data("Rec", DataForm::kRecord, {{"n", int64()}, {"t", text()}}),
      make_data("Box", DataForm::kRecord, {{"item", a}}, {parameter("a")}),
      make_data("View", DataForm::kRecord, {{"v", int64()}}),
      make_data("Var", DataForm::kVariant, {{"Left", a}, {"Right", text()}}, {parameter("a")}),
      make_data("Color", DataForm::kEnum, {}),
      make_data("Coin", DataForm::kRecord, {{"owner", party()}}),
      make_data("Note", DataForm::kRecord, {{"owner", party()}}),
  };
  data_type("Color").constructors = builder.list(std::vector<lf::Name>{name("Red"), name("Green")});
  if (has(Feature::kExceptions))
    data_types.push_back(make_data("Oops", DataForm::kRecord, {{"text", text()}}));
}

void Lab::add_templates() {
  const auto draft = [&](std::string_view text) {
    TemplateDraft result;
    result.definition.name = dotted(text);
    result.definition.parameter = name("this");
    const E owner = project(data(text), "owner", variable("this"));
    result.definition.precondition = truth();
    result.definition.signatories = cons(party(), {owner}, nil(party()));
    result.definition.observers = nil(party());
    result.definition.agreement = string("");
    result.choices.push_back(make_choice("Archive", unit(), unit()));
    return result;
  };
  coin = draft("Coin");
  coin.choices.push_back(make_choice("Give", party(), int64()));
  coin.has_key = true;
  coin.key.type = party();
  coin.key.key = project(data("Coin"), "owner", variable("this"));
  coin.key.maintainers = lambda("k", party(), cons(party(), {variable("k")}, nil(party())));
  note = draft("Note");
}

void Lab::add_interfaces() {
  const auto draft = [&](std::string_view text) {
    InterfaceDraft result;
    result.definition.name = dotted(text);
    result.definition.parameter = name("this");
    result.definition.view = data("View");
    data_types.push_back(make_data(text, DataForm::kInterface, {}));
    return result;
  };
  base = draft("Base");
  base.methods.push_back({name("holder"), party(), {}});
  base.choices.push_back(make_choice("Look", unit(), int64()));
  asset = draft("Asset");
  asset.requirements.push_back(id("Base"));
  asset.methods.push_back({name("worth"), int64(), {}});
  const E owner = project(data("Coin"), "owner", variable("this"));
  coin.implements.push_back(make_instance(id("Base"), {{"holder", owner}}));
  coin.implements.push_back(make_instance(id("Asset"), {{"worth", integer(7)}}));
}

lf::DataType& Lab::data_type(std::string_view text) {
  for (lf::DataType& type : data_types) {
    if (builder.package().text(type.name) == text)
      return type;
  }
  std::abort();
}

void Lab::add(Claim claim, std::string_view text) {
  lf::Value value;
  value.name = dotted(text);
  value.type = claim.type;
  value.body = claim.body;
  values.push_back(value);
}

lf::Template Lab::finish(TemplateDraft& draft) {
  draft.definition.choices = builder.list(draft.choices);
  draft.definition.implements = builder.list(draft.implements);
  draft.definition.key = draft.has_key ? builder.store(draft.key) : nullptr;
  return draft.definition;
}

lf::Interface Lab::finish(InterfaceDraft& draft) {
  draft.definition.requirements = builder.list(draft.requirements);
  draft.definition.methods = builder.list(draft.methods);
  draft.definition.choices = builder.list(draft.choices);
  draft.definition.co_implements = builder.list(draft.co_implements);
  return draft.definition;
}

lf::Package Lab::build() {
  lf::Module module = make_module("M");
  module.synonyms = builder.list(synonyms);
  module.data_types = builder.list(data_types);
  module.values = builder.list(values);
  module.exceptions = builder.list(exceptions);
  module.templates = builder.list(std::vector<lf::Template>{finish(coin), finish(note)});
  if (has(Feature::kInterfaces))
    module.interfaces = builder.list(std::vector<lf::Interface>{finish(base), finish(asset)});
  std::vector<lf::Module> all{module};
  all.insert(all.end(), modules.begin(), modules.end());
  return builder.finish(all).value();
}

lf::IdentifierId Lab::id(std::string_view text) {
  const std::size_t colon = text.find(':');
  const bool elsewhere = colon != std::string_view::npos;
  return builder.identifier({{},
                             dotted(elsewhere ? text.substr(0, colon) : "M"),
                             dotted(elsewhere ? text.substr(colon + 1) : text)});
}

lf::IdentifierId Lab::foreign(std::string_view package, std::string_view text) {
  const std::size_t colon = text.find(':');
  return builder.identifier({builder.mention(package).value(), dotted(text.substr(0, colon)),
                             dotted(text.substr(colon + 1))});
}

Lab::T Lab::simple(BuiltinType builtin, std::vector<T> arguments) {
  return type(lf::builtin_type(builtin, arguments));
}

Lab::T Lab::variable_type(std::string_view text, std::vector<T> arguments) {
  return type(lf::variable_type(name(text), arguments));
}

Lab::T Lab::data(std::string_view text, std::vector<T> arguments) {
  return type(lf::constructor_type(id(text), arguments));
}

Lab::T Lab::synonym(std::string_view text, std::vector<T> arguments) {
  return type(lf::synonym_type(id(text), arguments));
}

Lab::T Lab::forall(std::string_view text, T body, const lf::Kind* kind) {
  const std::vector<lf::TypeParameter> parameters{{name(text), kind}};
  return type(lf::forall_type(parameters, body));
}

Lab::T Lab::structure(std::vector<std::pair<std::string_view, T>> fields) {
  std::vector<lf::FieldType> list;
  for (const auto& [field, field_type] : fields)
    list.push_back({name(field), field_type});
  return type(lf::struct_type(list));
}

const lf::Kind* Lab::arrow(const lf::Kind* parameter, const lf::Kind* result) {
  const std::vector<const lf::Kind*> parameters{parameter};
  return builder.arrow(parameters, result);
}

lf::DataType Lab::make_data(std::string_view text, DataForm form,
                            std::vector<std::pair<std::string_view, T>> fields,
                            std::vector<lf::TypeParameter> parameters) {
  lf::DataType result;
  result.name = dotted(text);
  result.form = form;
  result.serializable = form != DataForm::kInterface;
  std::vector<lf::FieldType> list;
  for (const auto& [field, field_type] : fields)
    list.push_back({name(field), field_type});
  result.fields = builder.list(list);
  result.parameters = builder.list(parameters);
  return result;
}

lf::Choice Lab::make_choice(std::string_view text, T argument, T result) {
  lf::Choice choice;
  choice.name = name(text);
  choice.consuming = text == "Archive";
  choice.contract_id = name("self");
  choice.argument = {name("arg"), argument};
  choice.result = result;
  choice.controllers = nil(party());
  choice.observers = has(Feature::kChoiceObservers) ? nil(party()) : nullptr;
  choice.update = typed_step(lf::UpdateForm::kPure, result, any(result));
  return choice;
}

lf::InterfaceInstance Lab::make_instance(lf::IdentifierId other,
                                         std::vector<std::pair<std::string_view, E>> methods) {
  lf::InterfaceInstance result;
  result.other = other;
  std::vector<lf::MethodBody> bodies;
  for (const auto& [method, body] : methods)
    bodies.push_back({name(method), body});
  result.methods = builder.list(bodies);
  result.view = record(data("View"), {{"v", integer(1)}});
  return result;
}

lf::TypeSynonym Lab::make_synonym(std::string_view text, T type,
                                  std::vector<lf::TypeParameter> parameters) {
  lf::TypeSynonym result;
  result.name = dotted(text);
  result.type = type;
  result.parameters = builder.list(parameters);
  return result;
}

lf::Module Lab::make_module(std::string_view text) {
  lf::Module result;
  result.name = dotted(text);
  return result;
}

lf::Package make_dependency(lf::LanguageVersion version, std::string_view package_id) {
  Lab lab(version);
  lf::PackageBuilder& builder = lab.builder;
  lf::Module module = lab.make_module("D");
  lf::Value one;
  one.name = lab.dotted("one");
  one.type = lab.int64();
  one.body = lab.integer(1);
  module.values = builder.list(std::vector<lf::Value>{one});
  module.data_types = builder.list(
      std::vector<lf::DataType>{lab.make_data("Rec", DataForm::kRecord, {{"n", lab.int64()}})});
  builder.set_id(std::string(package_id));
  return builder.finish({module}).value();
}

} // namespace tenon::daml::validation
