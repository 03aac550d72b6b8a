// Fetching and querying active contracts.
#include <catch2/catch.hpp>

#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json::test;

namespace {

std::vector<std::string> names_of(const Reply& reply) {
  std::vector<std::string> names;
  for (const Json& contract : reply.body["result"])
    names.push_back(contract["payload"]["name"]);
  return names;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("json query: the active contracts of some templates that match, seen by the token's "
          "parties",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  desk.index.create(Desk::id(2), kAlice, "two");
  desk.index.create(Desk::id(3), kBob, "three");
  desk.index.create(Desk::id(4), kBob, "four", kAsset, {kAlice});
  desk.index.create(Desk::id(5), kAlice, "five", kOther);
  desk.index.archive(Desk::id(2));
  const std::string token = Desk::token({kAlice});
  CHECK(names_of(desk.post("/v1/query", token, {{"templateIds", {kAsset}}})) ==
        Names{"one", "four"});
  CHECK(names_of(desk.post("/v1/query", token, {{"templateIds", {kAsset, kOther}}})) ==
        Names{"one", "four", "five"});
  CHECK(names_of(desk.post("/v1/query", token,
                           {{"templateIds", {"Main:Asset"}}, {"query", {{"owner", kBob}}}})) ==
        Names{"four"});
  CHECK(names_of(desk.post("/v1/query", token,
                           {{"templateIds", {kAsset}}, {"query", {{"name", {{"%gt", "g"}}}}}})) ==
        Names{"one"});
  CHECK(names_of(desk.get("/v1/query", token)) == Names{"one", "four", "five"});
  CHECK(names_of(desk.get("/v1/query", Desk::token({}, {kBob}))) == Names{"three", "four"});
}

TEST_CASE("json query: readers narrow what is seen to some of the token's parties", "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  desk.index.create(Desk::id(2), kBob, "two");
  const std::string both = Desk::token({kAlice}, {kBob});
  CHECK(names_of(desk.post("/v1/query", both, {{"templateIds", {kAsset}}})) == Names{"one", "two"});
  CHECK(names_of(desk.post("/v1/query", both, {{"templateIds", {kAsset}}, {"readers", {kBob}}})) ==
        Names{"two"});
  Json request = {{"templateIds", {kAsset}}, {"readers", {"Carol"}}};
  CHECK(desk.post("/v1/query", both, request).status == 401);
  request["readers"] = Json::array();
  CHECK(desk.post("/v1/query", both, request).status == 400);
}

TEST_CASE("json query: templates that nobody knows are a warning, and a refusal when there are no "
          "others",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const std::string token = Desk::token({kAlice});
  const Reply some = desk.post("/v1/query", token, {{"templateIds", {"No:Such", kAsset}}});
  CHECK(some.status == 200);
  CHECK(some.body["warnings"] == Json({{"unknownTemplateIds", {"No:Such"}}}));
  CHECK(some.body["result"].size() == 1);
  const Reply none = desk.post("/v1/query", token, {{"templateIds", {"No:Such", "Main:Twice"}}});
  CHECK(none.status == 400);
  CHECK(none.body["warnings"] == Json({{"unknownTemplateIds", {"No:Such", "Main:Twice"}}}));
  CHECK(none.body["status"] == 400);
  CHECK(none.body["errors"] == Json({"Cannot resolve any template ID from request"}));
}

TEST_CASE("json query: through an interface contracts have its view and its name", "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  desk.index.create(Desk::id(2), kAlice, "two");
  desk.index.create(Desk::id(3), kAlice, "three", kOther); // which does not implement it
  const std::string token = Desk::token({kAlice});
  const Reply all = desk.post("/v1/query", token, {{"templateIds", {kNamed}}});
  REQUIRE(all.body["result"].size() == 2);
  CHECK(all.body["result"][0]["payload"] == Json({{"called", "one"}}));
  CHECK(all.body["result"][0]["templateId"] == kNamed);
  const Reply some = desk.post("/v1/query", token,
                               {{"templateIds", {kNamed}}, {"query", {{"called", "two"}}}});
  CHECK(some.body["result"].size() == 1);
  CHECK(desk.post("/v1/query", token, {{"templateIds", {kNamed, kAsset}}}).status == 400);
}

TEST_CASE("json query: a query that is none, or does not fit, is refused", "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const std::string token = Desk::token({kAlice});
  for (const Json& body :
       {Json::object(), Json({{"templateIds", Json::array()}}), Json({{"templateIds", kAsset}}),
        Json({{"templateIds", {kAsset}}, {"owner", kAlice}}),
        Json({{"templateIds", {kAsset}}, {"query", 7}}),
        Json({{"templateIds", {kAsset}}, {"query", {{"nome", 7}}}}),
        Json({{"templateIds", {kAsset}}, {"query", {{"name", {{"%lt", "a"}, {"%lte", "b"}}}}}})}) {
    INFO(body);
    CHECK(desk.post("/v1/query", token, body).status == 400);
  }
}

TEST_CASE("json query: a result that grows beyond the limit is refused", "[json]") {
  tenon::daml_api::json::JsonLimits limits;
  limits.result_bytes = 1000;
  Desk desk(false, limits);
  for (std::uint64_t i = 1; i <= 20; ++i)
    desk.index.create(Desk::id(i), kAlice, "name");
  CHECK(desk.get("/v1/query", Desk::token({kAlice})).status == 413);
}

TEST_CASE("json fetch: a contract by its id, for who has a stake in it and while it is active",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const auto fetch = [&](const std::string& party, Json body) {
    body["contractId"] = Desk::id(1);
    return desk.post("/v1/fetch", Desk::token({party}), body);
  };
  const Reply found = fetch(kAlice, Json::object());
  CHECK(found.status == 200);
  CHECK(found.body["result"]["payload"]["name"] == "one");
  CHECK(fetch(kAlice, {{"templateId", kAsset}}).body["result"]["contractId"] == Desk::id(1));
  CHECK(fetch(kAlice, {{"templateId", kNamed}}).body["result"]["payload"]["called"] == "one");
  for (const Reply& missed :
       {fetch(kAlice, {{"templateId", kOther}}), fetch(kAlice, {{"templateId", "No:Such"}}),
        fetch(kBob, Json::object())}) {
    CHECK(missed.status == 200);
    CHECK(missed.body["result"].is_null());
  }
  desk.index.archive(Desk::id(1));
  CHECK(fetch(kAlice, Json::object()).body["result"].is_null());
  CHECK(desk.post("/v1/fetch", Desk::token({kAlice}), {{"contractId", "zz"}}).status == 400);
}

TEST_CASE("json fetch: a contract by its key", "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const auto fetch = [&](const Json& body) {
    return desk.post("/v1/fetch", Desk::token({kAlice}), body);
  };
  const Json key = {{"_1", kAlice}, {"_2", "one"}};
  CHECK(fetch({{"templateId", kAsset}, {"key", key}}).body["result"]["contractId"] == Desk::id(1));
  const Reply none = fetch({{"templateId", kAsset}, {"key", {{"_1", kAlice}, {"_2", "two"}}}});
  CHECK(none.status == 200);
  CHECK(none.body["result"].is_null());
  CHECK(fetch({{"templateId", kAsset}, {"key", 7}}).status == 400);
  CHECK(fetch({{"templateId", "No:Such"}, {"key", key}}).status == 400);
  CHECK(fetch({{"templateId", kNamed}, {"key", key}}).status == 400);
  CHECK(fetch({{"key", key}}).status == 400);
  CHECK(fetch({{"templateId", kAsset}, {"key", key}, {"contractId", Desk::id(1)}}).status == 400);
  CHECK(fetch(Json::object()).status == 400);
}
