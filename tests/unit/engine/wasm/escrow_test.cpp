#include <catch2/catch.hpp>

#include "ledger.hpp"

namespace tenon::wasm {
namespace {

using Json = nlohmann::json;

struct EscrowLedger : Ledger {
  std::string token = deploy_token(*this);
  std::string escrow = deploy(kEscrow, "operator");
  std::string account = "instance:" + escrow;

  EscrowLedger() {
    must(execute("issuer", token, "mint", {{"to", "buyer"}, {"amount", 100}}));
    must(execute("buyer", token, "approve", {{"spender", account}, {"amount", 60}}));
  }
  Result<Json> open(const Json& amount) {
    return execute("buyer", escrow, "open",
                   {{"token", token},
                    {"seller", "seller"},
                    {"arbiter", "judge"},
                    {"amount", amount},
                    {"deadline_us", std::to_string(time_us + 1000)}});
  }
  std::string close(const std::string& party, const std::string& how) {
    return reason(execute(party, escrow, how, {{"deal", 0}}));
  }
  Json balance(const std::string& owner) {
    return *query(owner, token, "balance", {{"owner", owner}});
  }
};

TEST_CASE("escrow: tokens wait on the instance's account and go to the seller", "[wasm][escrow]") {
  EscrowLedger ledger;
  const auto opened = ledger.open(60);
  REQUIRE(opened.ok());
  CHECK((*opened)["result"] == "0");
  CHECK(ledger.balance("buyer") == "40");
  CHECK(ledger.balance(ledger.account) == "60");
  CHECK(ledger.close("seller", "release") == "NOT_ALLOWED");
  CHECK(ledger.close("buyer", "release") == "OK");
  CHECK(ledger.balance("seller") == "60");
  CHECK(ledger.balance(ledger.account) == "0");
  CHECK(ledger.close("buyer", "release") == "UNKNOWN_DEAL");
}

TEST_CASE("escrow: the arbiter may decide either way", "[wasm][escrow]") {
  EscrowLedger ledger;
  REQUIRE(ledger.open(60).ok());
  CHECK(ledger.close("judge", "refund") == "OK");
  CHECK(ledger.balance("buyer") == "100");
}

TEST_CASE("escrow: the buyer alone takes back only after the deadline", "[wasm][escrow]") {
  EscrowLedger ledger;
  REQUIRE(ledger.open(60).ok());
  CHECK(ledger.close("buyer", "refund") == "NOT_ALLOWED");
  ledger.time_us += 1000;
  CHECK(ledger.close("buyer", "refund") == "OK");
  CHECK(ledger.last().min_time_us == ledger.time_us);
  CHECK(ledger.last().max_time_us == ledger.time_us);
  CHECK(ledger.balance("buyer") == "100");
}

TEST_CASE("escrow: when the token refuses, the deal is not opened either", "[wasm][escrow]") {
  EscrowLedger ledger;
  const auto opened = ledger.open(61);
  CHECK(reason(opened) == "INSUFFICIENT_ALLOWANCE");
  CHECK_FALSE(opened.status().fault());
  CHECK(ledger.query("buyer", ledger.escrow, "open_deals").value().empty());
  REQUIRE(ledger.open(60).ok());
  CHECK(ledger.query("buyer", ledger.escrow, "open_deals").value() == Json::array({"0"}));
}

TEST_CASE("escrow: a deal and its events are the three parties' alone", "[wasm][escrow]") {
  EscrowLedger ledger;
  REQUIRE(ledger.open(60).ok());
  for (const char* const party : {"buyer", "seller", "judge"})
    CHECK(ledger.query(party, ledger.escrow, "deal", {{"deal", 0}}).ok());
  CHECK(ledger.query("stranger", ledger.escrow, "deal", {{"deal", 0}}).status().code() ==
        Code::kPermissionDenied);
  CHECK(ledger.query("stranger", ledger.escrow, "open_deals").value().empty());
  REQUIRE(ledger.last().events.size() == 2);
  CHECK(Json::parse(ledger.last().events[0].payload)["event"] == "Opened");
  CHECK(ledger.last().events[0].readers == std::vector<std::string>{"buyer", "seller", "judge"});
  CHECK(Json::parse(ledger.last().events[1].payload)["event"] == "Transfer");
  CHECK(ledger.last().events[1].readers == std::vector<std::string>{"buyer"});
}

TEST_CASE("escrow: many deals are listed in order, also those of this very transaction's scan",
          "[wasm][escrow]") {
  EscrowLedger ledger;
  for (int i = 0; i < 60; ++i)
    REQUIRE(ledger.open(1).ok());
  Json expected = Json::array();
  for (int i = 0; i < 60; ++i) {
    if (i != 7)
      expected.push_back(std::to_string(i));
  }
  REQUIRE(ledger.execute("buyer", ledger.escrow, "release", {{"deal", 7}}).ok());
  CHECK(ledger.query("judge", ledger.escrow, "open_deals").value() == expected);
}

} // namespace
} // namespace tenon::wasm
