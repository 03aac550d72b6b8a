// The engine's settings.
#include <catch2/catch.hpp>

#include "engine/settings.hpp"

namespace tenon::daml::engine {
namespace {

TEST_CASE("daml engine: settings are part of the fingerprint, each of them", "[daml][engine]") {
  const Settings standard = Settings::parse("{}").value();
  CHECK(standard.fingerprint() == Settings().fingerprint());
  for (const char* config : {R"({"max_skew_ms": 1})", R"({"max_steps": 1000000})",
                             R"({"max_memory_mb": 16})"}) {
    const auto settings = Settings::parse(config);
    REQUIRE(settings.ok());
    CHECK(settings->fingerprint() != standard.fingerprint());
  }
}

TEST_CASE("daml engine: settings beyond their bounds are refused by name", "[daml][engine]") {
  for (const char* config :
       {"[]", R"({"max_skew_ms": 0})", R"({"max_skew_ms": 3600001})", R"({"max_steps": "many"})",
        R"({"max_steps": 1})", R"({"max_memory_mb": 1})", R"({"max_memory_mb": -5})"})
    CHECK_FALSE(Settings::parse(config).ok());
  CHECK(Settings::parse(R"({"max_steps": 1})").status().message().find("max_steps") !=
        std::string::npos);
}

} // namespace
} // namespace tenon::daml::engine
