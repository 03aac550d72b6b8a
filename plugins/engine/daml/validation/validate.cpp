#include "validation/validate.hpp"

#include "validation/collisions.hpp"
#include "validation/definition_checker.hpp"
#include "validation/module_order.hpp"

namespace tenon::daml::validation {

PackageSet::PackageSet(const std::vector<lf::Package>& packages) {
  for (const lf::Package& package : packages)
    add(package);
}

void PackageSet::add(const lf::Package& package) {
  packages_.emplace(package.id(), &package);
}

const lf::Package* PackageSet::find(std::string_view package_id) const {
  const auto found = packages_.find(package_id);
  return found == packages_.end() ? nullptr : found->second;
}

namespace {

Status check_dependencies(const lf::Package& package, const PackageSource& dependencies,
                          const Site& site) {
  for (const std::string& id : package.dependencies()) {
    const lf::Package* dependency = dependencies.find(id);
    if (dependency == nullptr)
      return site.refuse(Rule::kDependencyKnown, "package " + id, "none of that id");
    if (package.version() < dependency->version()) {
      return site.refuse(Rule::kDependencyVersion,
                         "at most " + to_string(package.version()) + " for package " + id,
                         to_string(dependency->version()));
    }
  }
  return {};
}

std::size_t table_entries(const lf::Package& package) {
  return package.strings().size() + package.dotted_name_count() + package.identifiers().size() +
         package.types().size();
}

} // namespace

Status validate(const lf::Package& package, const PackageSource& dependencies, Effort* effort) {
  Meter meter;
  meter.allow(kWorkPerPart * table_entries(package));
  Site site(package);
  TENON_RETURN_IF_ERROR(check_dependencies(package, dependencies, site));
  ModuleOrder order(package, meter, site);
  TENON_RETURN_IF_ERROR(order.check());
  Collisions collisions(package, meter, site);
  TENON_RETURN_IF_ERROR(collisions.check());
  World world(package, dependencies);
  TypeStore store(meter);
  DefinitionChecker definitions(world, store, site);
  TENON_RETURN_IF_ERROR(definitions.check());
  if (effort != nullptr)
    *effort = {order.expressions(), store.size(), meter.used(), meter.allowed()};
  return {};
}

} // namespace tenon::daml::validation
