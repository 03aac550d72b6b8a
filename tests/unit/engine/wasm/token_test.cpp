#include <catch2/catch.hpp>

#include "ledger.hpp"

namespace tenon::wasm {
namespace {

using Json = nlohmann::json;

struct TokenLedger : Ledger {
  std::string token = deploy_token(*this);

  std::string mint(const std::string& to, const Json& amount) {
    return reason(execute("issuer", token, "mint", {{"to", to}, {"amount", amount}}));
  }
  std::string transfer(const std::string& from, const std::string& to, const Json& amount) {
    return reason(execute(from, token, "transfer", {{"to", to}, {"amount", amount}}));
  }
  Json balance(const std::string& owner) {
    const auto found = query(owner, token, "balance", {{"owner", owner}});
    return found.ok() ? *found : Json(found.status().message());
  }
};

const std::string kMost = "340282366920938463463374607431768211455";

TEST_CASE("token: what was minted can be sent, and the sum stays the supply", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", 100) == "OK");
  REQUIRE(ledger.transfer("alice", "bob", "30") == "OK");
  CHECK(ledger.balance("alice") == "70");
  CHECK(ledger.balance("bob") == "30");
  CHECK(*ledger.query("carol", ledger.token, "total_supply") == "100");
  REQUIRE(reason(ledger.execute("bob", ledger.token, "burn", {{"amount", 10}})) == "OK");
  CHECK(ledger.balance("bob") == "20");
  CHECK(*ledger.query("carol", ledger.token, "total_supply") == "90");
}

TEST_CASE("token: everybody reads what the issuer said of it", "[wasm][token]") {
  TokenLedger ledger;
  const Json expected = {{"name", "Gold"},
                         {"symbol", "GLD"},
                         {"decimals", 2},
                         {"issuer", "issuer"},
                         {"total_supply", "0"}};
  CHECK(*ledger.query("anybody", ledger.token, "info") == expected);
}

TEST_CASE("token: a refused transfer names its reason and changes nothing", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", 100) == "OK");
  const auto before = ledger.state().entries().size();
  CHECK(ledger.transfer("alice", "bob", 101) == "INSUFFICIENT_FUNDS");
  CHECK(ledger.transfer("bob", "alice", 1) == "INSUFFICIENT_FUNDS");
  CHECK(ledger.transfer("alice", "bob", 0) == "BAD_ARGUMENT");
  CHECK(ledger.transfer("alice", "*", 1) == "BAD_ARGUMENT");
  CHECK(reason(ledger.execute("alice", ledger.token, "mint", {{"to", "alice"}, {"amount", 1}})) ==
        "NOT_ISSUER");
  CHECK(ledger.state().entries().size() == before);
  CHECK(ledger.balance("alice") == "100");
}

TEST_CASE("token: amounts use all of 128 bits and never wrap around", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", kMost) == "OK");
  CHECK(ledger.balance("alice") == kMost);
  CHECK(ledger.mint("bob", 1) == "OVERFLOW");
  CHECK(ledger.transfer("alice", "bob", kMost) == "OK");
  CHECK(ledger.balance("bob") == kMost);
  CHECK(ledger.transfer("bob", "bob", 5) == "OK");
  CHECK(ledger.balance("bob") == kMost);
}

TEST_CASE("token: an allowance is spent once", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", 100) == "OK");
  const auto spend = [&](const Json& amount) {
    return reason(ledger.execute("shop", ledger.token, "transfer_from",
                                 {{"from", "alice"}, {"to", "shop"}, {"amount", amount}}));
  };
  CHECK(spend(1) == "INSUFFICIENT_ALLOWANCE");
  REQUIRE(reason(ledger.execute("alice", ledger.token, "approve",
                                {{"spender", "shop"}, {"amount", 40}})) == "OK");
  CHECK(spend(30) == "OK");
  CHECK(spend(11) == "INSUFFICIENT_ALLOWANCE");
  CHECK(spend(10) == "OK");
  CHECK(ledger.balance("shop") == "40");
  const Json pair = {{"owner", "alice"}, {"spender", "shop"}};
  CHECK(*ledger.query("shop", ledger.token, "allowance", pair) == "0");
  CHECK(ledger.query("bob", ledger.token, "allowance", pair).status().code() ==
        Code::kPermissionDenied);
}

TEST_CASE("token: a transfer's event goes to exactly its two parties", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", 100) == "OK");
  REQUIRE(ledger.transfer("alice", "bob", 7) == "OK");
  REQUIRE(ledger.last().events.size() == 1);
  const plugin::EngineEvent& event = ledger.last().events[0];
  CHECK(event.readers == std::vector<std::string>{"alice", "bob"});
  CHECK(Json::parse(event.payload) ==
        Json({{"instance", ledger.token},
              {"event", "Transfer"},
              {"arguments", {{"from", "alice"}, {"to", "bob"}, {"amount", "7"}}}}));
}

TEST_CASE("token: a balance is its owner's alone", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", 100) == "OK");
  REQUIRE(ledger.transfer("alice", "bob", 7) == "OK");
  for (const char* const other : {"bob", "issuer", "carol"}) {
    const auto seen = ledger.query(other, ledger.token, "balance", {{"owner", "alice"}});
    REQUIRE_FALSE(seen.ok());
    CHECK(seen.status().code() == Code::kPermissionDenied);
    CHECK_FALSE(seen.status().fault());
  }
  for (const plugin::EngineWrite& write : ledger.last().writes) {
    REQUIRE(write.readers.size() == 1);
    CHECK((write.readers[0] == "alice" || write.readers[0] == "bob"));
  }
}

TEST_CASE("token: the same transactions give the same writes on another replica", "[wasm][token]") {
  TokenLedger one;
  TokenLedger two;
  for (TokenLedger* const ledger : {&one, &two}) {
    REQUIRE(ledger->mint("alice", 100) == "OK");
    REQUIRE(ledger->transfer("alice", "bob", 7) == "OK");
  }
  CHECK(one.token == two.token);
  CHECK(one.last().response == two.last().response);
  REQUIRE(one.state().entries().size() == two.state().entries().size());
  for (const auto& [key, entry] : one.state().entries()) {
    const auto other = two.state().entries().find(key);
    REQUIRE(other != two.state().entries().end());
    CHECK(other->second.value == entry.value);
    CHECK(other->second.readers == entry.readers);
  }
}

TEST_CASE("token: a transfer that reads no time holds at any time", "[wasm][token]") {
  TokenLedger ledger;
  REQUIRE(ledger.mint("alice", 100) == "OK");
  REQUIRE(ledger.transfer("alice", "bob", 7) == "OK");
  CHECK(ledger.last().min_time_us == 0);
  CHECK(ledger.last().max_time_us == UINT64_MAX);
}

} // namespace
} // namespace tenon::wasm
