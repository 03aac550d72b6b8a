// Typed values: through a real contract and back, and on bytes that fit no type.
#include <catch2/catch.hpp>

#include <random>

#include "ledger.hpp"

namespace tenon::wasm {
namespace {

using Json = nlohmann::json;

const std::filesystem::path kLedgerV2 =
    std::filesystem::path(TENON_TEST_CONTRACTS) / "ledger_v2.wasm";

const Json kEverything = {{"yes", true},
                          {"byte", 255},
                          {"word", 65535},
                          {"number", 4294967295u},
                          {"large", "18446744073709551615"},
                          {"largest", "340282366920938463463374607431768211455"},
                          {"signed_number", -2147483648},
                          {"signed_large", "-9223372036854775808"},
                          {"words", "héllo \"quoted\"\n\u0001"},
                          {"raw", "00ff10"},
                          {"who", "alice"},
                          {"where", "00112233445566778899aabbccddeeff00112233"},
                          {"many", {1, 2, 3}},
                          {"maybe", nullptr}};

TEST_CASE("value: every type comes back from a contract as it went", "[wasm][value]") {
  Ledger ledger;
  const std::string echo = ledger.deploy(kLedgerV2, "alice", {{"first", "x"}});
  CHECK(*ledger.query("alice", echo, "echo", {{"value", kEverything}}) == kEverything);
  Json other = kEverything;
  other["maybe"] = "some";
  other["many"] = Json::array();
  other["words"] = "";
  other["raw"] = "";
  const Json list = {kEverything, nullptr, other};
  CHECK(*ledger.query("alice", echo, "echo_list", {{"values", list}}) == list);
}

TEST_CASE("value: each wrong value is refused at its place", "[wasm][value]") {
  Ledger ledger;
  const std::string echo = ledger.deploy(kLedgerV2, "alice", {{"first", "x"}});
  const auto refused = [&](const char* field, const Json& value) {
    Json wrong = kEverything;
    wrong[field] = value;
    const auto answer = ledger.query("alice", echo, "echo", {{"value", wrong}});
    REQUIRE_FALSE(answer.ok());
    CHECK(reason(answer) == "BAD_ARGUMENT");
    CHECK_THAT(answer.status().message(), Catch::Contains(std::string("arguments.value.") + field));
  };
  refused("yes", 1);
  refused("byte", 256);
  refused("word", "65536");
  refused("number", 4294967296);
  refused("large", "18446744073709551616");
  refused("largest", "-1");
  refused("signed_number", 2147483648);
  refused("signed_large", "9223372036854775808");
  refused("words", Json::array());
  refused("raw", "0g");
  refused("who", "");
  refused("many", {{"0", 1}});
  refused("maybe", 5);
}

TEST_CASE("value: no bytes make the decoder do more than refuse", "[wasm][value]") {
  Ledger ledger;
  const Json uploaded = ledger.upload("alice", read_file(kLedgerV2)).value();
  const auto text = ledger.ask("alice", {{"contract", uploaded}}).value()["description"].dump();
  const Description description = Description::parse(text).value();
  const Function& echo = description.query(*description.find_query("echo_list"));
  std::mt19937_64 random(7);
  int decoded = 0;
  for (int i = 0; i < 20000; ++i) {
    Bytes bytes(random() % 64, '\0');
    for (char& byte : bytes)
      byte = static_cast<char>(random() % 3 == 0 ? random() : 0);
    decoded += description.decode(echo.result, bytes).ok() ? 1 : 0;
  }
  CHECK(decoded > 0); // the empty list at least
}

TEST_CASE("description: what does not hold together is refused", "[wasm][value]") {
  for (const char* const text :
       {"", "[]", "{}", R"({"name":5})", R"({"name":"x","execute":{}})",
        R"({"name":"x","execute":[{"name":"a"},{"name":"a"}]})",
        R"({"name":"x","execute":[{"name":"not a name"}]})",
        R"({"name":"x","init":{"arguments":[{"name":"a","type":"float"}]}})",
        R"({"name":"x","init":{"arguments":[{"name":"a","type":"list<list<"}]}})",
        R"({"name":"x","init":{"arguments":[{"name":"a","type":"unit"}]}})",
        R"({"name":"x","events":[{"name":"E","fields":[{"name":"a"}]}]})"}) {
    const auto parsed = Description::parse(text);
    INFO(text);
    REQUIRE_FALSE(parsed.ok());
    CHECK(reason(parsed) == "BAD_MODULE");
  }
}

TEST_CASE("description: a record that contains itself ends in a refusal, not in recursion",
          "[wasm][value]") {
  const auto parsed = Description::parse(
      R"({"name":"x","records":[{"name":"R","fields":[{"name":"r","type":"R"}]}],)"
      R"("init":{"arguments":[{"name":"r","type":"R"}]}})");
  if (!parsed.ok()) {
    CHECK(reason(parsed) == "BAD_MODULE");
    return;
  }
  Json nested = Json::object();
  for (int i = 0; i < 100; ++i)
    nested = {{"r", nested}};
  CHECK(reason(parsed->encode(parsed->init().arguments, nested)) == "BAD_ARGUMENT");
}

TEST_CASE("description: one that nests too deep, or is too long, is refused", "[wasm][value]") {
  const auto with = [](const std::string& value) {
    return Description::parse(R"({"name":"x","init":{},"z":)" + value + "}");
  };
  REQUIRE(with("0").ok());
  for (const std::size_t depth : {20u, 30'000u}) {
    const auto deep = with(std::string(depth, '[') + std::string(depth, ']'));
    REQUIRE_FALSE(deep.ok());
    CHECK(deep.status().message().find("nested deeper than 16") != std::string::npos);
  }
  const auto large = with('"' + std::string(70'000, 'x') + '"');
  REQUIRE_FALSE(large.ok());
  CHECK(large.status().message().find("at most 65536 bytes") != std::string::npos);
}

TEST_CASE("value: a few bytes do not become millions of values", "[wasm][value]") {
  // Records of records, all empty in the end; and a list of lists of them.
  std::string records = R"({"name":"R5","fields":[]})";
  for (int level = 4; level >= 0; --level) {
    records += R"(,{"name":"R)" + std::to_string(level) + R"(","fields":[)";
    for (int i = 0; i < 64; ++i) {
      records += std::string(i > 0 ? "," : "") + R"({"name":"f)" + std::to_string(i) +
                 R"(","type":"R)" + std::to_string(level + 1) + R"("})";
    }
    records += "]}";
  }
  const auto description = Description::parse(
      R"({"name":"x","init":{},"records":[)" + records +
      R"(],"events":[{"name":"Wide","fields":[{"name":"a","type":"R0"}]},)"
      R"({"name":"Long","fields":[{"name":"a","type":"list<list<R5>>"}]}]})");
  INFO(description.status().message());
  REQUIRE(description.ok());
  const auto wide = description->decode(description->events()[0].fields, "");
  REQUIRE_FALSE(wide.ok());
  CHECK(wide.status().message().find("too large") != std::string::npos);
  std::string bytes("\x20\0\0\0", 4);
  for (int i = 0; i < 32; ++i)
    bytes += std::string("\0\0\1\0", 4);
  const auto lists = description->decode(description->events()[1].fields, bytes);
  REQUIRE_FALSE(lists.ok());
  CHECK(lists.status().message().find("too large") != std::string::npos);
}

} // namespace
} // namespace tenon::wasm
