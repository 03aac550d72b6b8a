// The packages of the ledger in the memory of this process: read from the state when first needed,
// compiled as they are used, kept from then on. Which of them a transaction may use is decided by
// the state that it runs on, never by what happens to be here: blocks that were dropped may have
// brought packages too.
//
// One for an engine; any thread.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/package_types.hpp"
#include "interpreter/store.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/plugin/engine.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::daml::engine {

class PackageLibrary {
public:
  // `loaded` counts what was read from the state.
  explicit PackageLibrary(plugin::Metric loaded = {}) : loaded_(loaded) {}

  [[nodiscard]] interpreter::PackageStore& store() { return store_; }

  // What the ledger says of the package; nothing for one that it does not have.
  static Result<std::optional<v1::PackageInfo>> info(const plugin::StateView& view,
                                                     std::string_view package_id);
  // Makes the package and all that it depends on usable. False when the ledger does not have it.
  Result<bool> load(const plugin::StateView& view, std::string_view package_id);

  // Packages to be added to the ledger, in the order of need.
  struct NewPackage {
    std::shared_ptr<const lf::Package> package;
    BytesView payload;
  };
  // Decodes and validates what the ledger does not have of these payloads, each after those that it
  // depends on. A failure says what is wrong, by an id that clients know.
  Result<std::vector<NewPackage>> check(const plugin::StateView& view,
                                        std::span<const BytesView> payloads);

  // "package:Module:Name", or "#package-name:Module:Name" for the newest package of the name; its
  // package is loaded. INVALID_ARGUMENT for what is no such text, else "PACKAGE_NOT_FOUND: …".
  Result<Identifier> find_type(const plugin::StateView& view, std::string_view text);

  // What the package defines; nullptr when the ledger does not have it.
  Result<std::shared_ptr<const PackageTypes>> types(const plugin::StateView& view,
                                                    std::string_view package_id);
  // Of all packages of the ledger, newest versions first. Costs a look at each of their ids.
  using Catalog = std::vector<std::shared_ptr<const PackageTypes>>;
  Result<Catalog> catalog(const plugin::StateView& view);
  // The templates, "package:Module:Name", that are instances of the interface.
  static std::vector<std::string> implementing(const Catalog& catalog, std::string_view interface);
  // The other way round: the interfaces of which the template is an instance, each once.
  static std::set<std::string> implemented(const Catalog& catalog, std::string_view template_id);

private:
  class Candidates;
  struct Release {
    std::string name;
    PackageVersion version;
  };
  Result<Identifier> resolve(const plugin::StateView& view, std::string_view text);
  Result<Release> release_of(std::string_view package_id, BytesView info);
  Result<std::shared_ptr<const lf::Package>> read(const plugin::StateView& view,
                                                  std::string_view package_id) const;
  Status validate_once(const lf::Package& package, const Candidates& candidates);

  plugin::Metric loaded_;
  interpreter::PackageStore store_;
  // Validating takes long, and whoever prepares an upload executes it soon after. What was found
  // valid is valid for ever: an id stands for the bytes, and so for all that they depend on.
  static constexpr std::size_t kMaxValid = 10'000;
  std::mutex mutex_;
  std::set<std::string, std::less<>> valid_;
  // Of packages as their bytes are, whatever ledger has them.
  std::unordered_map<std::string, std::shared_ptr<const PackageTypes>> types_;
  std::unordered_map<std::string, Release> releases_;
};

} // namespace tenon::daml::engine
