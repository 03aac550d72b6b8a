#include "lf/package.hpp"

namespace tenon::daml::lf {

std::string Package::to_string(IdentifierId id) const {
  const Identifier& identifier = this->identifier(id);
  std::string result;
  if (!identifier.package.is_self())
    result.append(package_id(identifier.package)).append(":");
  return result.append(text(identifier.module)).append(":").append(text(identifier.name));
}

std::optional<DottedName> Package::find_dotted_name(std::string_view text) const {
  const auto found = dotted_name_index_.find(text);
  if (found == dotted_name_index_.end())
    return std::nullopt;
  return DottedName{found->second};
}

const Module* Package::find_module(std::string_view module) const {
  const auto name = find_dotted_name(module);
  if (!name)
    return nullptr;
  const auto found = module_index_.find(*name);
  return found == module_index_.end() ? nullptr : found->second;
}

const Definition* Package::find(ModuleName module, DottedName name) const {
  const auto found = definitions_.find({module, name});
  return found == definitions_.end() ? nullptr : &found->second;
}

const Definition* Package::find(std::string_view module, std::string_view name) const {
  const auto module_name = find_dotted_name(module);
  const auto definition_name = find_dotted_name(name);
  if (!module_name || !definition_name)
    return nullptr;
  return find(*module_name, *definition_name);
}

} // namespace tenon::daml::lf
