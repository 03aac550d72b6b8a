#include <spdlog/sinks/ostream_sink.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <condition_variable>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "../fakes.hpp"
#include "services/files.hpp"
#include "services/log.hpp"
#include "services/plugin_gate.hpp"
#include "services/real_time.hpp"
#include "tenon/plugin/host.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::host::services {

TEST_CASE("services: every log line is one JSON object, whatever the message holds",
          "[host][services]") {
  std::ostringstream out;
  {
    SpdLog log({"n\"1", plugin::LogLevel::kDebug, true},
               std::make_shared<spdlog::sinks::ostream_sink_mt>(out));
    log.write(plugin::LogLevel::kInfo, "api/rest", "line\nbreak \"quoted\" \x1f \xff",
              "{\"a\": 1}");
    log.write(plugin::LogLevel::kWarn, "x", "bad fields", "{\"a\": ");
    log.write(plugin::LogLevel::kTrace, "x", "too detailed");
  }
  std::istringstream lines(out.str());
  std::vector<nlohmann::json> parsed;
  for (std::string line; std::getline(lines, line);)
    parsed.push_back(nlohmann::json::parse(line));
  REQUIRE(parsed.size() == 2);
  CHECK(parsed[0]["component"] == "api/rest");
  CHECK(parsed[0]["node"] == "n\"1");
  CHECK(parsed[0]["fields"]["a"] == 1);
  CHECK(parsed[1]["level"] == "warn");
  CHECK_FALSE(parsed[1].contains("fields"));
}

TEST_CASE("services: metrics come out in the text format", "[host][services]") {
  MetricRegistry metrics;
  metrics.counter("things_total", "Things", {{"kind", "a"}}).add(2);
  metrics.gauge("level", "Level", {}).set(7);
  metrics.histogram("wait_seconds", "Wait", {}).observe(0.5);
  CHECK(&metrics.gauge("level", "Level", {}) == &metrics.gauge("level", "Level", {}));
  const std::string text = metrics.text();
  CHECK(text.find("tenon_things_total{kind=\"a\"} 2") != std::string::npos);
  CHECK(text.find("tenon_level 7") != std::string::npos);
  CHECK(text.find("tenon_wait_seconds_count 1") != std::string::npos);
}

TEST_CASE("services: keys are made once, private, and refused when others may read them",
          "[host][services]") {
  const testkit::TemporaryFolder folder;
  const auto keys = folder.path() / "keys";
  const auto first = KeyStore::open(keys);
  REQUIRE(first.ok());
  const auto second = KeyStore::open(keys);
  REQUIRE(second.ok());
  CHECK(first->public_key() == second->public_key());
  const testkit::TemporaryFolder elsewhere;
  CHECK(KeyStore::open(elsewhere.path() / "keys")->public_key() != first->public_key());
  REQUIRE(KeyStore::ensure_token_keys(keys).ok());
  for (const char* name : {"node.pem", "jwt_es256.pem"}) {
    struct stat facts {};
    REQUIRE(stat((keys / name).c_str(), &facts) == 0);
    CHECK((facts.st_mode & 0777) == 0600);
  }
  const auto pem = read_file(keys / "jwt_es256.pem", 10000, true);
  REQUIRE(KeyStore::ensure_token_keys(keys).ok());
  CHECK(*read_file(keys / "jwt_es256.pem", 10000, true) == *pem);
  chmod((keys / "node.pem").c_str(), 0644);
  const auto open_to_all = KeyStore::open(keys);
  REQUIRE_FALSE(open_to_all.ok());
  CHECK(open_to_all.status().message().find("chmod 600") != std::string::npos);
}

TEST_CASE("services: a timer runs its task unless it is cancelled first", "[host][services]") {
  testing::MemoryLog log;
  std::atomic<int> ran{0};
  {
    AsioExecutor executor(2, log);
    const auto far = executor.after(60'000, [&] { ran += 100; });
    CHECK(executor.cancel(far));
    CHECK_FALSE(executor.cancel(far));
    executor.after(1, [&] { ran += 1; });
    executor.post([] { throw std::runtime_error("thrown in a task"); });
    while (ran.load() == 0 || !log.contains("thrown in a task"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(ran.load() == 1);
}

TEST_CASE("services: the gate lets nothing in once closed and waits for what is inside",
          "[host][services]") {
  PluginGate gate;
  {
    const auto pass = gate.enter();
    CHECK(pass);
    CHECK_FALSE(gate.close(5));
  }
  CHECK(gate.close(5));
  CHECK_FALSE(gate.enter());
  CHECK(gate.late_calls() == 1);
}

TEST_CASE("services: a plugin reaches the host's parts through the tables", "[host][services]") {
  testing::Parts parts;
  PluginServices services(parts.services(), {"api/test", "/data/x", true});
  const plugin::Host host(services.host());
  host.log(plugin::LogLevel::kInfo, "hello");
  CHECK(parts.log.contains("api/test: hello"));
  CHECK(host.data_directory().value() == "/data/x");
  const auto info = nlohmann::json::parse(host.node_info().value());
  CHECK(info["name"] == "tester");
  CHECK(info["store_durable"] == true);
  CHECK(nlohmann::json::parse(host.tls_policy().value())["minimum_version"] == "1.3");
  CHECK(host.public_key("node").value() == Bytes(32, 'k'));
  CHECK(host.sign("other", "m").status().code() == Code::kNotFound);
  host.metric(plugin::MetricKind::kCounter, "calls_total", "Calls").record(3);
  CHECK(parts.metrics.text().find("tenon_calls_total 3") != std::string::npos);
  // Another kind under a known name, and names that are none: handles that do nothing.
  host.metric(plugin::MetricKind::kGauge, "calls_total", "Calls").record(9);
  host.metric(plugin::MetricKind::kGauge, "Bad-Name", "Calls").record(9);
  CHECK(parts.metrics.text().find("} 9") == std::string::npos);
  const auto ledger = host.ledger();
  REQUIRE(ledger.ok());
  CHECK(ledger->blocks("").status().code() == Code::kUnavailable);
  CHECK(ledger->submit("\xff\xff", [](BytesView) {}).code() == Code::kUnavailable);
  CHECK(ledger->status().ok());
}

TEST_CASE("services: only APIs are given the ledger", "[host][services]") {
  testing::Parts parts;
  PluginServices services(parts.services(), {"store/test", "/data/x", false});
  CHECK_FALSE(plugin::Host(services.host()).ledger().ok());
}

TEST_CASE("services: after close no task of the plugin runs and none is taken",
          "[host][services]") {
  testing::Parts parts;
  PluginServices services(parts.services(), {"api/test", "/data/x", true});
  const plugin::Host host(services.host());
  std::atomic<int> ran{0};
  REQUIRE(host.post([&] { ++ran; }).ok());
  while (ran.load() == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(services.close(1000));
  CHECK(host.post([&] { ++ran; }).code() == Code::kFailedPrecondition);
  CHECK(ran.load() == 1);
  CHECK(services.late_calls() == 1);
}

TEST_CASE("services: time that stands still is set by whoever knows it, and never runs back",
          "[host][services]") {
  StaticClock clock(5);
  CHECK(clock.is_static());
  CHECK(clock.set_wall_us(4, 9).code() == Code::kFailedPrecondition);
  CHECK(clock.set_wall_us(5, 4).code() == Code::kInvalidArgument);
  CHECK(clock.wall_us() == 5);
  CHECK(clock.set_wall_us(5, 9).ok());
  CHECK(clock.wall_us() == 9);
  const std::uint64_t before = clock.monotonic_us();
  CHECK(before != 0);
  CHECK(clock.monotonic_us() >= before);
}

TEST_CASE("services: a plugin cannot set a clock that runs", "[host][services]") {
  testing::Parts parts;
  PluginServices services(parts.services(), {"api/test", "/data/x", true});
  const plugin::Host host(services.host());
  const Status refused = host.set_wall_us(host.wall_us(), host.wall_us() + 1);
  CHECK(refused.code() == Code::kFailedPrecondition);
  CHECK(refused.message().find("static_time") != std::string::npos);
  CHECK(nlohmann::json::parse(host.node_info().value())["static_time"] == false);
}

} // namespace tenon::host::services
