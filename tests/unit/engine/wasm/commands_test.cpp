// Commands, requests and the life of contracts and instances.
#include <catch2/catch.hpp>

#include "ledger.hpp"

namespace tenon::wasm {
namespace {

using Json = nlohmann::json;

std::string refusal(Ledger& ledger, const Json& command) {
  const auto prepared = ledger.prepare("alice", command);
  CHECK_FALSE(prepared.status().fault());
  return prepared.ok() ? "OK" : prepared.status().message();
}

TEST_CASE("command: malformed JSON is refused with what is wrong", "[wasm][command]") {
  Ledger ledger;
  const testkit::MemoryView view(ledger.state());
  for (const char* const text : {"", "{", "[]", "null", "{}", "\"upload\"", "{\"a\":1,\"b\":2}",
                                 "{\"upload\":1}", "{\"upload\":{}}", "{\"fly\":{}}"}) {
    const auto prepared = ledger.engine().prepare(view, text, {});
    INFO(text);
    REQUIRE_FALSE(prepared.ok());
    CHECK_FALSE(prepared.status().fault());
    CHECK(prepared.status().code() == Code::kInvalidArgument);
  }
}

TEST_CASE("command: arguments are checked against the contract's description", "[wasm][command]") {
  Ledger ledger;
  const std::string token = deploy_token(ledger);
  const auto transfer = [&](const Json& arguments) {
    return refusal(
        ledger,
        {{"execute", {{"instance", token}, {"function", "transfer"}, {"arguments", arguments}}}});
  };
  CHECK(transfer({{"to", "bob"}, {"amount", "5"}}) == "OK");
  CHECK_THAT(transfer({{"to", "bob"}}), Catch::Contains("amount"));
  CHECK_THAT(transfer({{"to", "bob"}, {"amount", -1}}), Catch::Contains("arguments.amount"));
  CHECK_THAT(transfer({{"to", "bob"}, {"amount", 1.5}}), Catch::Contains("arguments.amount"));
  CHECK_THAT(transfer({{"to", "bob"}, {"amount", "0x5"}}), Catch::Contains("arguments.amount"));
  CHECK_THAT(transfer({{"to", 5}, {"amount", 5}}), Catch::Contains("arguments.to"));
  CHECK_THAT(transfer({{"to", ""}, {"amount", 5}}), Catch::Contains("arguments.to"));
  CHECK_THAT(transfer({{"to", "bob"}, {"amount", 5}, {"memo", "x"}}), Catch::Contains("memo"));
  CHECK_THAT(transfer({{"to", "bob"}, {"amount", "340282366920938463463374607431768211456"}}),
             Catch::Contains("arguments.amount"));
  CHECK_THAT(transfer(Json::array()), Catch::Contains("arguments"));
}

TEST_CASE("command: unknown functions, instances and contracts are named", "[wasm][command]") {
  Ledger ledger;
  const std::string token = deploy_token(ledger);
  const std::string none(40, '0');
  CHECK_THAT(refusal(ledger, {{"execute", {{"instance", token}, {"function", "fly"}}}}),
             Catch::Contains("UNKNOWN_FUNCTION") && Catch::Contains("transfer"));
  CHECK_THAT(refusal(ledger, {{"execute", {{"instance", none}, {"function", "transfer"}}}}),
             Catch::Contains("UNKNOWN_INSTANCE"));
  CHECK_THAT(refusal(ledger, {{"instantiate", {{"contract", std::string(64, '0')}}}}),
             Catch::Contains("UNKNOWN_CONTRACT"));
}

TEST_CASE("command: a payload that no prepare made is rejected, never a crash", "[wasm][command]") {
  Ledger ledger;
  const std::string token = deploy_token(ledger);
  const Bytes good = ledger
                         .prepare("issuer", {{"execute",
                                              {{"instance", token},
                                               {"function", "mint"},
                                               {"arguments", {{"to", "a"}, {"amount", 1}}}}}})
                         .value();
  REQUIRE(ledger.run("issuer", good).ok());
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto result = ledger.run("issuer", BytesView(good).substr(0, size));
    REQUIRE_FALSE(result.ok());
    REQUIRE_FALSE(result.status().fault());
  }
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 0x41);
    REQUIRE_FALSE(ledger.run("issuer", bad).status().fault());
  }
}

TEST_CASE("contract: the same module is one contract, whoever uploads it", "[wasm][command]") {
  Ledger ledger;
  const Bytes module = read_file(kToken);
  const Json first = ledger.upload("alice", module).value();
  const Json again = ledger.upload("bob", module).value();
  CHECK(first == again);
  CHECK(first["contract"] == to_hex(crypto::sha256(module).view()));
  const Json listed = ledger.ask("carol", {{"contracts", Json::object()}}).value();
  REQUIRE(listed["contracts"].size() == 1);
  CHECK(listed["contracts"][0]["uploader"] == "alice");
  CHECK(listed["contracts"][0]["name"] == "token");
  CHECK(listed["contracts"][0]["size"] == module.size());
  CHECK(listed["next"].is_null());
}

TEST_CASE("contract: its description tells functions, types and events", "[wasm][command]") {
  Ledger ledger;
  const Json uploaded = ledger.upload("alice", read_file(kToken)).value();
  const Json contract = ledger.ask("bob", {{"contract", uploaded}}).value();
  const Json& description = contract["description"];
  CHECK(description["execute"][1] ==
        Json({{"name", "transfer"},
              {"arguments",
               {{{"name", "to"}, {"type", "party"}}, {{"name", "amount"}, {"type", "u128"}}}},
              {"result", "unit"}}));
  CHECK(description["query"].size() == 4);
  CHECK(description["events"][0]["name"] == "Transfer");
}

TEST_CASE("instance: lists are pages that end, and hold what the caller may see",
          "[wasm][command]") {
  Ledger ledger;
  const Json uploaded = ledger.upload("alice", read_file(kToken)).value();
  const Json arguments = {{"name", "n"}, {"symbol", "s"}, {"decimals", 0}};
  std::set<std::string> made;
  for (int i = 0; i < 7; ++i) {
    const Json readers = i < 5 ? Json::array({"*"}) : Json::array({"alice"});
    made.insert((*ledger.submit("alice", {{"instantiate",
                                           {{"contract", uploaded["contract"]},
                                            {"label", "gold"},
                                            {"readers", readers},
                                            {"arguments", arguments}}}}))["instance"]);
  }
  CHECK(made.size() == 7);
  const auto listed = [&](const std::string& party) {
    std::size_t count = 0;
    Json after = "";
    while (after.is_string()) {
      const Json page = *ledger.ask(party, {{"instances", {{"after", after}, {"limit", 2}}}});
      count += page["instances"].size();
      after = page["next"];
    }
    return count;
  };
  CHECK(listed("alice") == 7);
  CHECK(listed("bob") == 5);
}

TEST_CASE("instance: its admin moves it to new code, and nobody else does", "[wasm][command]") {
  Ledger ledger;
  const std::string old = deploy_token(ledger, "alice");
  const auto code = ledger.upload(
      "alice", read_file(std::filesystem::path(TENON_TEST_CONTRACTS) / "ledger_v2.wasm"));
  const Json command = {{"migrate",
                         {{"instance", old},
                          {"contract", (*code)["contract"]},
                          {"arguments", {{"second", "moved"}}}}}};
  CHECK(reason(ledger.submit("bob", command)) == "NOT_ADMIN");
  REQUIRE(reason(ledger.submit("alice", command)) == "OK");
  CHECK(*ledger.query("bob", old, "read") == "moved");
  CHECK(reason(ledger.query("bob", old, "total_supply")) == "UNKNOWN_FUNCTION");
  const Json token = ledger.upload("alice", read_file(kToken)).value();
  CHECK(reason(ledger.submit(
            "alice", {{"migrate", {{"instance", old}, {"contract", token["contract"]}}}})) ==
        "NO_MIGRATE");
}

} // namespace
} // namespace tenon::wasm
