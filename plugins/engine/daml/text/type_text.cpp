#include "text/type_text.hpp"

#include "text/printer.hpp"

namespace tenon::daml::text {

std::string type_text(const lf::Package& package, const lf::Type& type, const PackageNames& names) {
  return Printer(package).print_type(type, names);
}

std::string identifier_text(const lf::Package& package, lf::IdentifierId id,
                            const PackageNames& names) {
  const lf::Identifier& identifier = package.identifier(id);
  std::string text;
  if (!identifier.package.is_self())
    text = names(package.package_id(identifier.package)) + ":";
  text.append(package.text(identifier.module)).append(":").append(package.text(identifier.name));
  return text;
}

} // namespace tenon::daml::text
