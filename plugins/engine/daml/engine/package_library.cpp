#include "engine/package_library.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "archive/archive.hpp"
#include "engine/state_keys.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::engine {

// The packages of one upload and, where these do not say, those of the ledger.
class PackageLibrary::Candidates final : public validation::PackageSource {
public:
  explicit Candidates(const interpreter::PackageStore& store) : store_(store) {}

  void add(const std::shared_ptr<const lf::Package>& package) {
    packages_.emplace(package->id(), package);
  }
  [[nodiscard]] bool has(std::string_view id) const { return packages_.contains(id); }
  // Kept: the store's packages never go, and this keeps the others.
  [[nodiscard]] const lf::Package* find(std::string_view id) const override {
    const auto found = packages_.find(id);
    return found != packages_.end() ? found->second.get() : store_.package(id).get();
  }

private:
  const interpreter::PackageStore& store_;
  std::map<std::string, std::shared_ptr<const lf::Package>, std::less<>> packages_;
};

Result<std::optional<v1::PackageInfo>> PackageLibrary::info(const plugin::StateView& view,
                                                            std::string_view package_id) {
  std::optional<v1::PackageInfo> info;
  TENON_ASSIGN_OR_RETURN(const auto bytes, view.get(keys::package_info(package_id)));
  if (!bytes)
    return info;
  if (!info.emplace().ParseFromString(*bytes))
    return data_loss("the record of package " + std::string(package_id) + " is malformed");
  return info;
}

Result<std::shared_ptr<const lf::Package>>
PackageLibrary::read(const plugin::StateView& view, std::string_view package_id) const {
  TENON_ASSIGN_OR_RETURN(const auto payload, view.get(keys::package(package_id)));
  if (!payload || archive::package_id_of(*payload) != package_id)
    return fault("package " + std::string(package_id) + " of the ledger does not fit its id");
  // It was decoded when it came: that it is not now says something about this process.
  auto package = archive::decode_payload(*payload);
  if (!package.ok()) {
    return fault("package " + std::string(package_id) +
                 " no longer decodes: " + package.status().message());
  }
  return std::make_shared<const lf::Package>(*std::move(package));
}

Result<bool> PackageLibrary::load(const plugin::StateView& view, std::string_view package_id) {
  // One read whatever is here already, so that what a transaction reads is always the same.
  TENON_ASSIGN_OR_RETURN(const auto bytes, view.get(keys::package_info(package_id)));
  if (!bytes)
    return false;
  if (store_.has(package_id))
    return true;
  // Packages on the way from this one down, each above those that it needs.
  std::vector<std::shared_ptr<const lf::Package>> stack;
  TENON_ASSIGN_OR_RETURN(auto first, read(view, package_id));
  stack.push_back(std::move(first));
  while (!stack.empty()) {
    const auto needed = stack.back()->dependencies();
    const auto missing = std::find_if(needed.begin(), needed.end(), [&](const std::string& id) {
      return !store_.has(id);
    });
    if (missing == needed.end()) {
      TENON_RETURN_IF_ERROR(store_.add(std::move(stack.back())));
      loaded_.record(1);
      stack.pop_back();
      continue;
    }
    TENON_ASSIGN_OR_RETURN(auto next, read(view, *missing));
    stack.push_back(std::move(next));
  }
  return true;
}

Status PackageLibrary::validate_once(const lf::Package& package, const Candidates& candidates) {
  {
    const std::lock_guard lock(mutex_);
    if (valid_.contains(package.id()))
      return {};
  }
  const Status status = validation::validate(package, candidates);
  if (!status.ok())
    return {status.code(), "DAR_VALIDATION_ERROR: " + status.message()};
  const std::lock_guard lock(mutex_);
  if (valid_.size() >= kMaxValid)
    valid_.clear();
  valid_.insert(package.id());
  return {};
}

Result<std::vector<PackageLibrary::NewPackage>>
PackageLibrary::check(const plugin::StateView& view, std::span<const BytesView> payloads) {
  std::vector<NewPackage> result;
  Candidates candidates(store_);
  for (const BytesView payload : payloads) {
    const std::string id = archive::package_id_of(payload);
    TENON_ASSIGN_OR_RETURN(const auto known, view.get(keys::package_info(id)));
    if (known || candidates.has(id))
      continue;
    auto decoded = archive::decode_payload(payload);
    if (!decoded.ok())
      return Status(decoded.status().code(), "DAR_PARSE_ERROR: " + decoded.status().message());
    const auto package = std::make_shared<const lf::Package>(*std::move(decoded));
    for (const std::string& dependency : package->dependencies()) {
      if (candidates.has(dependency))
        continue;
      TENON_ASSIGN_OR_RETURN(const bool found, load(view, dependency));
      if (!found) {
        return invalid_argument("DAR_NOT_SELF_CONSISTENT: package " + id + " depends on package " +
                                dependency + ", which neither comes with it, before it, nor is "
                                "on the ledger");
      }
    }
    TENON_RETURN_IF_ERROR(validate_once(*package, candidates));
    candidates.add(package);
    result.push_back({package, payload});
  }
  return result;
}

Result<PackageLibrary::Release> PackageLibrary::release_of(std::string_view package_id,
                                                           BytesView info) {
  const std::string id(package_id);
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = releases_.find(id); found != releases_.end())
      return found->second;
  }
  v1::PackageInfo message;
  if (!message.ParseFromArray(info.data(), static_cast<int>(info.size())))
    return data_loss("the record of package " + id + " is malformed");
  Release release{message.name(), package_version(message.version())};
  const std::lock_guard lock(mutex_);
  return releases_.emplace(id, std::move(release)).first->second;
}

Result<Identifier> PackageLibrary::resolve(const plugin::StateView& view, std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return invalid_argument("expected #package-name:Module:Name, found " + std::string(text));
  const std::string_view name = text.substr(1, colon - 1);
  std::string best;
  PackageVersion best_version;
  Status failure;
  TENON_RETURN_IF_ERROR(view.scan(
      keys::kInfos, prefix_end(keys::kInfos), [&](BytesView key, BytesView value) {
        const std::string_view id = key.substr(keys::kInfos.size());
        const auto release = release_of(id, value);
        failure = release.status();
        if (!release.ok() || release->name != name)
          return release.ok();
        if (best.empty() || release->version > best_version) {
          best = std::string(id);
          best_version = release->version;
        }
        return true;
      }));
  TENON_RETURN_IF_ERROR(failure);
  if (best.empty()) {
    return not_found("PACKAGE_NOT_FOUND: the ledger has no package of the name " +
                     std::string(name));
  }
  return Identifier::parse(best + std::string(text.substr(colon)));
}

Result<Identifier> PackageLibrary::find_type(const plugin::StateView& view,
                                             std::string_view text) {
  auto type = text.starts_with('#') ? resolve(view, text) : Identifier::parse(text);
  if (!type.ok())
    return type;
  TENON_ASSIGN_OR_RETURN(const bool found, load(view, type->package.str()));
  if (!found)
    return not_found("PACKAGE_NOT_FOUND: the ledger has no package " + type->package.str());
  return type;
}

Result<std::shared_ptr<const PackageTypes>> PackageLibrary::types(const plugin::StateView& view,
                                                                  std::string_view package_id) {
  TENON_ASSIGN_OR_RETURN(const bool found, load(view, package_id));
  if (!found)
    return std::shared_ptr<const PackageTypes>();
  const std::string id(package_id);
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = types_.find(id); known != types_.end())
      return known->second;
  }
  auto types = std::make_shared<const PackageTypes>(types_of(*store_.package(id)));
  const std::lock_guard lock(mutex_);
  return types_.emplace(id, std::move(types)).first->second;
}

Result<PackageLibrary::Catalog> PackageLibrary::catalog(const plugin::StateView& view) {
  Catalog catalog;
  std::vector<std::string> missing;
  TENON_RETURN_IF_ERROR(
      view.scan(keys::kInfos, prefix_end(keys::kInfos), [&](BytesView key, BytesView) {
        std::string id(key.substr(keys::kInfos.size()));
        const std::lock_guard lock(mutex_);
        if (const auto known = types_.find(id); known != types_.end())
          catalog.push_back(known->second);
        else
          missing.push_back(std::move(id));
        return true;
      }));
  for (const std::string& id : missing) {
    TENON_ASSIGN_OR_RETURN(auto found, types(view, id));
    catalog.push_back(std::move(found));
  }
  std::sort(catalog.begin(), catalog.end(), [](const auto& left, const auto& right) {
    return std::tie(right->version, left->name, left->id) <
           std::tie(left->version, right->name, right->id);
  });
  return catalog;
}

std::vector<std::string> PackageLibrary::implementing(const Catalog& catalog,
                                                      std::string_view interface) {
  std::vector<std::string> names;
  for (const auto& types : catalog) {
    const auto [first, last] = types->instances.equal_range(interface);
    for (auto instance = first; instance != last; ++instance)
      names.push_back(instance->second);
  }
  return names;
}

std::set<std::string> PackageLibrary::implemented(const Catalog& catalog,
                                                  std::string_view template_id) {
  std::set<std::string> interfaces;
  for (const auto& types : catalog) {
    for (const auto& [interface, name] : types->instances) {
      if (name == template_id)
        interfaces.insert(interface);
    }
  }
  return interfaces;
}

} // namespace tenon::daml::engine
