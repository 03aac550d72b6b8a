// One name, one definition: what a module must not say twice.
#include <algorithm>

#include "lf/builder.hpp"

namespace tenon::daml::lf {

namespace {

Status twice(std::string what) {
  return invalid_argument(what + ": expected one definition, found two");
}

// The first item, by the order of its keys, whose key another one has too.
template <typename Item, typename Key>
const Item* find_repeated(std::span<const Item> items, Key key) {
  std::vector<const Item*> sorted;
  sorted.reserve(items.size());
  for (const Item& item : items)
    sorted.push_back(&item);
  std::sort(sorted.begin(), sorted.end(),
            [&](const Item* left, const Item* right) { return key(*left) < key(*right); });
  const auto found =
      std::adjacent_find(sorted.begin(), sorted.end(), [&](const Item* left, const Item* right) {
        return key(*left) == key(*right);
      });
  return found == sorted.end() ? nullptr : *found;
}

Status check_choices(const Package& package, std::span<const Choice> choices) {
  const Choice* choice = find_repeated(choices, [](const Choice& item) { return item.name.index; });
  return choice == nullptr ? Status() : twice("choice " + std::string(package.text(choice->name)));
}

Status check_instances(const Package& package, std::span<const InterfaceInstance> instances) {
  for (const InterfaceInstance& instance : instances) {
    const MethodBody* method =
        find_repeated(instance.methods, [](const MethodBody& item) { return item.name.index; });
    if (method != nullptr)
      return twice("method " + std::string(package.text(method->name)));
  }
  const InterfaceInstance* instance =
      find_repeated(instances, [](const InterfaceInstance& item) { return item.other.index; });
  return instance == nullptr ? Status()
                             : twice("interface instance " + package.to_string(instance->other));
}

Status check_interface(const Package& package, const Interface& interface) {
  TENON_RETURN_IF_ERROR(check_choices(package, interface.choices));
  TENON_RETURN_IF_ERROR(check_instances(package, interface.co_implements));
  const Method* method =
      find_repeated(interface.methods, [](const Method& item) { return item.name.index; });
  if (method != nullptr)
    return twice("method " + std::string(package.text(method->name)));
  const IdentifierId* required =
      find_repeated(interface.requirements, [](const IdentifierId& item) { return item.index; });
  return required == nullptr ? Status() : twice("requirement " + package.to_string(*required));
}

Status check_template(const Package& package, const Template& definition) {
  TENON_RETURN_IF_ERROR(check_choices(package, definition.choices));
  return check_instances(package, definition.implements);
}

} // namespace

Status PackageBuilder::index(const Module& module) {
  const auto entry = [&](DottedName name) -> Definition& {
    return package_.definitions_[{module.name, name}];
  };
  const auto collision = [&](DottedName name) { return twice(std::string(package_.text(name))); };
  const auto is_defined = [](const Definition& found) {
    return found.synonym != nullptr || found.data_type != nullptr || found.value != nullptr;
  };
  const auto is_ledger_type = [](const Definition& found) {
    return found.contract != nullptr || found.exception != nullptr || found.interface != nullptr;
  };
  const auto add = [&](const auto& items, auto member, auto taken, auto check) -> Status {
    for (const auto& item : items) {
      Definition& found = entry(item.name);
      if (taken(found))
        return collision(item.name);
      found.*member = &item;
      TENON_RETURN_IF_ERROR(check(item).with_context(package_.text(item.name)));
    }
    return {};
  };
  const auto nothing = [](const auto&) { return Status(); };
  TENON_RETURN_IF_ERROR(add(module.synonyms, &Definition::synonym, is_defined, nothing));
  TENON_RETURN_IF_ERROR(add(module.data_types, &Definition::data_type, is_defined, nothing));
  TENON_RETURN_IF_ERROR(add(module.values, &Definition::value, is_defined, nothing));
  TENON_RETURN_IF_ERROR(add(module.templates, &Definition::contract, is_ledger_type,
                            [&](const Template& item) { return check_template(package_, item); }));
  TENON_RETURN_IF_ERROR(add(module.exceptions, &Definition::exception, is_ledger_type, nothing));
  return add(module.interfaces, &Definition::interface, is_ledger_type,
             [&](const Interface& item) { return check_interface(package_, item); });
}

} // namespace tenon::daml::lf
