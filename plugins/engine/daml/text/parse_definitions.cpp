// Reading what modules define.
#include "text/parse_scopes.hpp"
#include "text/parser.hpp"

namespace tenon::daml::text {

using lf::Feature;

lf::Module Parser::module() {
  advance();
  lf::Module result;
  result.name = dotted_name("module");
  module_ = result.name;
  expect("{", "module");
  Definitions all;
  while (in_block())
    definition(all);
  expect("}", "module");
  module_.reset();
  result.synonyms = builder_->list(all.synonyms);
  result.data_types = builder_->list(all.data_types);
  result.values = builder_->list(all.values);
  result.templates = builder_->list(all.templates);
  result.exceptions = builder_->list(all.exceptions);
  result.interfaces = builder_->list(all.interfaces);
  return result;
}

void Parser::definition(Definitions& all) {
  const lf::LocationId location = mark();
  const bool serializable = take_word("serializable");
  if (serializable || at_word("record") || at_word("variant") || at_word("enum") ||
      at_word("interface_type"))
    return data_type(all, location, serializable);
  if (at_word("synonym"))
    return synonym(all, location);
  if (take_word("test")) {
    if (!at_word("value"))
      fail("definition", "\"value\"");
    return value(all, location, true);
  }
  if (at_word("value"))
    return value(all, location, false);
  if (at_word("template"))
    return template_definition(all, location);
  if (at_word("exception"))
    return exception(all, location);
  if (at_word("interface"))
    return interface(all, location);
  fail("definition", "one of synonym, record, variant, enum, interface_type (any of these four "
                     "after serializable), value, test value, template, exception, interface");
}

void Parser::data_type(Definitions& all, lf::LocationId location, bool serializable) {
  lf::DataType result;
  result.serializable = serializable;
  result.location = location;
  if (at_word("interface_type")) {
    require(token_.offset, Feature::kInterfaces, "interface_type");
    result.form = lf::DataForm::kInterface;
  } else if (at_word("variant")) {
    result.form = lf::DataForm::kVariant;
  } else if (at_word("enum")) {
    result.form = lf::DataForm::kEnum;
  } else if (!at_word("record")) {
    return fail("data type", "one of record, variant, enum, interface_type");
  }
  advance();
  const std::size_t offset = token_.offset;
  result.name = dotted_name("data type");
  once(all.types_and_values, result.name.index, offset, "name");
  if (result.form != lf::DataForm::kEnum)
    result.parameters = builder_->list(type_parameters());
  if (result.form == lf::DataForm::kInterface) {
    expect(";", "interface_type");
  } else {
    expect("{", "data type");
    if (result.form == lf::DataForm::kEnum)
      constructors(result);
    else
      fields(result);
    expect("}", "data type");
  }
  all.data_types.push_back(result);
}

void Parser::fields(lf::DataType& result) {
  std::vector<lf::FieldType> fields;
  while (in_block()) {
    lf::FieldType& field = fields.emplace_back();
    field.name = name("field");
    expect(":", "field");
    field.type = type();
    if (!take(","))
      break;
  }
  result.fields = builder_->list(fields);
}

void Parser::constructors(lf::DataType& result) {
  std::vector<lf::Name> names;
  while (in_block()) {
    names.push_back(name("constructor"));
    if (!take(","))
      break;
  }
  result.constructors = builder_->list(names);
}

void Parser::synonym(Definitions& all, lf::LocationId location) {
  require(token_.offset, Feature::kTypeSynonyms, "synonym");
  advance();
  lf::TypeSynonym result;
  result.location = location;
  const std::size_t offset = token_.offset;
  result.name = dotted_name("synonym");
  once(all.types_and_values, result.name.index, offset, "name");
  result.parameters = builder_->list(type_parameters());
  expect("=", "synonym");
  result.type = type();
  expect(";", "synonym");
  all.synonyms.push_back(result);
}

void Parser::value(Definitions& all, lf::LocationId location, bool is_test) {
  advance();
  lf::Value result;
  result.location = location;
  result.is_test = is_test;
  const std::size_t offset = token_.offset;
  result.name = dotted_name("value");
  once(all.types_and_values, result.name.index, offset, "name");
  expect(":", "value");
  result.type = type();
  expect("=", "value");
  result.body = expression();
  expect(";", "value");
  all.values.push_back(result);
}

void Parser::exception(Definitions& all, lf::LocationId location) {
  require(token_.offset, Feature::kExceptions, "exception");
  advance();
  lf::Exception result;
  result.location = location;
  const std::size_t offset = token_.offset;
  result.name = dotted_name("exception");
  once(all.ledger_types, result.name.index, offset, "name");
  expect("=", "exception");
  result.message = expression();
  expect(";", "exception");
  all.exceptions.push_back(result);
}

} // namespace tenon::daml::text
