#include "tool/describe.hpp"

namespace tenon::daml::tool {

namespace {

std::string_view form_name(lf::DataForm form) {
  switch (form) {
  case lf::DataForm::kRecord:
    return "record";
  case lf::DataForm::kVariant:
    return "variant";
  case lf::DataForm::kEnum:
    return "enum";
  case lf::DataForm::kInterface:
    return "interface";
  }
  return "";
}

// One package; borrowed.
class Describer {
public:
  Describer(const lf::Package& package, const text::PackageNames& names)
      : package_(package), names_(names) {}

  [[nodiscard]] Json modules() const {
    Json result = Json::array();
    for (const lf::Module& one : package_.modules())
      result.push_back(module(one));
    return result;
  }

private:
  [[nodiscard]] std::string type(const lf::Type* type) const {
    return text::type_text(package_, *type, names_);
  }

  [[nodiscard]] std::string identifier(lf::IdentifierId id) const {
    return text::identifier_text(package_, id, names_);
  }

  // One item for each of `definitions`.
  template <typename Definition>
  [[nodiscard]] Json list(std::span<const Definition> definitions,
                          Json (Describer::*describe)(const Definition&) const) const {
    Json result = Json::array();
    for (const Definition& one : definitions)
      result.push_back((this->*describe)(one));
    return result;
  }

  [[nodiscard]] Json module(const lf::Module& module) const {
    return {{"name", package_.text(module.name)},
            {"templates", list(module.templates, &Describer::contract)},
            {"interfaces", list(module.interfaces, &Describer::interface)},
            {"exceptions", list(module.exceptions, &Describer::exception)},
            {"data_types", list(module.data_types, &Describer::data_type)},
            {"values", module.values.size()}};
  }

  [[nodiscard]] Json contract(const lf::Template& contract) const {
    return {{"name", package_.text(contract.name)},
            {"key", contract.key == nullptr ? Json() : Json(type(contract.key->type))},
            {"choices", list(contract.choices, &Describer::choice)},
            {"implements", list(contract.implements, &Describer::instance)}};
  }

  [[nodiscard]] Json interface(const lf::Interface& interface) const {
    return {{"name", package_.text(interface.name)},
            {"view", type(interface.view)},
            {"requires", list(interface.requirements, &Describer::requirement)},
            {"methods", list(interface.methods, &Describer::method)},
            {"choices", list(interface.choices, &Describer::choice)},
            {"implemented_by", list(interface.co_implements, &Describer::instance)}};
  }

  [[nodiscard]] Json choice(const lf::Choice& choice) const {
    return {{"name", package_.text(choice.name)},
            {"consuming", choice.consuming},
            {"argument", type(choice.argument.type)},
            {"result", type(choice.result)}};
  }

  [[nodiscard]] Json instance(const lf::InterfaceInstance& instance) const {
    return identifier(instance.other);
  }

  [[nodiscard]] Json requirement(const lf::IdentifierId& required) const {
    return identifier(required);
  }

  [[nodiscard]] Json method(const lf::Method& method) const {
    return {{"name", package_.text(method.name)}, {"type", type(method.type)}};
  }

  [[nodiscard]] Json exception(const lf::Exception& exception) const {
    return {{"name", package_.text(exception.name)}};
  }

  [[nodiscard]] Json data_type(const lf::DataType& data) const {
    Json result = {{"name", package_.text(data.name)},
                   {"form", form_name(data.form)},
                   {"serializable", data.serializable},
                   {"parameters", list(data.parameters, &Describer::parameter)}};
    if (data.form == lf::DataForm::kRecord || data.form == lf::DataForm::kVariant)
      result["fields"] = list(data.fields, &Describer::field);
    if (data.form == lf::DataForm::kEnum)
      result["constructors"] = list(data.constructors, &Describer::constructor);
    return result;
  }

  [[nodiscard]] Json parameter(const lf::TypeParameter& parameter) const {
    return package_.text(parameter.name);
  }

  [[nodiscard]] Json field(const lf::FieldType& field) const {
    return {{"name", package_.text(field.name)}, {"type", type(field.type)}};
  }

  [[nodiscard]] Json constructor(const lf::Name& name) const { return package_.text(name); }

  const lf::Package& package_;
  const text::PackageNames& names_;
};

Json describe_package(const lf::Package& package, std::size_t size, bool is_main,
                      const text::PackageNames& names) {
  Json result = {{"package_id", package.id()}, {"name", nullptr}, {"version", nullptr}};
  if (package.metadata()) {
    result["name"] = package.text(package.metadata()->name);
    result["version"] = package.text(package.metadata()->version);
  }
  result["language_version"] = to_string(package.version());
  result["main"] = is_main;
  result["size"] = size;
  result["dependencies"] = Json::array();
  for (const std::string& id : package.dependencies())
    result["dependencies"].push_back(id);
  result["modules"] = Describer(package, names).modules();
  return result;
}

} // namespace

Json describe_dar(const DarFile& file, const text::PackageNames& names) {
  Json packages = Json::array();
  for (std::size_t i = 0; i < file.packages.size(); ++i) {
    const archive::DarEntry& entry = i == 0 ? file.dar.main : file.dar.dependencies[i - 1];
    packages.push_back(
        describe_package(file.packages[i], entry.archive.payload.size(), i == 0, names));
  }
  return {{"file", file.path},
          {"name", file.dar.manifest.name},
          {"sdk_version", file.dar.manifest.sdk_version},
          {"main", file.dar.main.archive.package_id},
          {"packages", packages}};
}

} // namespace tenon::daml::tool
