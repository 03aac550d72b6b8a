// Commands in JSON: what goes to the ledger, and what comes back.
#include <catch2/catch.hpp>

#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json::test;

namespace {

Json asset(const std::string& name) {
  return {{"owner", kAlice}, {"name", name}};
}

Json create_request(const std::string& name) {
  return {{"templateId", kAsset}, {"payload", asset(name)}};
}

} // namespace

TEST_CASE("json commands: a create is answered with the contract and where it stands", "[json]") {
  Desk desk;
  const Reply reply = desk.post("/v1/create", Desk::token({kAlice}), create_request("one"));
  INFO(reply.text);
  REQUIRE(reply.status == 200);
  CHECK(reply.type == "application/json");
  CHECK(reply.body["status"] == 200);
  CHECK(reply.body["result"] == Json({{"agreementText", "Agreement"},
                                      {"completionOffset", Desk::offset(1)},
                                      {"contractId", Desk::id(901)},
                                      {"key", {{"_1", kAlice}, {"_2", "one"}}},
                                      {"observers", Json::array()},
                                      {"payload", asset("one")},
                                      {"signatories", {kAlice}},
                                      {"templateId", kAsset}}));
}

TEST_CASE("json commands: what is submitted is the engine's own command, under the token's names",
          "[json]") {
  Desk desk;
  desk.post("/v1/create", Desk::token({kAlice}, {kBob}), create_request("one"));
  REQUIRE(desk.ledger.submissions.size() == 1);
  const auto& first = desk.ledger.submissions[0];
  CHECK(first.engine() == "daml");
  CHECK(first.user() == "app");
  CHECK(first.act_as(0) == kAlice);
  CHECK(first.read_as(0) == kBob);
  CHECK(first.command_id().starts_with("app|"));
  CHECK(Json::parse(first.command()) == Json({{"create", create_request("one")}}));

  Json with_meta = create_request("two");
  with_meta["payload"]["owner"] = kBob;
  with_meta["templateId"] = "Main:Asset"; // of the only package that has it
  with_meta["meta"] = {{"commandId", "c1"}, {"actAs", {kBob}}, {"readAs", Json::array()}};
  CHECK(desk.post("/v1/create", Desk::token({kAlice, kBob}), with_meta).status == 200);
  const auto& second = desk.ledger.submissions[1];
  CHECK(second.command_id() == "app|c1");
  CHECK(second.act_as_size() == 1);
  CHECK(second.act_as(0) == kBob);
  CHECK(second.read_as_size() == 0);
  CHECK(Json::parse(second.command())["create"]["templateId"] == kAsset);
}

TEST_CASE("json commands: leave out the divulged contracts that the participant has pruned",
          "[json]") {
  Desk desk;
  desk.index.divulgence_pruned_us = 1'700'000'000'000'001;
  desk.post("/v1/create", Desk::token({kAlice}), create_request("one"));
  REQUIRE(desk.ledger.submissions.size() == 1);
  const Json several = {{"commands", {{{"create", create_request("one")}}}},
                        {"divulgedAfter", "2023-11-14T22:13:20.000001Z"}};
  CHECK(Json::parse(desk.ledger.submissions[0].command()) == Json({{"commands", several}}));
}

TEST_CASE("json commands: numbers reach the engine with all their digits", "[json]") {
  Desk desk;
  static_cast<void>(desk.post_text(
      "/v1/create", Desk::token({kAlice}),
      R"({"templateId":"pkg:Main:Asset","payload":{"long":1234567890123456789012345678.0123456789,)"
      R"("short":0.1}})"));
  REQUIRE(desk.ledger.submissions.size() == 1);
  CHECK(Json::parse(desk.ledger.submissions[0].command())["create"]["payload"] ==
        Json({{"long", "1234567890123456789012345678.0123456789"}, {"short", 0.1}}));
}

TEST_CASE("json commands: an exercise is answered with its result and what began and ended",
          "[json]") {
  Desk desk;
  const std::string old = Desk::id(1);
  desk.index.create(old, kAlice, "old");
  const std::string token = Desk::token({kAlice});
  const Reply by_id = desk.post("/v1/exercise", token,
                                {{"templateId", kAsset},
                                 {"contractId", old},
                                 {"choice", "Rename"},
                                 {"argument", {{"name", "new"}}}});
  INFO(by_id.text);
  REQUIRE(by_id.status == 200);
  const Json& result = by_id.body["result"];
  CHECK(result["completionOffset"] == Desk::offset(2));
  CHECK(result["exerciseResult"] == Json::object());
  REQUIRE(result["events"].size() == 2);
  CHECK(result["events"][0] == Json({{"archived", {{"contractId", old}, {"templateId", kAsset}}}}));
  CHECK(result["events"][1]["created"]["payload"] == asset("new"));

  const Reply by_key = desk.post("/v1/exercise", token,
                                 {{"templateId", kAsset},
                                  {"key", {{"_1", kAlice}, {"_2", "new"}}},
                                  {"choice", "Archive"},
                                  {"argument", Json::object()}});
  REQUIRE(by_key.status == 200);
  CHECK(by_key.body["result"]["events"].size() == 1);
  CHECK(Json::parse(desk.ledger.submissions.back().command()).contains("exerciseByKey"));
}

TEST_CASE("json commands: an interface's choice goes out by the interface, a contract may stand "
          "for its template",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const std::string token = Desk::token({kAlice});
  Json request = {{"contractId", Desk::id(1)},
                  {"templateId", kAsset},
                  {"choiceInterfaceId", kNamed},
                  {"choice", "Archive"},
                  {"argument", Json::object()}};
  CHECK(desk.post("/v1/exercise", token, request).status == 200);
  CHECK(Json::parse(desk.ledger.submissions.back().command())["exercise"]["interfaceId"] == kNamed);

  desk.index.create(Desk::id(2), kAlice, "two");
  request = {{"contractId", Desk::id(2)}, {"choice", "Archive"}, {"argument", Json::object()}};
  CHECK(desk.post("/v1/exercise", token, request).status == 200);
  CHECK(Json::parse(desk.ledger.submissions.back().command())["exercise"]["templateId"] == kAsset);
  // One that is gone, or somebody else's, stands for nothing.
  CHECK(desk.post("/v1/exercise", token, request).status == 400);
  desk.index.create(Desk::id(3), kBob, "three");
  request["contractId"] = Desk::id(3);
  CHECK(desk.post("/v1/exercise", token, request).status == 400);
}

TEST_CASE("json commands: an interface's choice by key goes to the contract that has the key",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const std::string token = Desk::token({kAlice});
  Json request = {{"templateId", kAsset},
                  {"key", {{"_1", kAlice}, {"_2", "one"}}},
                  {"choiceInterfaceId", kNamed},
                  {"choice", "Archive"},
                  {"argument", Json::object()}};
  CHECK(desk.post("/v1/exercise", token, request).status == 200);
  const Json sent = Json::parse(desk.ledger.submissions.back().command())["exercise"];
  CHECK(sent["interfaceId"] == kNamed);
  CHECK(sent["contractId"] == Desk::id(1));
  const Reply gone = desk.post("/v1/exercise", token, request);
  CHECK(gone.status == 404);
  CHECK(gone.text.find("CONTRACT_KEY_NOT_FOUND") != std::string::npos);

  desk.index.create(Desk::id(2), kAlice, "one");
  request["choiceInterfaceId"] = kOther; // a template, and not that of the key
  CHECK(desk.post("/v1/exercise", token, request).status == 400);
  request["choiceInterfaceId"] = kAsset;
  CHECK(desk.post("/v1/exercise", token, request).status == 200);
  CHECK(Json::parse(desk.ledger.submissions.back().command()).contains("exerciseByKey"));
}

TEST_CASE("json commands: create-and-exercise has no choice of an interface", "[json]") {
  Desk desk;
  const Reply refused = desk.post("/v1/create-and-exercise", Desk::token({kAlice}),
                                  {{"templateId", kAsset},
                                   {"payload", asset("old")},
                                   {"choiceInterfaceId", kNamed},
                                   {"choice", "Rename"},
                                   {"argument", {{"name", "new"}}}});
  CHECK(refused.status == 400);
  CHECK(refused.text.find("choiceInterfaceId") != std::string::npos);
  CHECK(desk.ledger.submissions.empty());
}

TEST_CASE("json commands: create-and-exercise tells of both", "[json]") {
  Desk desk;
  const Reply reply = desk.post("/v1/create-and-exercise", Desk::token({kAlice}),
                                {{"templateId", kAsset},
                                 {"payload", asset("old")},
                                 {"choice", "Rename"},
                                 {"argument", {{"name", "new"}}}});
  INFO(reply.text);
  REQUIRE(reply.status == 200);
  CHECK(reply.body["result"]["events"].size() == 2);
}

TEST_CASE("json commands: what the ledger refuses is told with its code and details", "[json]") {
  Desk desk;
  const Reply gone = desk.post("/v1/exercise", Desk::token({kAlice}),
                               {{"templateId", kAsset},
                                {"contractId", Desk::id(77)},
                                {"choice", "Archive"},
                                {"argument", Json::object()}});
  CHECK(gone.status == 404);
  CHECK(gone.body["status"] == 404);
  REQUIRE(gone.body["errors"].size() == 1);
  CHECK(gone.body["errors"][0].get<std::string>().starts_with("NOT_FOUND: CONTRACT_NOT_FOUND(11,"));
  const Json& error = gone.body["ledgerApiError"];
  CHECK(error["code"] == 5);
  CHECK(error["message"].get<std::string>().starts_with("CONTRACT_NOT_FOUND(11,"));
  bool informed = false;
  for (const Json& detail : error["details"]) {
    if (detail["@type"] == "ErrorInfoDetail") {
      informed = true;
      CHECK(detail["errorCodeId"] == "CONTRACT_NOT_FOUND");
      CHECK(detail["metadata"]["category"] == "11");
    }
  }
  CHECK(informed);

  tenon::v1::Completion busy;
  busy.set_code(static_cast<std::uint32_t>(Code::kResourceExhausted));
  busy.set_reason("TOO_MANY_PENDING");
  desk.ledger.next_completion = busy;
  CHECK(desk.post("/v1/create", Desk::token({kAlice}), create_request("x")).status == 409);
}

TEST_CASE("json commands: bad requests are refused before anything is submitted", "[json]") {
  Desk desk;
  const std::string token = Desk::token({kAlice});
  const auto refused = [&](const std::string& path, const Json& body) {
    const Reply reply = desk.post(path, token, body);
    CHECK(reply.body["status"] == reply.status);
    CHECK(reply.body["errors"].size() == 1);
    return reply.status;
  };
  CHECK(desk.post_text("/v1/create", token, "{").status == 400);
  CHECK(desk.post_text("/v1/create", token, "[]").status == 400);
  CHECK(refused("/v1/create", Json::object()) == 400);
  CHECK(refused("/v1/create", {{"templateId", "No:Such"}, {"payload", asset("x")}}) == 400);
  CHECK(refused("/v1/create", {{"templateId", "Main:Twice"}, {"payload", asset("x")}}) == 400);
  CHECK(refused("/v1/create", {{"templateId", "Asset"}, {"payload", asset("x")}}) == 400);
  CHECK(refused("/v1/create", {{"templateId", 7}, {"payload", asset("x")}}) == 400);
  CHECK(refused("/v1/create", {{"templateId", kNamed}, {"payload", asset("x")}}) == 400);
  CHECK(refused("/v1/create", {{"templateId", kAsset}}) == 400);
  Json request = create_request("x");
  for (const Json& meta :
       {Json({{"actAs", Json::array()}}), Json({{"actAs", kAlice}}), Json({{"commandId", 7}}),
        Json({{"unheard", "of"}}), Json({{"deduplicationPeriod", {{"type", "Never"}}}}),
        Json({{"deduplicationPeriod", {{"type", "Duration"}, {"durationInMillis", "1"}}}}),
        Json({{"deduplicationPeriod", {{"type", "Offset"}, {"offset", "xyz"}}}}),
        Json({{"disclosedContracts", 7}}), Json::array()}) {
    request["meta"] = meta;
    INFO(meta);
    CHECK(refused("/v1/create", request) == 400);
  }
  request["meta"] = {{"actAs", {kBob}}}; // whom the token does not name
  CHECK(refused("/v1/create", request) == 403);
  const Json archive = {{"templateId", kAsset}, {"choice", "Archive"}};
  CHECK(refused("/v1/exercise", archive) == 400);
  Json both = archive;
  both["argument"] = Json::object();
  both["contractId"] = Desk::id(1);
  both["key"] = "k";
  CHECK(refused("/v1/exercise", both) == 400);
  CHECK(desk.ledger.submissions.empty());
  // The types are the engine's business.
  CHECK(refused("/v1/create", {{"templateId", kAsset}, {"payload", {{"owner", kAlice}}}}) == 400);
  CHECK(desk.ledger.submissions.size() == 1);
}
