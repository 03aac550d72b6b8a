// Writing what modules define.
#include "text/printer.hpp"

namespace tenon::daml::text {

// A blank line, and the head of a definition up to its name.
void Printer::definition(lf::LocationId location, std::string_view words, lf::DottedName name) {
  put("\n");
  ++indent_;
  line();
  --indent_;
  mark(location);
  put(words);
  put(" ");
  put(package_.text(name));
}

void Printer::synonym(const lf::TypeSynonym& definition) {
  this->definition(definition.location, "synonym", definition.name);
  type_parameters(definition.parameters);
  put(" = ");
  type(*definition.type, false);
  put(";");
}

void Printer::data_type(const lf::DataType& definition) {
  std::string words = definition.serializable ? "serializable " : "";
  switch (definition.form) {
  case lf::DataForm::kRecord:
    words += "record";
    break;
  case lf::DataForm::kVariant:
    words += "variant";
    break;
  case lf::DataForm::kEnum:
    words += "enum";
    break;
  case lf::DataForm::kInterface:
    words += "interface_type";
    break;
  }
  this->definition(definition.location, words, definition.name);
  type_parameters(definition.parameters);
  if (definition.form == lf::DataForm::kInterface)
    return put(";");
  if (definition.fields.empty() && definition.constructors.empty())
    return put(" {}");
  put(" {");
  indent_ += 2;
  bool first = true;
  for (const lf::FieldType& field : definition.fields) {
    put(first ? "" : ",");
    first = false;
    line();
    name(field.name);
    put(" : ");
    type(*field.type, false);
  }
  for (const lf::Name constructor : definition.constructors) {
    put(first ? "" : ",");
    first = false;
    line();
    name(constructor);
  }
  --indent_;
  line();
  --indent_;
  put("}");
}

void Printer::value(const lf::Value& definition) {
  this->definition(definition.location, definition.is_test ? "test value" : "value",
                   definition.name);
  put(" : ");
  type(*definition.type, false);
  put(" =");
  indent_ += 2;
  line();
  open(*definition.body);
  put(";");
  indent_ -= 2;
}

void Printer::exception(const lf::Exception& definition) {
  this->definition(definition.location, "exception", definition.name);
  put(" =");
  indent_ += 2;
  line();
  open(*definition.message);
  put(";");
  indent_ -= 2;
}

// On a line of its own, in the block of a template, choice or instance. Nothing for what is absent.
void Printer::clause(std::string_view word, const lf::Expr* expr) {
  if (expr == nullptr)
    return;
  line();
  put(word);
  put(" = ");
  ++indent_;
  open(*expr);
  --indent_;
  put(";");
}

void Printer::key(const lf::TemplateKey& key) {
  line();
  put(key.restricted ? "restricted key " : "key ");
  type(*key.type, true);
  put(" = ");
  ++indent_;
  open(*key.key);
  --indent_;
  put(";");
  clause("maintainers", key.maintainers);
}

void Printer::template_definition(const lf::Template& definition) {
  this->definition(definition.location, "template", definition.name);
  put(" ");
  name(definition.parameter);
  put(" {");
  indent_ += 2;
  clause("precondition", definition.precondition);
  clause("signatories", definition.signatories);
  clause("observers", definition.observers);
  clause("agreement", definition.agreement);
  if (definition.key != nullptr)
    key(*definition.key);
  for (const lf::Choice& one : definition.choices)
    choice(one);
  for (const lf::InterfaceInstance& one : definition.implements)
    instance("implements", one);
  --indent_;
  line();
  --indent_;
  put("}");
}

void Printer::interface(const lf::Interface& definition) {
  this->definition(definition.location, "interface", definition.name);
  put(" ");
  name(definition.parameter);
  put(" {");
  indent_ += 2;
  line();
  put("view ");
  type(*definition.view, false);
  put(";");
  for (const lf::IdentifierId required : definition.requirements) {
    line();
    put("requires ");
    reference(required);
    put(";");
  }
  for (const lf::Method& method : definition.methods) {
    line();
    mark(method.location);
    put("method ");
    name(method.name);
    put(" : ");
    type(*method.type, false);
    put(";");
  }
  for (const lf::Choice& one : definition.choices)
    choice(one);
  for (const lf::InterfaceInstance& one : definition.co_implements)
    instance("implemented_by", one);
  --indent_;
  line();
  --indent_;
  put("}");
}

void Printer::choice(const lf::Choice& choice) {
  if (choice.authorizers != nullptr) {
    return fail(invalid_argument("choice " + std::string(package_.text(choice.name)) +
                                 ": expected no authorizers, which no supported version has, "
                                 "found some"));
  }
  put("\n");
  line();
  mark(choice.location);
  put(choice.consuming ? "consuming choice " : "nonconsuming choice ");
  name(choice.name);
  put(" ");
  name(choice.contract_id);
  put(" (");
  binder(choice.argument);
  put(") : ");
  type(*choice.result, false);
  put(" {");
  ++indent_;
  clause("controllers", choice.controllers);
  clause("observers", choice.observers);
  clause("update", choice.update);
  --indent_;
  line();
  put("}");
}

void Printer::instance(std::string_view word, const lf::InterfaceInstance& instance) {
  put("\n");
  line();
  mark(instance.location);
  put(word);
  put(" ");
  reference(instance.other);
  put(" {");
  ++indent_;
  for (const lf::MethodBody& method : instance.methods) {
    line();
    put("method ");
    name(method.name);
    put(" = ");
    ++indent_;
    open(*method.value);
    --indent_;
    put(";");
  }
  clause("view", instance.view);
  --indent_;
  line();
  put("}");
}

} // namespace tenon::daml::text
