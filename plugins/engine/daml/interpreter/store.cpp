#include "interpreter/store.hpp"

#include "interpreter/compiler.hpp"
#include "interpreter/constants.hpp"

namespace tenon::daml::interpreter {

PackageStore::PackageStore() {
  RuntimeType type;
  type.form = RuntimeType::Form::kConstructor;
  type.constructor = &types_.constructor(Identifier::literal(
      "cb0552debf219cc909f51cbb5c3b41e9981d39f8f645b1f35e2ef5be2e0b858a:"
      "DA.Exception.ArithmeticError:ArithmeticError"));
  arithmetic_error_ = types_.intern(std::move(type)).value();
  entry_shape_ = &types_.shape({types_.field_name("key"), types_.field_name("value")});
}

PackageStore::~PackageStore() {
  const auto drop = [](const Definition& definition) {
    delete definition.constant.load(std::memory_order_relaxed);
  };
  for (const auto& [id, package] : packages_)
    package->for_each_constant(drop);
}

PackageCode* PackageStore::find(std::string_view package_id) const {
  const auto found = packages_.find(std::string(package_id));
  return found == packages_.end() ? nullptr : found->second.get();
}

bool PackageStore::has(std::string_view package_id) const {
  const std::lock_guard lock(mutex_);
  return find(package_id) != nullptr;
}

std::shared_ptr<const lf::Package> PackageStore::package(std::string_view package_id) const {
  const std::lock_guard lock(mutex_);
  const PackageCode* const found = find(package_id);
  return found == nullptr ? nullptr : found->shared_source();
}

Status PackageStore::add(std::shared_ptr<const lf::Package> package) {
  const std::lock_guard lock(mutex_);
  const std::string id = package->id();
  if (find(id) != nullptr)
    return {};
  TENON_RETURN_IF_ERROR(check_name(kPackageIdSyntax, id));
  auto code = std::make_unique<PackageCode>(*this, package);
  code->mentions.push_back(code.get());
  for (std::size_t i = 1; i < package->mentions().size(); ++i) {
    const std::string_view other = package->text(package->mentions()[i].id);
    PackageCode* const found = other == id ? code.get() : find(other);
    if (found == nullptr) {
      return failed_precondition("package " + id + ": expected package " + std::string(other) +
                                 ", on which it depends, to be there before it");
    }
    code->mentions.push_back(found);
  }
  packages_.emplace(id, std::move(code));
  return {};
}

Result<Slot*> PackageStore::find_slot(const Identifier& id) {
  PackageCode* const package = find(id.package.str());
  if (package == nullptr)
    return not_found("package " + id.package.str() + ": not known");
  Slot* const slot = package->slot(id.module.str(), id.name.str());
  if (slot == nullptr)
    return not_found("expected a definition " + id.to_text() + ", found none");
  return slot;
}

Result<const TemplateCode*> PackageStore::contract(const Identifier& id) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(Slot * slot, find_slot(id));
  TENON_ASSIGN_OR_RETURN(const TemplateCode* contract, PackageCode::contract(*slot));
  return contract;
}

Result<const InterfaceCode*> PackageStore::interface(const Identifier& id) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(Slot * slot, find_slot(id));
  TENON_ASSIGN_OR_RETURN(const InterfaceCode* interface, PackageCode::interface(*slot));
  return interface;
}

Result<Definition*> PackageStore::value(std::string_view package_id, std::string_view module,
                                        std::string_view name) {
  const std::lock_guard lock(mutex_);
  PackageCode* const package = find(package_id);
  Slot* const slot = package == nullptr ? nullptr : package->slot(module, name);
  if (slot == nullptr) {
    return not_found("expected a value " + std::string(package_id) + ":" + std::string(module) +
                     ":" + std::string(name) + ", found none");
  }
  return PackageCode::value(*slot);
}

Result<Definition*> PackageStore::exception_message(const TypeConstructor& exception) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(Slot * slot, find_slot(exception.id));
  return PackageCode::exception_message(*slot);
}

Result<const RuntimeType*> PackageStore::type(std::string_view package_id, const lf::Type& type) {
  const std::lock_guard lock(mutex_);
  PackageCode* const package = find(package_id);
  if (package == nullptr)
    return not_found("package " + std::string(package_id) + ": not known");
  return package->close(type);
}

namespace {

Status fill_names(const lf::Package& package, const lf::DataType& source, TypeLayout& layout) {
  if (layout.form == TypeLayout::Form::kEnum) {
    for (const lf::Name name : source.constructors)
      layout.names.emplace_back(package.text(name));
  } else {
    for (const lf::FieldType& field : source.fields)
      layout.names.emplace_back(package.text(field.name));
  }
  for (std::uint32_t i = 0; i < layout.names.size(); ++i) {
    layout.index.emplace(layout.names[i], i);
    if (layout.form == TypeLayout::Form::kRecord)
      continue;
    TENON_ASSIGN_OR_RETURN(daml::Name name, daml::Name::parse(layout.names[i]));
    layout.constructors.push_back(std::move(name));
  }
  if (layout.form == TypeLayout::Form::kRecord)
    layout.labels = std::make_shared<const std::vector<std::string>>(layout.names);
  return {};
}

} // namespace

Result<std::unique_ptr<TypeLayout>> PackageStore::make_layout(const RuntimeType& type) {
  const Identifier& id = type.constructor->id;
  TENON_ASSIGN_OR_RETURN(Slot * slot, find_slot(id));
  TENON_ASSIGN_OR_RETURN(const DataCode* data, PackageCode::data(*slot));
  const lf::DataType& source = *data->source;
  if (source.form == lf::DataForm::kInterface ||
      source.parameters.size() != type.arguments.size()) {
    return invalid_argument("expected a type of values, found " + to_text(type));
  }
  auto layout = std::make_unique<TypeLayout>();
  layout->form = source.form == lf::DataForm::kRecord    ? TypeLayout::Form::kRecord
                 : source.form == lf::DataForm::kVariant ? TypeLayout::Form::kVariant
                                                         : TypeLayout::Form::kEnum;
  layout->type = std::make_shared<const Identifier>(id);
  TENON_RETURN_IF_ERROR(fill_names(data->package->source(), source, *layout));
  std::vector<PackageCode::TypeBinding> bindings;
  for (std::size_t i = 0; i < source.parameters.size(); ++i)
    bindings.push_back({source.parameters[i].name, type.arguments[i]});
  for (const lf::FieldType& field : source.fields) {
    TENON_ASSIGN_OR_RETURN(const RuntimeType* closed, data->package->close(*field.type, bindings));
    layout->types.push_back(closed);
  }
  return layout;
}

Result<const TypeLayout*> PackageStore::layout(const RuntimeType& type) {
  if (const TypeLayout* known = type.layout.load(std::memory_order_acquire))
    return known;
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(std::unique_ptr<TypeLayout> layout, make_layout(type));
  return &TypeTable::keep_layout(type, std::move(layout));
}

Status PackageStore::compile(const Function& function) {
  const std::lock_guard lock(mutex_);
  if (function.body.load(std::memory_order_relaxed) != nullptr)
    return {};
  const Definition& definition = *function.definition;
  return compile_definition(*this, definition, &function == &definition.run)
      .with_context(definition.package->source().id() + ":" + definition.name);
}

void PackageStore::publish(const Function& function, std::unique_ptr<Body> body) {
  code_.emplace(&body->cells.back(), &function);
  const Body* const kept = body.get();
  bodies_.push_back(std::move(body));
  const_cast<Function&>(function).body.store(kept, std::memory_order_release);
}

Function& PackageStore::keep(std::unique_ptr<Function> function) {
  functions_.push_back(std::move(function));
  return *functions_.back();
}

const WideNumber& PackageStore::keep_number(const WideNumber& number) {
  numbers_.push_back(std::make_unique<const WideNumber>(number));
  return *numbers_.back();
}

PackageStore::CodePosition PackageStore::find_code(const Cell* cell) const {
  const std::lock_guard lock(mutex_);
  const auto found = code_.lower_bound(cell);
  if (found == code_.end())
    return {};
  const Body& body = *found->second->body.load(std::memory_order_relaxed);
  if (cell < body.cells.data())
    return {};
  CodePosition position{found->second, {}};
  const auto offset = static_cast<std::uint32_t>(cell - body.cells.data());
  for (const CodeLocation& location : body.locations) {
    if (location.cell > offset)
      break;
    position.location = location.location;
  }
  return position;
}

} // namespace tenon::daml::interpreter
