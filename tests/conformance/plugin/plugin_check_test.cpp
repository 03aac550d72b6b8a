#include "plugin_check.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::tool {
namespace {

std::filesystem::path fixture(const std::string& fault, const std::string& kind = "api") {
  return std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures" /
         ("tenon_" + kind + "_" + fault + ".so");
}

std::vector<CheckResult> check(const CheckOptions& options) {
  auto results = check_plugin(options);
  INFO(results.status().message());
  REQUIRE(results.ok());
  return *std::move(results);
}

std::vector<CheckResult> check(const std::filesystem::path& file, const std::string& only = "",
                               std::uint64_t timeout_ms = 60'000) {
  CheckOptions options;
  options.file = file;
  options.only = only;
  options.timeout_ms = timeout_ms;
  return check(options);
}

// The one result of that name.
CheckResult result_of(const std::vector<CheckResult>& results, const std::string& test) {
  for (const CheckResult& result : results) {
    if (result.test == test)
      return result;
  }
  FAIL("no test is called \"" << test << '"');
  return {};
}

constexpr const char* kLife = "start, drain and stop succeed, and a second instance can follow";

// A shipped plugin.
std::vector<CheckResult> passes_everything(const std::string& plugin,
                                           const std::string& config_json = "{}") {
  INFO(plugin);
  CheckOptions options;
  options.file = std::filesystem::path(TENON_BINARY_DIR) / "lib/tenon/plugins" / plugin;
  options.config_json = config_json;
  auto results = check(options);
  for (const CheckResult& result : results) {
    INFO(result.test << ": " << result.message);
    CHECK(result.outcome == CheckOutcome::kPassed);
  }
  return results;
}

// For ES256. Nobody has the other half.
constexpr const char* kPublicKey =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEUeSfpIwV24feFxqAlxveKd60YEmL\n"
    "KBATolClJcfo2DQHp0wAowQM7Zcn8ghIoHnhtGuE5IxRoufsHxTSHAt+mw==\n"
    "-----END PUBLIC KEY-----\n";

} // namespace

TEST_CASE("plugin check: a configuration that a node would refuse is refused, with its place",
          "[conformance]") {
  CheckOptions options;
  options.file = fixture("good");
  const auto refused = [&](const char* config_json) {
    options.config_json = config_json;
    return check_plugin(options).status().message();
  };
  CHECK(refused(R"({"lisen": "x"})").find("did you mean \"listen\"") != std::string::npos);
  CHECK(refused(R"({"listen": 7})").find("--config-json:1:2 listen") == 0);
  CHECK(refused("{").find("--config-json:1") == 0);
}

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

TEST_CASE("plugin check: the shipped stores pass as files", "[plugin_check]") {
  passes_everything("tenon_store_memory.so");
  passes_everything("tenon_store_rocksdb.so");
}

TEST_CASE("plugin check: a consensus is held to the consensus suite, through its C table",
          "[plugin_check]") {
  const auto results = passes_everything("tenon_consensus_simple.so");
  CHECK(results.size() == 14); // three of every kind, eleven of the suite
}

TEST_CASE("plugin check: the shipped engine passes as a file", "[plugin_check]") {
  CHECK(passes_everything("tenon_engine_wasm.so").size() == 6); // three of every kind
}

TEST_CASE("plugin check: the shipped API passes as a file, once it has a key to verify tokens with",
          "[plugin_check]") {
  const testkit::TemporaryFolder folder;
  const std::string key = (folder.path() / "key.pub.pem").string();
  std::ofstream(key) << kPublicKey;
  const std::string config =
      R"({"listen": "127.0.0.1:0", "auth": {"keys": [{"file": ")" + key + R"("}]}})";
  CHECK(passes_everything("tenon_api_rest.so", config).size() == 4); // three of every kind
}

TEST_CASE("plugin check: a consensus that forgets batches fails, with a line to reproduce it",
          "[plugin_check]") {
  constexpr const char* kOnce = "every accepted batch is in exactly one final block";
  const auto results = check(fixture("forgetful", "consensus"));
  const CheckResult lost = result_of(results, kOnce);
  CHECK(lost.outcome == CheckOutcome::kFailed);
  CHECK(lost.message.find("100 accepted, 50 final") != std::string::npos);
  CHECK(lost.reproduce.find("--seed 1 --reproduce '" + std::string(kOnce)) != std::string::npos);
  // What it does right passes: the tests do not hang together.
  CHECK(result_of(results, kLife).outcome == CheckOutcome::kPassed);
  CHECK(result_of(results, "after stop the ledger is not called any more").outcome ==
        CheckOutcome::kPassed);
  const auto alone = check(fixture("forgetful", "consensus"), kOnce);
  REQUIRE(alone.size() == 1);
  CHECK(alone[0].message == lost.message);
}

TEST_CASE("plugin check: a consensus whose certificates are wrong is told which promise it broke",
          "[plugin_check]") {
  const auto results = check(fixture("miscertifying", "consensus"));
  CHECK(result_of(results, "every accepted batch is in exactly one final block")
            .message.find("a certificate that does not verify") != std::string::npos);
}

TEST_CASE("plugin check: what a consensus throws fails the tests that meet it, and no more",
          "[plugin_check]") {
  const auto results = check(fixture("submit_throws", "consensus"));
  CHECK(result_of(results, kLife).outcome == CheckOutcome::kPassed);
  CHECK(result_of(results, "blocks keep to the ledger's limit").message.find("thrown in submit") !=
        std::string::npos);
  for (const CheckResult& result : results) {
    INFO(result.test << ": " << result.message);
    CHECK((result.outcome == CheckOutcome::kPassed || result.outcome == CheckOutcome::kFailed));
  }
  for (const CheckResult& result : check(fixture("attach_fails", "consensus"))) {
    if (result.outcome != CheckOutcome::kPassed)
      CHECK(result.message.find("this key is no validator's") != std::string::npos);
  }
}

} // namespace tenon::tool
