// Commands, requests and payloads that are none: each is refused with its reason, and nothing else
// happens.
#include <catch2/catch.hpp>

#include "tenon/daml/engine/v1/engine.pb.h"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

TEST_CASE("daml engine: a command that is no command says what was expected", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const std::string iou = "#tenon-iou:Iou:Iou";
  const json cases = json::array(
      {json::array(), json::object(), {{"make", json::object()}},
       {{"create", json::array()}}, {{"create", {{"templateId", iou}}}},
       {{"create", {{"templateId", 5}, {"payload", json::object()}}}},
       {{"create", {{"templateId", iou}, {"payload", {{"issuer", "bank"}}}}}},
       {{"create", {{"templateId", iou}, {"payload", json::object()}, {"extra", 1}}}},
       {{"create", {{"templateId", "Iou"}, {"payload", json::object()}}}},
       {{"exercise", {{"templateId", iou}, {"contractId", "xyz"}, {"choice", "Archive"}}}},
       {{"exercise", {{"templateId", iou}, {"contractId", "00"}, {"choice", "Archive"}}}},
       {{"exerciseByKey",
         {{"templateId", "#tenon-iou:Iou:Proposal"}, {"key", 1}, {"choice", "X"}}}},
       {{"commands", {{"commands", "none"}}}},
       {{"commands", {{"commands", json::array({1})}}}},
       {{"commands", {{"commands", json::array()}, {"minLedgerTime", "today"}}}}});
  for (const json& command : cases) {
    INFO(command.dump());
    CHECK(world.refused({"bank"}, command) == "BAD_COMMAND");
  }
  CHECK(world.refused({"bank"}, {{"commands", {{"commands", json::array()}}}}) ==
        "MALFORMED_COMMANDS");
}

TEST_CASE("daml engine: names that lead nowhere are told apart", "[daml][engine]") {
  World world;
  const std::string package = world.upload(sample_dar("iou"));
  const std::string id = "00" + std::string(64, '0');
  const json nothing = json::object();
  CHECK(world.refused({"bank"}, {{"create",
                                  {{"templateId", std::string(64, '0') + ":M:T"},
                                   {"payload", nothing}}}}) == "PACKAGE_NOT_FOUND");
  CHECK(world.refused({"bank"}, {{"create",
                                  {{"templateId", package + ":Iou:Nothing"},
                                   {"payload", nothing}}}}) == "TEMPLATES_OR_INTERFACES_NOT_FOUND");
  CHECK(world.refused({"bank"}, exercise(package + ":Iou:Iou", id, "Nothing")) == "UNKNOWN_CHOICE");
  CHECK(world.refused({"bank"}, exercise(package + ":Iou:Iou", id, "Archive")) ==
        "CONTRACT_NOT_FOUND");
}

TEST_CASE("daml engine: values of the wrong type are told by their place", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  json command = create_iou("bank", "alice", 1);
  command["create"]["payload"]["amount"] = "much";
  const Status status = world.submit({"bank"}, command).status();
  CHECK(reason_of(status) == "BAD_COMMAND");
  CHECK(status.message().find("amount") != std::string::npos);
  CHECK(status.message().find("much") != std::string::npos);
}

TEST_CASE("daml engine: requests that are none say what was expected", "[daml][engine]") {
  World world;
  for (const json& request :
       json::array({json::array(), {{"give", json::object()}},
                    {{"activeContracts", {{"limit", 0}}}}, {{"activeContracts", {{"limit", 5000}}}},
                    {{"activeContracts", {{"after", "no hex"}}}},
                    {{"activeContracts", {{"templateIds", "x"}}}}, {{"contract", {{"id", 1}}}},
                    {{"package", json::object()}}, {{"packages", {{"limit", -1}}}}})) {
    INFO(request.dump());
    CHECK(world.query_refused({"bank"}, request) == "BAD_COMMAND");
  }
}

TEST_CASE("daml engine: no payload crashes, and none that is damaged is a fault",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const Ordered good = world.prepare({"bank"}, create_iou("bank", "alice", 1)).value();
  for (std::size_t i = 0; i < good.payload.size(); ++i) {
    for (const int flip : {0x01, 0x80}) {
      Ordered bad = good;
      bad.payload[i] = static_cast<char>(bad.payload[i] ^ flip);
      const auto result = world.execute(bad);
      INFO(i << ": " << result.status().to_string());
      CHECK_FALSE(result.status().fault());
    }
    Ordered cut = good;
    cut.payload.resize(i);
    CHECK_FALSE(world.execute(cut).ok());
  }
}

TEST_CASE("daml engine: what runs for ever ends with its budget", "[daml][engine]") {
  World world;
  world.upload(dar_of(R"(language 1.15;
package "loop" "1.0.0";
module M {
  value loop : Int64 -> Int64 = \(n : Int64) -> :loop (ADD_INT64 n 1);
  serializable record T { p : Party }
  serializable record Go {}
  template T this {
    signatories = cons Party [get :T p this] (nil Party);
    consuming choice Go self (argument : :Go) : Int64 {
      controllers = cons Party [get :T p this] (nil Party);
      update = case EQUAL @Int64 (SUB_INT64 9223372036854775807 (:loop 0)) 0 of {
        true -> pure Int64 1;
        false -> pure Int64 2
      };
    }
  }
}
)",
                      "loop-1.0.0"));
  const json command = {{"createAndExercise",
                         {{"templateId", "#loop:M:T"},
                          {"payload", {{"p", "alice"}}},
                          {"choice", "Go"}}}};
  const Status status = world.submit({"alice"}, command).status();
  CHECK(reason_of(status) == "DAML_INTERPRETATION_ERROR");
  CHECK(status.code() == Code::kResourceExhausted);
}

} // namespace
} // namespace tenon::daml::engine::test
