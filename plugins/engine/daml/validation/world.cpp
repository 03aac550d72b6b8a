#include "validation/world.hpp"

#include <algorithm>

namespace tenon::daml::validation {

void NameIndex::add(NameId name, std::size_t place) {
  entries_.emplace_back(name, static_cast<std::uint32_t>(place));
}

void NameIndex::sort() {
  std::sort(entries_.begin(), entries_.end());
}

std::optional<std::size_t> NameIndex::find(NameId name) const {
  const auto found =
      std::lower_bound(entries_.begin(), entries_.end(), std::pair(name, std::uint32_t{0}));
  if (found == entries_.end() || found->first != name)
    return std::nullopt;
  return found->second;
}

PackageView::PackageView(World& world, const lf::Package& package)
    : world_(world), package_(&package), names_(package.strings().size()),
      identifiers_(package.identifiers().size()), missing_(package.identifiers().size()),
      mentions_(package.mentions().size()), types_(package.types().size()) {
  mentions_[0] = this;
}

NameId PackageView::name(lf::Name name) {
  NameId& known = names_[name.index];
  if (known == 0)
    known = world_.name(package_->text(name)) + 1;
  return known - 1;
}

Entity* PackageView::find(lf::IdentifierId id) {
  Entity*& known = identifiers_[id.index];
  if (known != nullptr || missing_[id.index])
    return known;
  missing_[id.index] = true;
  const lf::Identifier& identifier = package_->identifier(id);
  PackageView*& view = mentions_[identifier.package.index];
  if (view == nullptr)
    view = world_.view(package_->package_id(identifier.package));
  if (view == nullptr)
    return nullptr;
  lf::ModuleName module = identifier.module;
  lf::DottedName name = identifier.name;
  if (view != this) {
    const auto other_module = view->package_->find_dotted_name(package_->text(module));
    const auto other_name = view->package_->find_dotted_name(package_->text(name));
    if (!other_module || !other_name)
      return nullptr;
    module = *other_module;
    name = *other_name;
  }
  if (view->package_->find(module, name) == nullptr)
    return nullptr;
  known = &world_.entity(*view, module, name);
  return known;
}

World::World(const lf::Package& own, const PackageSource& dependencies)
    : dependencies_(dependencies), own_(std::make_unique<PackageView>(*this, own)) {
  own_->set_own();
}

PackageView* World::view(std::string_view package_id) {
  const auto found = views_.find(package_id);
  if (found != views_.end())
    return found->second.get();
  const lf::Package* package = dependencies_.find(package_id);
  if (package == nullptr)
    return nullptr;
  auto view = std::make_unique<PackageView>(*this, *package);
  return views_.emplace(std::string(package_id), std::move(view)).first->second.get();
}

NameId World::name(std::string_view text) {
  const auto found = names_.find(text);
  if (found != names_.end())
    return found->second;
  const auto id = static_cast<NameId>(texts_.size());
  const auto added = names_.emplace(std::string(text), id).first;
  texts_.push_back(&added->first);
  return id;
}

Entity& World::entity(PackageView& view, lf::ModuleName module, lf::DottedName name) {
  const lf::Definition* definition = view.package().find(module, name);
  const auto [place, added] = index_.emplace(definition, nullptr);
  if (added) {
    Entity& entity = entities_.emplace_back();
    entity.id = static_cast<std::uint32_t>(entities_.size() - 1);
    entity.view = &view;
    entity.module = module;
    entity.name = name;
    entity.definition = definition;
    place->second = &entity;
  }
  return *place->second;
}

std::string World::to_string(const Entity& entity) const {
  const lf::Package& package = entity.view->package();
  std::string result;
  if (!entity.view->is_own())
    result.append(package.id()).append(":");
  return result.append(package.text(entity.module)).append(":").append(package.text(entity.name));
}

const lf::Choice* World::choice(Entity& owner, NameId name) {
  const std::span<const lf::Choice> choices =
      owner.contract() != nullptr    ? owner.contract()->choices
      : owner.interface() != nullptr ? owner.interface()->choices
                                     : std::span<const lf::Choice>();
  if (!owner.has_choices) {
    owner.has_choices = true;
    for (std::size_t i = 0; i < choices.size(); ++i)
      owner.choices.add(owner.view->name(choices[i].name), i);
    owner.choices.sort();
  }
  const auto place = owner.choices.find(name);
  return place ? &choices[*place] : nullptr;
}

const lf::Method* World::method(Entity& interface, NameId name) {
  const std::span<const lf::Method> methods = interface.interface()->methods;
  if (!interface.has_methods) {
    interface.has_methods = true;
    for (std::size_t i = 0; i < methods.size(); ++i)
      interface.methods.add(interface.view->name(methods[i].name), i);
    interface.methods.sort();
  }
  const auto place = interface.methods.find(name);
  return place ? &methods[*place] : nullptr;
}

namespace {

bool by_id(const Entity* left, const Entity* right) {
  return left->id < right->id;
}

bool contains(const std::vector<Entity*>& sorted, const Entity& entity) {
  return std::binary_search(sorted.begin(), sorted.end(), &entity, by_id);
}

} // namespace

// What names nothing is left out here; the definition itself is refused for it.
void World::relate(Entity& entity) {
  if (entity.has_relations)
    return;
  entity.has_relations = true;
  const auto add = [&](std::vector<Entity*>& list, lf::IdentifierId id) {
    if (Entity* other = entity.view->find(id); other != nullptr)
      list.push_back(other);
  };
  if (const lf::Template* contract = entity.contract(); contract != nullptr) {
    for (const lf::InterfaceInstance& instance : contract->implements)
      add(entity.instances, instance.other);
  }
  if (const lf::Interface* interface = entity.interface(); interface != nullptr) {
    for (const lf::InterfaceInstance& instance : interface->co_implements)
      add(entity.instances, instance.other);
    for (const lf::IdentifierId required : interface->requirements)
      add(entity.requirements, required);
  }
  std::sort(entity.instances.begin(), entity.instances.end(), by_id);
  std::sort(entity.requirements.begin(), entity.requirements.end(), by_id);
}

bool World::requires_interface(Entity& interface, const Entity& required) {
  relate(interface);
  return contains(interface.requirements, required);
}

bool World::defines_instance(Entity& definition, const Entity& other) {
  relate(definition);
  return contains(definition.instances, other);
}

const std::vector<Entity*>& World::requirements(Entity& interface) {
  relate(interface);
  return interface.requirements;
}

const std::vector<Entity*>& World::instances(Entity& definition) {
  relate(definition);
  return definition.instances;
}

} // namespace tenon::daml::validation
