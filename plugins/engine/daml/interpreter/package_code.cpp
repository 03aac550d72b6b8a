// What a package defines, made ready for being compiled: one thing at a time, when it is asked for.
#include <algorithm>

#include "interpreter/budget.hpp"
#include "interpreter/lambda.hpp"
#include "interpreter/store.hpp"

namespace tenon::daml::interpreter {

namespace {

std::uint64_t key_of(lf::DottedName module, lf::DottedName name) {
  return std::uint64_t{module.index} << 32 | name.index;
}

std::string full_name(const Slot& slot) {
  const lf::Package& package = slot.package->source();
  return std::string(package.text(slot.module)) + ":" + std::string(package.text(slot.name));
}

Status not_defined(const Slot& slot, std::string_view what) {
  return not_found(slot.package->source().id() + ":" + full_name(slot) + ": expected " +
                   std::string(what) + ", found none");
}

} // namespace

PackageCode::PackageCode(PackageStore& store, std::shared_ptr<const lf::Package> package)
    : store_(store), package_(std::move(package)) {
  resolved_.resize(package_->identifiers().size());
}

Slot& PackageCode::slot_of(lf::DottedName module, lf::DottedName name,
                           const lf::Definition* source) {
  auto& slot = slots_[key_of(module, name)];
  if (slot == nullptr) {
    slot = std::make_unique<Slot>();
    slot->package = this;
    slot->source = source;
    slot->module = module;
    slot->name = name;
  }
  return *slot;
}

Slot* PackageCode::slot(std::string_view module, std::string_view name) {
  const auto module_name = package_->find_dotted_name(module);
  const auto definition_name = package_->find_dotted_name(name);
  if (!module_name || !definition_name)
    return nullptr;
  const lf::Definition* source = package_->find(*module_name, *definition_name);
  return source == nullptr ? nullptr : &slot_of(*module_name, *definition_name, source);
}

Result<Slot*> PackageCode::slot(lf::IdentifierId id) {
  Slot*& resolved = resolved_[id.index];
  if (resolved == nullptr) {
    const lf::Identifier& identifier = package_->identifier(id);
    PackageCode* const package = mentions[identifier.package.index];
    resolved = package->slot(package_->text(identifier.module), package_->text(identifier.name));
  }
  if (resolved == nullptr)
    return not_found("expected a definition " + package_->to_string(id) + ", found none");
  return resolved;
}

void PackageCode::prepare(Definition& definition, Part part, std::uint16_t arity,
                          std::string name) {
  definition.part = part;
  definition.package = this;
  definition.serial = store_.next_serial();
  definition.arity = arity;
  definition.name = std::move(name);
  definition.value.definition = definition.run.definition = &definition;
  definition.value.arity = definition.run.arity = arity;
}

namespace {

Status check_arity(std::uint32_t arity, const Slot& slot) {
  if (arity <= kMaxRegisters)
    return {};
  return invalid_argument(full_name(slot) + ": expected at most " + std::to_string(kMaxRegisters) +
                          " parameters, found " + std::to_string(arity));
}

} // namespace

Result<Definition*> PackageCode::value(Slot& slot) {
  if (slot.source->value == nullptr)
    return not_defined(slot, "a value");
  if (slot.value == nullptr) {
    const lf::Expr& body = *slot.source->value->body;
    const std::uint32_t arity = arity_of(body);
    TENON_RETURN_IF_ERROR(check_arity(arity, slot));
    auto definition = std::make_unique<Definition>();
    slot.package->prepare(*definition, Part::kValue, static_cast<std::uint16_t>(arity),
                          full_name(slot));
    definition->expression = &body;
    slot.value = std::move(definition);
  }
  return slot.value.get();
}

Result<Definition*> PackageCode::exception_message(Slot& slot) {
  if (slot.source->exception == nullptr)
    return not_defined(slot, "an exception");
  if (slot.exception_message == nullptr) {
    const lf::Expr& message = *slot.source->exception->message;
    const std::uint32_t arity = arity_of(message);
    TENON_RETURN_IF_ERROR(check_arity(arity, slot));
    auto definition = std::make_unique<Definition>();
    slot.package->prepare(*definition, Part::kExceptionMessage, static_cast<std::uint16_t>(arity),
                          full_name(slot) + " message");
    definition->expression = &message;
    slot.exception_message = std::move(definition);
  }
  return slot.exception_message.get();
}

Result<DataCode*> PackageCode::data(Slot& slot) {
  if (slot.source->data_type == nullptr)
    return not_defined(slot, "a data type");
  if (slot.data == nullptr) {
    auto data = std::make_unique<DataCode>();
    data->package = slot.package;
    data->source = slot.source->data_type;
    const lf::Package& package = slot.package->source();
    for (const lf::FieldType& field : data->source->fields)
      data->index.emplace(package.text(field.name), data->index.size());
    for (const lf::Name name : data->source->constructors)
      data->index.emplace(package.text(name), data->index.size());
    slot.data = std::move(data);
  }
  return slot.data.get();
}

Result<TemplateCode*> PackageCode::contract(Slot& slot) {
  if (slot.source->contract == nullptr)
    return not_defined(slot, "a template");
  if (slot.contract == nullptr) {
    TENON_RETURN_IF_ERROR(make_contract(slot).with_context(full_name(slot)));
  }
  return slot.contract.get();
}

Result<InterfaceCode*> PackageCode::interface(Slot& slot) {
  if (slot.source->interface == nullptr)
    return not_defined(slot, "an interface");
  if (slot.interface == nullptr) {
    TENON_RETURN_IF_ERROR(make_interface(slot).with_context(full_name(slot)));
  }
  return slot.interface.get();
}

Result<Identifier> PackageCode::identifier(lf::DottedName module, lf::DottedName name) const {
  TENON_ASSIGN_OR_RETURN(PackageId package, PackageId::parse(package_->id()));
  TENON_ASSIGN_OR_RETURN(DottedName module_name, DottedName::parse(package_->text(module)));
  TENON_ASSIGN_OR_RETURN(DottedName type_name, DottedName::parse(package_->text(name)));
  return Identifier{std::move(package), std::move(module_name), std::move(type_name)};
}

Status PackageCode::make_choices(std::span<const lf::Choice> choices, TemplateCode* contract,
                                 InterfaceCode* interface) {
  const TypeConstructor& type = *(contract != nullptr ? contract->constructor
                                                      : interface->constructor);
  auto& table = contract != nullptr ? contract->choices : interface->choices;
  for (const lf::Choice& source : choices) {
    auto choice = std::make_unique<ChoiceCode>();
    choice->source = &source;
    choice->name = package_->text(source.name);
    TENON_ASSIGN_OR_RETURN(choice->argument, close(*source.argument.type));
    TENON_ASSIGN_OR_RETURN(choice->result, close(*source.result));
    const std::string name =
        type.id.module.str() + ":" + type.id.name.str() + " choice " + choice->name;
    const Part part = contract != nullptr ? Part::kExercise : Part::kExerciseInterface;
    for (Definition* definition : {&choice->exercise, &choice->exercise_by_key}) {
      prepare(*definition, definition == &choice->exercise ? part : Part::kExerciseByKey, 2, name);
      definition->contract = contract;
      definition->interface = interface;
      definition->choice = &source;
    }
    table.emplace(package_->text(source.name), std::move(choice));
  }
  return {};
}

Status PackageCode::make_instances(std::span<const lf::InterfaceInstance> instances,
                                   lf::Name parameter, TemplateCode* contract,
                                   InterfaceCode* interface) {
  const TypeConstructor& type = *(contract != nullptr ? contract->constructor
                                                      : interface->constructor);
  auto& table = contract != nullptr ? contract->instances : interface->instances;
  for (const lf::InterfaceInstance& source : instances) {
    TENON_ASSIGN_OR_RETURN(Slot * other, slot(source.other));
    TENON_ASSIGN_OR_RETURN(const Identifier id,
                           other->package->identifier(other->module, other->name));
    auto instance = std::make_unique<InstanceCode>();
    const std::string name = type.id.module.str() + ":" + type.id.name.str() + " instance " +
                             id.module.str() + ":" + id.name.str();
    const auto make = [&](Definition& definition, Part part, const lf::Expr& body,
                          const std::string& what) {
      prepare(definition, part, 1, name + " " + what);
      definition.expression = &body;
      definition.parameter = parameter;
    };
    make(instance->view, Part::kView, *source.view, "view");
    for (const lf::MethodBody& method : source.methods) {
      const std::string method_name(package_->text(method.name));
      auto definition = std::make_unique<Definition>();
      make(*definition, Part::kMethod, *method.value, "method " + method_name);
      instance->methods.emplace(store_.types().field_name(method_name).index,
                                std::move(definition));
    }
    table.entries.emplace(&store_.types().constructor(id), std::move(instance));
  }
  return {};
}

Status PackageCode::make_contract(Slot& slot) {
  PackageCode& package = *slot.package;
  auto contract = std::make_unique<TemplateCode>();
  contract->package = &package;
  contract->source = slot.source->contract;
  TENON_ASSIGN_OR_RETURN(const Identifier id, package.identifier(slot.module, slot.name));
  contract->constructor = &package.store_.types().constructor(id);
  RuntimeType type;
  type.form = RuntimeType::Form::kConstructor;
  type.constructor = contract->constructor;
  TENON_ASSIGN_OR_RETURN(contract->type, package.store_.types().intern(std::move(type)));
  contract->version = lf::transaction_version(package.source().version());
  if (has_package_names(contract->version) && package.source().metadata()) {
    TENON_ASSIGN_OR_RETURN(
        contract->package_name,
        PackageName::parse(package.source().text(package.source().metadata()->name)));
  }
  if (contract->source->key != nullptr) {
    TENON_ASSIGN_OR_RETURN(contract->key_type, package.close(*contract->source->key->type));
  }
  TemplateCode* const made = contract.get();
  const std::string name = full_name(slot);
  const auto make = [&](Definition& definition, Part part, std::uint16_t arity,
                        std::string_view what) {
    package.prepare(definition, part, arity, name + " " + std::string(what));
    definition.contract = made;
  };
  make(made->signatories, Part::kSignatories, 1, "signatories");
  make(made->observers, Part::kObservers, 1, "observers");
  make(made->create, Part::kCreate, 1, "create");
  make(made->facts, Part::kFacts, 3, "facts");
  make(made->fetch, Part::kFetch, 1, "fetch");
  make(made->fetch_by_key, Part::kFetchByKey, 1, "fetch by key");
  make(made->lookup_by_key, Part::kLookupByKey, 1, "lookup by key");
  TENON_RETURN_IF_ERROR(package.make_choices(made->source->choices, made, nullptr));
  TENON_RETURN_IF_ERROR(package.make_instances(made->source->implements, made->source->parameter,
                                               made, nullptr));
  slot.contract = std::move(contract);
  return {};
}

Status PackageCode::make_interface(Slot& slot) {
  PackageCode& package = *slot.package;
  auto interface = std::make_unique<InterfaceCode>();
  interface->package = &package;
  interface->source = slot.source->interface;
  TENON_ASSIGN_OR_RETURN(const Identifier id, package.identifier(slot.module, slot.name));
  interface->constructor = &package.store_.types().constructor(id);
  interface->version = lf::transaction_version(package.source().version());
  TENON_ASSIGN_OR_RETURN(interface->view, package.close(*interface->source->view));
  InterfaceCode* const made = interface.get();
  package.prepare(made->fetch, Part::kFetchInterface, 1, full_name(slot) + " fetch");
  made->fetch.interface = made;
  TENON_RETURN_IF_ERROR(package.make_choices(made->source->choices, nullptr, made));
  TENON_RETURN_IF_ERROR(package.make_instances(
      made->source->co_implements, made->source->parameter, nullptr, made));
  slot.interface = std::move(interface);
  return {};
}

const InstanceCode* find_instance(const InterfaceCode& interface, const TemplateCode& contract) {
  const InstanceCode* const own = contract.instances.find(interface.constructor);
  return own != nullptr ? own : interface.instances.find(contract.constructor);
}

} // namespace tenon::daml::interpreter
