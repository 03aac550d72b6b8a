#include "loading.hpp"

#include <memory>
#include <vector>

#include "archive/dar.hpp"
#include "interpreter/store.hpp"
#include "timing.hpp"
#include "validation/validate.hpp"

namespace tenon::bench {

namespace {

using daml::interpreter::PackageStore;

Status add_all(PackageStore& store, std::vector<daml::lf::Package>& packages) {
  std::vector<std::shared_ptr<const daml::lf::Package>> waiting;
  for (daml::lf::Package& package : packages)
    waiting.push_back(std::make_shared<const daml::lf::Package>(std::move(package)));
  // Each after those that it needs, in whatever order they come.
  while (!waiting.empty()) {
    const std::size_t before = waiting.size();
    std::erase_if(waiting, [&](const auto& package) { return store.add(package).ok(); });
    if (waiting.size() == before)
      return store.add(waiting.front());
  }
  return {};
}

Status compile(PackageStore& store, const daml::interpreter::TemplateCode& code) {
  TENON_RETURN_IF_ERROR(store.compile(code.signatories.value));
  TENON_RETURN_IF_ERROR(store.compile(code.observers.value));
  TENON_RETURN_IF_ERROR(store.compile(code.create.run));
  TENON_RETURN_IF_ERROR(store.compile(code.facts.run));
  for (const auto& [name, choice] : code.choices)
    TENON_RETURN_IF_ERROR(store.compile(choice->exercise.run));
  return {};
}

Result<std::size_t> compile_templates(PackageStore& store, const daml::lf::Package& package) {
  std::size_t count = 0;
  for (const auto& module : package.modules()) {
    for (const auto& contract : module.templates) {
      const std::string id = package.id() + ":" + std::string(package.text(module.name)) + ":" +
                             std::string(package.text(contract.name));
      TENON_ASSIGN_OR_RETURN(const auto identifier, daml::Identifier::parse(id));
      TENON_ASSIGN_OR_RETURN(const auto* const code, store.contract(identifier));
      TENON_RETURN_IF_ERROR(compile(store, *code));
      ++count;
    }
  }
  return count;
}

Status load_once(BytesView bytes, LoadTimes& sum) {
  const Stopwatch decoding;
  TENON_ASSIGN_OR_RETURN(const auto dar, daml::archive::read_dar(bytes, "the DAR"));
  TENON_ASSIGN_OR_RETURN(auto packages, daml::archive::decode_dar(dar, "the DAR"));
  sum.decode += decoding.seconds();
  sum.packages = static_cast<double>(packages.size());
  sum.megabytes = static_cast<double>(dar.main.archive.payload.size()) / 1e6;
  for (const auto& dependency : dar.dependencies)
    sum.megabytes += static_cast<double>(dependency.archive.payload.size()) / 1e6;

  const Stopwatch validating;
  const daml::validation::PackageSet all(packages);
  for (const auto& package : packages)
    TENON_RETURN_IF_ERROR(daml::validation::validate(package, all));
  sum.validate += validating.seconds();

  const std::string main = packages.front().id();
  PackageStore store;
  TENON_RETURN_IF_ERROR(add_all(store, packages));
  const Stopwatch compiling;
  TENON_ASSIGN_OR_RETURN(const std::size_t templates,
                         compile_templates(store, *store.package(main)));
  sum.compile += compiling.seconds();
  sum.templates = static_cast<double>(templates);
  return {};
}

} // namespace

Result<LoadTimes> time_loading(BytesView dar, double seconds) {
  LoadTimes times;
  double runs = 0;
  const Stopwatch watch;
  do {
    TENON_RETURN_IF_ERROR(load_once(dar, times));
    ++runs;
  } while (watch.seconds() < seconds);
  times.decode /= runs;
  times.validate /= runs;
  times.compile /= runs;
  return times;
}

} // namespace tenon::bench
