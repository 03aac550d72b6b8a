// Requests: what they answer, page by page.
#include <catch2/catch.hpp>

#include <set>

#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

json active(World& world, const Parties& parties, json body) {
  const auto answer = world.query(parties, {{"activeContracts", std::move(body)}});
  INFO(answer.status().to_string());
  REQUIRE(answer.ok());
  return *answer;
}

TEST_CASE("daml engine: active contracts come page by page, each once, whoever asks for how many",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  std::set<std::string> all;
  for (int i = 0; i < 23; ++i)
    all.insert(world.accepted({"bank"}, create_iou("bank", i % 2 == 0 ? "alice" : "bob", i))
                   ["result"]);
  std::set<std::string> seen;
  std::size_t pages = 0;
  json after = "";
  do {
    const json page =
        active(world, {"bank", "alice", "bob"}, {{"limit", 5}, {"after", after}});
    for (const json& contract : page["contracts"])
      CHECK(seen.insert(contract["contractId"]).second);
    after = page["next"];
    ++pages;
  } while (after.is_string());
  CHECK(seen == all);
  CHECK(pages == 5);
  CHECK(active(world, {"alice"}, json::object())["contracts"].size() == 12);
  CHECK(active(world, {"carol"}, json::object())["contracts"].empty());
}

TEST_CASE("daml engine: active contracts are asked for by template and by interface, with views",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  world.upload(sample_dar("token"));
  world.accepted({"bank"}, create_iou("bank", "alice", 1, "1.5"));
  world.accepted({"bank"}, {{"create",
                             {{"templateId", "#tenon-token:Token:Issuer"},
                              {"payload", {{"issuer", "bank"}, {"symbol", "GLD"}}}}}});
  CHECK(active(world, {"bank"}, json::object())["contracts"].size() == 2);
  const json iou_template = json::array({"#tenon-iou:Iou:Iou"});
  const json ious = active(world, {"bank"}, {{"templateIds", iou_template}})["contracts"];
  REQUIRE(ious.size() == 1);
  CHECK(ious[0]["payload"]["owner"] == "alice");
  CHECK_FALSE(ious[0].contains("interfaceViews"));
  const json asset_interface = json::array({"#tenon-iou:Iou:Asset"});
  const json assets = active(world, {"bank"}, {{"interfaceIds", asset_interface}})["contracts"];
  REQUIRE(assets.size() == 1);
  REQUIRE(assets[0]["interfaceViews"].size() == 1);
  CHECK(assets[0]["interfaceViews"].begin()->at("value") == json({{"issuer", "bank"},
                                                                 {"owner", "alice"},
                                                                 {"currency", "EUR"},
                                                                 {"amount", "1.5"}}));
}

TEST_CASE("daml engine: packages are listed with what is known of them", "[daml][engine]") {
  World world;
  const std::string iou = world.upload(sample_dar("iou"));
  world.upload(sample_dar("token"));
  const json all = world.query({}, {{"packages", json::object()}}).value();
  CHECK(all["packages"].size() == 2);
  const json one = world.query({}, {{"package", {{"packageId", iou}, {"payload", true}}}}).value();
  CHECK(one["name"] == "tenon-iou");
  CHECK(one["languageVersion"] == "1.15");
  CHECK(one["source"] == "a test");
  CHECK(one["payload"].is_string());
  const json page = world.query({}, {{"packages", {{"limit", 1}}}}).value();
  REQUIRE(page["next"].is_string());
  const json rest = world.query({}, {{"packages", {{"after", page["next"]}}}}).value();
  CHECK(rest["packages"].size() == 1);
  CHECK(rest["next"].is_null());
}

} // namespace
} // namespace tenon::daml::engine::test
