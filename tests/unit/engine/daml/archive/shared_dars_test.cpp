// Every DAR of the shared data: packages that compilers of many versions made. That folder stands
// beside the source tree, or where TENON_SHARED_DIR says; without it there is nothing to read here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "archive/dar.hpp"

namespace tenon::daml::archive {
namespace {

std::filesystem::path folder() {
  const char* const shared = std::getenv("TENON_SHARED_DIR");
  return std::filesystem::path(shared != nullptr ? shared : TENON_SOURCE_DIR "/../shared") /
         "daml/dars";
}

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

// One line of the inventory.
struct Row {
  std::string file;
  std::size_t packages = 0;
  std::string version;
  std::string package_id;
};

std::string after(const std::string& text, char separator) {
  return text.substr(text.find(separator) + 1);
}

std::vector<Row> inventory() {
  std::ifstream file(folder() / "INVENTORY.tsv");
  std::vector<Row> rows;
  std::string line;
  std::getline(file, line); // the heading
  while (std::getline(file, line)) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '\t');)
      cells.push_back(cell);
    if (cells.size() < 5)
      continue;
    rows.push_back(
        {cells[0], std::stoul(after(cells[2], '=')), after(cells[3], '='), after(cells[4], '=')});
  }
  return rows;
}

bool supported(const std::string& version) {
  return lf::parse_minor_version(after(version, '.')).ok();
}

void check_package(const lf::Package& package, const Archive& archive) {
  CHECK(package.id() == archive.package_id);
  const Result<Bytes> again = encode_package(package);
  REQUIRE(again.ok());
  CHECK((*again == archive.payload)); // too long to be printed
  for (const lf::Module& module : package.modules()) {
    CHECK(package.find_module(package.text(module.name)) == &module);
    for (const lf::Value& value : module.values) {
      const lf::Definition* found =
          package.find(package.text(module.name), package.text(value.name));
      REQUIRE(found != nullptr);
      CHECK(found->value == &value);
    }
  }
}

TEST_CASE("shared DARs: each is as its inventory says, and comes back byte for byte",
          "[daml][archive][shared]") {
  if (!std::filesystem::exists(folder())) {
    WARN("skipped: no " << folder().string() << " (set TENON_SHARED_DIR)");
    return;
  }
  const std::vector<Row> rows = inventory();
  CHECK_FALSE(rows.empty());
  std::set<std::string> seen;
  for (const Row& row : rows) {
    INFO(row.file);
    const Result<Dar> dar = read_dar(read_file(folder() / row.file), row.file);
    INFO(dar.status().to_string());
    REQUIRE(dar.ok());
    CHECK(dar->main.archive.package_id == row.package_id);
    CHECK(1 + dar->dependencies.size() == row.packages);
    const Result<std::vector<lf::Package>> packages = decode_dar(*dar, row.file);
    if (!supported(row.version)) {
      CHECK(packages.status().code() == Code::kUnimplemented);
      CHECK(packages.status().message() ==
            row.file + ": entry \"" + dar->main.name + "\": package " + row.package_id +
                ": language version: expected one of 1.6-1.8, 1.11-1.15 and 1.17, found " +
                row.version);
      continue;
    }
    INFO(packages.status().to_string());
    REQUIRE(packages.ok());
    CHECK(to_string((*packages)[0].version()) == row.version);
    if (seen.insert(row.package_id).second)
      check_package((*packages)[0], dar->main.archive);
    for (std::size_t i = 0; i < dar->dependencies.size(); ++i) {
      if (seen.insert(dar->dependencies[i].archive.package_id).second)
        check_package((*packages)[i + 1], dar->dependencies[i].archive);
    }
  }
}

TEST_CASE("shared DARs: what a DAR's packages mention is in the DAR", "[daml][archive][shared]") {
  const auto path = folder() / "model-tests-1.15.dar";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: no " << path.string() << " (set TENON_SHARED_DIR)");
    return;
  }
  const Dar dar = read_dar(read_file(path), "model-tests-1.15.dar").value();
  const std::vector<lf::Package> packages = decode_dar(dar, "model-tests-1.15.dar").value();
  std::set<std::string> present;
  for (const lf::Package& package : packages)
    present.insert(package.id());
  for (const lf::Package& package : packages) {
    for (const std::string& dependency : package.dependencies())
      CHECK(present.contains(dependency));
  }
}

TEST_CASE("shared DARs: a small one cut or with a bit turned does no harm",
          "[daml][archive][shared][hostile]") {
  const auto path = folder() / "package_management-tests-1.15.dar";
  if (!std::filesystem::exists(path)) {
    WARN("skipped: no " << path.string() << " (set TENON_SHARED_DIR)");
    return;
  }
  Bytes bytes = read_file(path);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(read_dar(BytesView(bytes).substr(0, size), "cut.dar").ok());
  std::size_t unharmed = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    char& byte = bytes[bit / 8];
    const char before = byte;
    byte = static_cast<char>(byte ^ (1 << (bit % 8)));
    const Result<Dar> dar = read_dar(bytes, "turned.dar");
    unharmed += dar.ok() && decode_dar(*dar, "turned.dar").ok() ? 1 : 0;
    byte = before;
  }
  CHECK(unharmed > 0); // times of entries, say
}

} // namespace
} // namespace tenon::daml::archive
