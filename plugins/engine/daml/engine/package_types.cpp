#include "engine/package_types.hpp"

namespace tenon::daml::engine {

PackageVersion package_version(std::string_view text) {
  PackageVersion numbers(1);
  for (const char c : text) {
    if (c == '.')
      numbers.push_back(0);
    else if (c >= '0' && c <= '9')
      numbers.back() = numbers.back() * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return numbers;
}

PackageTypes types_of(const lf::Package& package) {
  PackageTypes types;
  types.id = package.id();
  if (package.metadata()) {
    types.name = package.text(package.metadata()->name);
    types.version = package_version(package.text(package.metadata()->version));
  }
  const auto local_name = [&](lf::DottedName module, lf::DottedName name) {
    return std::string(package.text(module)).append(":").append(package.text(name));
  };
  const auto name_of = [&](lf::IdentifierId id) {
    const lf::Identifier& identifier = package.identifier(id);
    return std::string(package.package_id(identifier.package))
        .append(":")
        .append(local_name(identifier.module, identifier.name));
  };
  for (const lf::Module& module : package.modules()) {
    for (const lf::Template& contract : module.templates) {
      const std::string name = local_name(module.name, contract.name);
      types.templates.insert(name);
      for (const lf::InterfaceInstance& instance : contract.implements)
        types.instances.emplace(name_of(instance.other), types.full_name(name));
    }
    for (const lf::Interface& interface : module.interfaces) {
      const std::string name = local_name(module.name, interface.name);
      types.interfaces.insert(name);
      for (const lf::InterfaceInstance& instance : interface.co_implements)
        types.instances.emplace(types.full_name(name), name_of(instance.other));
    }
  }
  return types;
}

} // namespace tenon::daml::engine
