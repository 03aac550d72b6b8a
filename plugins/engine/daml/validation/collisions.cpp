#include "validation/collisions.hpp"

namespace tenon::daml::validation {

using lf::DataForm;

Status Collisions::check() {
  for (const lf::Module& module : package_.modules())
    TENON_RETURN_IF_ERROR(add_module(module));
  return {};
}

Status Collisions::add_module(const lf::Module& module) {
  const Node node = walk(0, module.name);
  Named named;
  named.module = module.name;
  TENON_RETURN_IF_ERROR(add(node, named));
  for (const lf::TypeSynonym& synonym : module.synonyms) {
    named.what = What::kSynonym;
    named.definition = synonym.name;
    TENON_RETURN_IF_ERROR(add(walk(node, synonym.name), named));
  }
  for (const lf::DataType& type : module.data_types) {
    named.definition = type.name;
    TENON_RETURN_IF_ERROR(add_data_type(node, named, type));
  }
  const auto add_choices = [&](lf::DottedName owner,
                               std::span<const lf::Choice> choices) -> Status {
    const Node owner_node = walk(node, owner);
    named.what = What::kChoice;
    named.definition = owner;
    for (const lf::Choice& choice : choices) {
      named.part = choice.name;
      TENON_RETURN_IF_ERROR(add(step(owner_node, choice.name), named));
    }
    return {};
  };
  for (const lf::Template& definition : module.templates)
    TENON_RETURN_IF_ERROR(add_choices(definition.name, definition.choices));
  for (const lf::Interface& definition : module.interfaces)
    TENON_RETURN_IF_ERROR(add_choices(definition.name, definition.choices));
  return {};
}

Status Collisions::add_data_type(Node module_node, Named named, const lf::DataType& type) {
  const Node node = walk(module_node, type.name);
  What part = What::kField;
  switch (type.form) {
  case DataForm::kRecord:
    named.what = What::kRecord;
    break;
  case DataForm::kVariant:
    named.what = What::kVariant;
    part = What::kVariantConstructor;
    break;
  case DataForm::kEnum:
    named.what = What::kEnum;
    part = What::kEnumConstructor;
    break;
  case DataForm::kInterface:
    named.what = What::kInterface;
    break;
  }
  TENON_RETURN_IF_ERROR(add(node, named));
  named.what = part;
  const auto add_part = [&](lf::Name name) {
    named.part = name;
    return add(step(node, name), named);
  };
  for (const lf::FieldType& field : type.fields)
    TENON_RETURN_IF_ERROR(add_part(field.name));
  for (const lf::Name constructor : type.constructors)
    TENON_RETURN_IF_ERROR(add_part(constructor));
  return {};
}

Collisions::Node Collisions::step(Node from, lf::Name name) {
  meter_.spend(1);
  std::uint32_t& upper = upper_[name.index];
  if (upper == 0) {
    std::string text(package_.text(name));
    for (char& c : text)
      c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const auto number = static_cast<std::uint32_t>(upper_index_.size() + 1);
    upper = upper_index_.emplace(std::move(text), number).first->second;
  }
  const auto next = static_cast<Node>(steps_.size() + 1);
  const auto [place, added] = steps_.emplace(std::pair(from, upper), next);
  if (added)
    meter_.spend(kNameWork);
  return place->second;
}

Collisions::Node Collisions::walk(Node from, lf::DottedName name) {
  for (const lf::Name segment : package_.segments(name))
    from = step(from, segment);
  return from;
}

// A variant may have a constructor that is named like the record that it holds, if even the case
// agrees; and at most one of each may have the name, since two of a kind collide.
bool Collisions::may_collide(const Named& one, const Named& other) const {
  if (one.what == What::kRecord && other.what == What::kVariantConstructor)
    return may_collide(other, one);
  if (one.what != What::kVariantConstructor || other.what != What::kRecord ||
      one.module != other.module)
    return false;
  std::string expected(package_.text(one.definition));
  expected.append(".").append(package_.text(one.part));
  return package_.text(other.definition) == expected;
}

Status Collisions::add(Node node, const Named& named) {
  if (meter_.exhausted())
    return site_.refuse(Limit::kWork, meter_);
  Holders& holders = holders_[node];
  if (++holders.count == 1) {
    holders.first = named;
    return {};
  }
  if (holders.count == 2 && may_collide(holders.first, named))
    return {};
  return site_.refuse(Rule::kCollision, "names that differ in more",
                      to_string(holders.first) + " and " + to_string(named));
}

std::string Collisions::to_string(const Named& named) const {
  std::string_view what = "module ";
  bool has_part = false;
  switch (named.what) {
  case What::kModule:
    return std::string(what).append(package_.text(named.module));
  case What::kRecord:
    what = "record ";
    break;
  case What::kVariant:
    what = "variant ";
    break;
  case What::kEnum:
    what = "enum ";
    break;
  case What::kInterface:
    what = "interface ";
    break;
  case What::kSynonym:
    what = "type synonym ";
    break;
  case What::kField:
    what = "field ";
    has_part = true;
    break;
  case What::kVariantConstructor:
  case What::kEnumConstructor:
    what = "constructor ";
    has_part = true;
    break;
  case What::kChoice:
    what = "choice ";
    has_part = true;
    break;
  }
  std::string result(what);
  result.append(package_.text(named.module)).append(":").append(package_.text(named.definition));
  if (has_part)
    result.append(":").append(package_.text(named.part));
  return result;
}

} // namespace tenon::daml::validation
