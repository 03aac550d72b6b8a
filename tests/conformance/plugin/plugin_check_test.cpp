#include "plugin_check.hpp"

#include <catch2/catch.hpp>

namespace tenon::tool {
namespace {

std::filesystem::path fixture(const std::string& fault) {
  return std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures" / ("tenon_api_" + fault + ".so");
}

std::vector<CheckResult> check(const std::filesystem::path& file, const std::string& only = "",
                               std::uint64_t timeout_ms = 60'000) {
  CheckOptions options;
  options.file = file;
  options.only = only;
  options.timeout_ms = timeout_ms;
  auto results = check_plugin(options);
  INFO(results.status().message());
  REQUIRE(results.ok());
  return *std::move(results);
}

constexpr const char* kLife = "start, drain and stop succeed, and a second instance can follow";

void passes_everything(const std::string& plugin) {
  INFO(plugin);
  for (const CheckResult& result :
       check(std::filesystem::path(TENON_BINARY_DIR) / "lib/tenon/plugins" / plugin)) {
    INFO(result.test << ": " << result.message);
    CHECK(result.outcome == CheckOutcome::kPassed);
  }
}

} // namespace

TEST_CASE("plugin check: a good plugin passes every test", "[plugin_check]") {
  const auto results = check(fixture("good"));
  CHECK(results.size() == 4);
  for (const CheckResult& result : results) {
    INFO(result.message);
    CHECK(result.outcome == CheckOutcome::kPassed);
  }
}

TEST_CASE("plugin check: crashes, hangs and failures are results, with a line to reproduce them",
          "[plugin_check]") {
  const auto crashed = check(fixture("create_aborts"), kLife);
  REQUIRE(crashed.size() == 1);
  CHECK(crashed[0].outcome == CheckOutcome::kCrashed);
  CHECK(crashed[0].message.find("Abort") != std::string::npos);
  CHECK(crashed[0].reproduce.find("--seed 1 --reproduce 'start, drain") != std::string::npos);
  CHECK(check(fixture("stop_hangs"), kLife, 1000)[0].outcome == CheckOutcome::kHung);
  CHECK(check(fixture("start_throws"), kLife)[0].outcome == CheckOutcome::kFailed);
  CHECK(check(fixture("entry_null"), kLife)[0].message.find("ENTRY_FAILED") != std::string::npos);
}

TEST_CASE("plugin check: a file that is refused is told before any test runs", "[plugin_check]") {
  CheckOptions options;
  options.file = fixture("wrong_major");
  const auto refused = check_plugin(options);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.status().message().find("WRONG_MAJOR") != std::string::npos);
}

TEST_CASE("plugin check: the shipped stores and the simple consensus pass as files",
          "[plugin_check]") {
  passes_everything("tenon_store_memory.so");
  passes_everything("tenon_store_rocksdb.so");
  passes_everything("tenon_consensus_simple.so");
}

} // namespace tenon::tool
