// Every DAR of the shared data: what compilers made is valid. That folder stands beside the source
// tree, or where TENON_SHARED_DIR says; without it there is nothing to read here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

#include "archive/dar.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::validation {
namespace {

std::filesystem::path folder() {
  const char* const shared = std::getenv("TENON_SHARED_DIR");
  return std::filesystem::path(shared != nullptr ? shared : TENON_SOURCE_DIR "/../shared") /
         "daml/dars";
}

bool absent() {
  if (std::filesystem::exists(folder()))
    return false;
  WARN("skipped: no " << folder().string() << " (set TENON_SHARED_DIR)");
  return true;
}

Result<std::vector<lf::Package>> read(const std::filesystem::path& path, std::size_t& bytes,
                                      std::set<std::string>& seen) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  const std::string name = path.filename().string();
  TENON_ASSIGN_OR_RETURN(const archive::Dar dar, archive::read_dar(content.str(), name));
  const auto count = [&](const archive::DarEntry& entry) {
    if (!seen.contains(entry.archive.package_id))
      bytes += entry.archive.payload.size();
  };
  count(dar.main);
  for (const archive::DarEntry& entry : dar.dependencies)
    count(entry);
  return archive::decode_dar(dar, name);
}

struct Total {
  std::size_t packages = 0;
  std::size_t bytes = 0;
  Effort effort;
  double highest_share = 0; // of the steps that are allowed
  std::chrono::steady_clock::duration time{};
};

void validate_all(const std::vector<lf::Package>& packages, std::set<std::string>& seen,
                  Total& total) {
  const PackageSet set(packages);
  for (const lf::Package& package : packages) {
    if (!seen.insert(package.id()).second)
      continue;
    INFO(package.id());
    Effort effort;
    const auto start = std::chrono::steady_clock::now();
    const Status status = validate(package, set, &effort);
    total.time += std::chrono::steady_clock::now() - start;
    CHECK(status.to_string() == "OK");
    ++total.packages;
    total.effort.expressions += effort.expressions;
    total.effort.types += effort.types;
    total.effort.steps += effort.steps;
    total.highest_share =
        std::max(total.highest_share,
                 static_cast<double>(effort.steps) / static_cast<double>(effort.allowed_steps));
  }
}

TEST_CASE("shared DARs: all packages of the supported versions are valid",
          "[daml][validation][shared]") {
  if (absent())
    return;
  std::set<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (entry.path().extension() == ".dar" && entry.path().filename() != "illformed.dar")
      paths.insert(entry.path());
  }
  std::set<std::string> seen;
  Total total;
  for (const std::filesystem::path& path : paths) {
    INFO(path.filename().string());
    const auto packages = read(path, total.bytes, seen);
    if (packages.status().code() == Code::kUnimplemented)
      continue; // a version that is not supported
    REQUIRE(packages.ok());
    validate_all(*packages, seen, total);
  }
  CHECK(total.packages > 0);
  const double ms = std::chrono::duration<double, std::milli>(total.time).count();
  std::cout << "validation: " << total.packages << " packages, " << total.bytes << " bytes, "
            << total.effort.expressions << " expressions, " << total.effort.types << " types, "
            << total.effort.steps << " steps (at most " << total.highest_share * 100
            << " % of those allowed); " << ms << " ms, "
            << ms / (static_cast<double>(total.bytes) / 1e6) << " ms per MB\n";
}

TEST_CASE("shared DARs: the ill-formed one is refused with its reason",
          "[daml][validation][shared]") {
  if (absent())
    return;
  std::size_t bytes = 0;
  std::set<std::string> seen;
  const auto packages = read(folder() / "illformed.dar", bytes, seen);
  REQUIRE(packages.ok());
  const Status status = validate((*packages)[0], PackageSet(*packages));
  CHECK(status.code() == Code::kInvalidArgument);
  INFO(status.to_string());
  CHECK_THAT(status.message(), Catch::StartsWith("package " + (*packages)[0].id() + ": module "));
  std::cout << "validation: illformed.dar: " << status.to_string() << "\n";
}

} // namespace
} // namespace tenon::daml::validation
