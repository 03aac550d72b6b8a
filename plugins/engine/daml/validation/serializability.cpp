#include "validation/serializability.hpp"

namespace tenon::daml::validation {

using lf::BuiltinType;
using lf::DataForm;
using lf::TypeForm;

Serializability::Serializability(World& world, Meter& meter)
    : world_(world), meter_(meter), seen_(world.own().package().types().size()) {}

std::string Serializability::obstacle(const lf::DataType& type) {
  for (const lf::TypeParameter& parameter : type.parameters) {
    if (parameter.kind->form != lf::KindForm::kStar) {
      return "parameter " + std::string(world_.own().package().text(parameter.name)) +
             ", whose kind is not *";
    }
  }
  if (type.form == DataForm::kInterface)
    return "an interface";
  if (type.form != DataForm::kRecord && type.fields.empty() && type.constructors.empty())
    return "no constructors";
  for (const lf::FieldType& field : type.fields) {
    if (std::string found = obstacle(*field.type); !found.empty())
      return found;
  }
  return {};
}

// Types that were looked at before had no obstacle, or there would be no question now.
std::string Serializability::obstacle(const lf::Type& type) {
  waiting_.push_back(&type);
  while (!waiting_.empty()) {
    const lf::Type& next = *waiting_.back();
    waiting_.pop_back();
    if (seen_[next.id])
      continue;
    seen_[next.id] = true;
    meter_.spend(1);
    if (std::string found = obstacle_at(next); !found.empty())
      return found;
  }
  return {};
}

void Serializability::push(std::span<const lf::Type* const> types) {
  waiting_.insert(waiting_.end(), types.begin(), types.end());
}

std::string Serializability::obstacle_at(const lf::Type& type) {
  switch (type.form) {
  case TypeForm::kVariable: // a parameter of the data type, which is of kind *
    return {};
  case TypeForm::kConstructor: {
    const Entity* entity = world_.own().find(type.identifier());
    if (!entity->data_type()->serializable)
      return world_.to_string(*entity);
    push(type.arguments());
    return {};
  }
  case TypeForm::kSynonym:
    return "type synonym " + world_.own().package().to_string(type.identifier());
  case TypeForm::kBuiltin:
    return obstacle_at_builtin(type);
  case TypeForm::kForall:
    return "a quantifier";
  case TypeForm::kStruct:
    return "a struct";
  case TypeForm::kNat:
    break;
  }
  return "a natural";
}

std::string Serializability::obstacle_at_builtin(const lf::Type& type) {
  const auto arguments = type.arguments();
  std::size_t wanted = 0;
  switch (type.builtin) {
  case BuiltinType::kUnit:
  case BuiltinType::kBool:
  case BuiltinType::kInt64:
  case BuiltinType::kText:
  case BuiltinType::kTimestamp:
  case BuiltinType::kDate:
  case BuiltinType::kParty:
    return {};
  case BuiltinType::kNumeric:
    if (arguments.size() == 1 && arguments[0]->form == TypeForm::kNat)
      return {};
    return "Numeric whose scale is not fixed";
  case BuiltinType::kList:
  case BuiltinType::kOptional:
  case BuiltinType::kTextMap:
  case BuiltinType::kContractId:
    wanted = 1;
    break;
  case BuiltinType::kGenMap:
    wanted = 2;
    break;
  default:
    return std::string(lf::builtin_type_name(type.builtin));
  }
  if (arguments.size() != wanted)
    return std::string(lf::builtin_type_name(type.builtin)) + " without its arguments";
  // The id of a contract says nothing of the contract, since there are ids of interfaces.
  if (type.builtin != BuiltinType::kContractId ||
      !world_.own().package().supports(lf::Feature::kInterfaces))
    push(arguments);
  return {};
}

} // namespace tenon::daml::validation
