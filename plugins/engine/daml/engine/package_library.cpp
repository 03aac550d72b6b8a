#include "engine/package_library.hpp"

#include <algorithm>
#include <map>

#include "archive/archive.hpp"
#include "engine/state_keys.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::engine {

namespace {

// "1.10.2" after "1.9": number by number.
std::vector<std::uint64_t> version_numbers(std::string_view text) {
  std::vector<std::uint64_t> numbers(1);
  for (const char c : text) {
    if (c == '.')
      numbers.push_back(0);
    else if (c >= '0' && c <= '9')
      numbers.back() = numbers.back() * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return numbers;
}

} // namespace

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

Result<Identifier> PackageLibrary::resolve(const plugin::StateView& view, std::string_view text) {
  if (!text.starts_with('#'))
    return Identifier::parse(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos)
    return invalid_argument("expected #package-name:Module:Name, found " + std::string(text));
  const std::string_view name = text.substr(1, colon - 1);
  std::string best;
  std::vector<std::uint64_t> best_version;
  bool malformed = false;
  TENON_RETURN_IF_ERROR(view.scan(
      keys::kInfos, prefix_end(keys::kInfos), [&](BytesView key, BytesView value) {
        v1::PackageInfo info;
        malformed = !info.ParseFromArray(value.data(), static_cast<int>(value.size()));
        if (malformed || info.name() != name)
          return !malformed;
        auto version = version_numbers(info.version());
        if (best.empty() || version > best_version) {
          best = std::string(key.substr(keys::kInfos.size()));
          best_version = std::move(version);
        }
        return true;
      }));
  if (malformed)
    return data_loss("the record of a package is malformed");
  if (best.empty()) {
    return not_found("PACKAGE_NOT_FOUND: the ledger has no package of the name " +
                     std::string(name));
  }
  return Identifier::parse(best + std::string(text.substr(colon)));
}

} // namespace tenon::daml::engine
