// The compiled-module cache: an accelerator that can be lost, stale or tampered with.
#include <catch2/catch.hpp>

#include "ledger.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::wasm {
namespace {

namespace fs = std::filesystem;
using testkit::TemporaryFolder;

// The cached modules; the key file is none of them.
std::vector<fs::path> modules(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& file : fs::directory_iterator(folder)) {
    if (file.path().extension() == ".compiled")
      found.push_back(file.path());
  }
  return found;
}

Bytes transfer_on_a_new_ledger(const fs::path& cache) {
  Ledger ledger(cache);
  const std::string token = deploy_token(ledger);
  must(ledger.execute("issuer", token, "mint", {{"to", "alice"}, {"amount", 9}}));
  return ledger.last().events.at(0).payload;
}

TEST_CASE("module cache: cold, warm and absent give the same result", "[wasm][cache]") {
  const TemporaryFolder folder;
  const Bytes without = transfer_on_a_new_ledger({});
  CHECK(transfer_on_a_new_ledger(folder.path()) == without);
  REQUIRE(modules(folder.path()).size() == 1);
  const auto written = fs::last_write_time(modules(folder.path())[0]);
  CHECK(transfer_on_a_new_ledger(folder.path()) == without);
  CHECK(fs::last_write_time(modules(folder.path())[0]) == written);
}

TEST_CASE("module cache: a changed file is never loaded as code, and is replaced",
          "[wasm][cache]") {
  const TemporaryFolder folder;
  const Bytes expected = transfer_on_a_new_ledger(folder.path());
  const fs::path file = modules(folder.path()).at(0);
  const Bytes good = read_file(file);
  for (const std::size_t at :
       {std::size_t{0}, std::size_t{31}, std::size_t{40}, good.size() / 2, good.size() - 1}) {
    Bytes bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bad;
    CHECK(transfer_on_a_new_ledger(folder.path()) == expected);
    CHECK(read_file(file) != bad);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{10}, good.size() - 1}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << good.substr(0, size);
    CHECK(transfer_on_a_new_ledger(folder.path()) == expected);
  }
}

TEST_CASE("module cache: code sealed by another node is not loaded", "[wasm][cache]") {
  const TemporaryFolder one;
  const TemporaryFolder other;
  const Bytes expected = transfer_on_a_new_ledger(one.path());
  transfer_on_a_new_ledger(other.path());
  const fs::path mine = modules(one.path()).at(0);
  const fs::path foreign = modules(other.path()).at(0);
  CHECK(mine.filename() == foreign.filename());
  fs::copy_file(foreign, mine, fs::copy_options::overwrite_existing);
  CHECK(transfer_on_a_new_ledger(one.path()) == expected);
  CHECK(read_file(mine) != read_file(foreign));
}

TEST_CASE("module cache: the key that seals it is readable by its owner alone", "[wasm][cache]") {
  const TemporaryFolder folder;
  transfer_on_a_new_ledger(folder.path());
  int keys = 0;
  for (const auto& file : fs::directory_iterator(folder.path())) {
    if (file.path().extension() == ".compiled")
      continue;
    ++keys;
    CHECK((fs::status(file).permissions() & ~(fs::perms::owner_read | fs::perms::owner_write)) ==
          fs::perms::none);
  }
  CHECK(keys == 1);
}

} // namespace
} // namespace tenon::wasm
