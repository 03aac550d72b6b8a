// /v1/engines against a fake ledger: any engine is spoken to in its own words, by who may.
#include <catch2/catch.hpp>

#include "harness.hpp"
#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

const std::string kEngine = "/v1/engines/daml";
const std::string kCreate = R"({"command":{"create":{"templateId":"t","payload":{"n":"1"}}}})";
const std::string kAsk = R"({"request":{"activeContracts":{"limit":7}}})";

Json body_of(const Response& response) {
  INFO(response.body);
  return Json::parse(response.body);
}

Response upload(Harness& rest, const std::string& target, const std::string& token,
                const std::string& type = "application/octet-stream") {
  return rest.post(target, token, "a dar", type);
}

} // namespace

TEST_CASE("rest engines: a command reaches its engine as it was said, and its answer is merged in",
          "[rest]") {
  Harness rest;
  Json request = Json::parse(kCreate);
  request["command_id"] = "iou-1";
  request["deadline_ms"] = 500;
  const Response answer = rest.post(kEngine + "/commands", token_for({"alice"}), request.dump());
  REQUIRE(answer.status == 200);
  const Json body = body_of(answer);
  CHECK(body["height"] == "1");
  CHECK(body["offset"] == "16777216");
  CHECK(body["command_id"] == "iou-1");
  CHECK(body["duplicate"] == false);
  CHECK(body["transaction"].get<std::string>().size() == 64);
  CHECK(body["created"][0]["contractId"] == "00aa");
  CHECK(body["archived"].empty());
  CHECK(body["result"] == "00aa");
  const auto submission = rest.ledger.last_submission();
  CHECK(submission.engine() == "daml");
  CHECK(submission.act_as(0) == "alice");
  CHECK(submission.read_as_size() == 0);
  CHECK(submission.deadline_ms() == 500);
  CHECK(Json::parse(submission.command()) == request["command"]);

  const Response again = rest.post(kEngine + "/commands", token_for({"alice"}), request.dump());
  CHECK(body_of(again)["duplicate"] == true);
  const Response rejected =
      rest.post(kEngine + "/commands", token_for({"alice"}), R"({"command":{"x":{}}})");
  CHECK(rejected.status == 400);
  CHECK(code_of(rejected) == "BAD_COMMAND");
  CHECK(body_of(rejected)["instance"] == kEngine + "/commands");
}

TEST_CASE("rest engines: a query reaches its engine as it was said, for parties and at a height",
          "[rest]") {
  Harness rest;
  rest.ledger.transfer("alice", "bob");
  const std::string token = token_for({"alice", "bob"});
  Json request = Json::parse(kAsk);
  const Json body = body_of(rest.post(kEngine + "/query", token, request.dump()));
  CHECK(body["height"] == "1");
  CHECK(body["contracts"].empty());
  CHECK(body["next"].is_null());
  auto query = rest.ledger.last_query();
  CHECK(query.engine() == "daml");
  CHECK(query.parties_size() == 2);
  CHECK(query.height() == 0);
  CHECK(Json::parse(query.request()) == request["request"]);

  request["parties"] = {"bob"};
  request["height"] = "1";
  CHECK(rest.post(kEngine + "/query", token, request.dump()).status == 200);
  query = rest.ledger.last_query();
  REQUIRE(query.parties_size() == 1);
  CHECK(query.parties(0) == "bob");
  CHECK(query.height() == 1);
  CHECK(code_of(rest.post(kEngine + "/query", token, R"({"request":{"x":{}}})")) == "BAD_COMMAND");
}

TEST_CASE("rest engines: packages are uploaded as they are, listed and described", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const Response answer = upload(rest, kEngine + "/packages?source=iou.dar&command_id=up-1", token);
  REQUIRE(answer.status == 201);
  CHECK(body_of(answer)["packages"] == Json({kPackage}));
  const auto submission = rest.ledger.last_submission();
  const Json command = Json::parse(submission.command())["upload"];
  CHECK(submission.engine() == "daml");
  CHECK(submission.command_id() == "up-1");
  CHECK(command["source"] == "iou.dar");
  CHECK(from_base64(command["dar"].get<std::string>()) == "a dar");

  const Json list = body_of(rest.get(kEngine + "/packages?limit=7&after=a", token));
  CHECK(list["packages"][0]["packageId"] == kPackage);
  CHECK(list["next"] == kPackage);
  CHECK(Json::parse(rest.ledger.last_query().request()) ==
        Json({{"packages", {{"after", "a"}, {"limit", 7}}}}));
  const Json one = body_of(rest.get(kEngine + "/packages/" + kPackage, token));
  CHECK(one["packageId"] == kPackage);
  CHECK(one["height"] == "1");
  CHECK(rest.ledger.last_query().engine() == "daml");
  const Response missing = rest.get(kEngine + "/packages/" + std::string(64, 'd'), token);
  CHECK(missing.status == 404);
  CHECK(code_of(missing) == "PACKAGE_NOT_FOUND");
}

TEST_CASE("rest engines: bad bodies are refused before the ledger is asked", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const auto command = [&](const std::string& body) {
    return code_of(rest.post(kEngine + "/commands", token, body));
  };
  const auto query = [&](const std::string& body) {
    return code_of(rest.post(kEngine + "/query", token, body));
  };
  CHECK(command("{") == "INVALID_JSON");
  CHECK(command("[]") == "INVALID_BODY");
  CHECK(command("{}") == "INVALID_BODY");
  CHECK(command(R"({"command":"create"})") == "INVALID_BODY");
  CHECK(command(R"({"command":{}})") == "INVALID_BODY");
  CHECK(command(R"({"command":{"create":{},"exercise":{}}})") == "INVALID_BODY");
  CHECK(command(R"({"command":{"create":{}},"act_as":[]})") == "INVALID_BODY");
  CHECK(command(R"({"command":{"create":{}},"height":1})") == "UNKNOWN_MEMBER");
  CHECK(query("{") == "INVALID_JSON");
  CHECK(query("{}") == "INVALID_BODY");
  CHECK(query(R"({"request":[]})") == "INVALID_BODY");
  CHECK(query(R"({"request":{}})") == "INVALID_BODY");
  CHECK(query(R"({"request":{"packages":{}},"height":-1})") == "INVALID_BODY");
  CHECK(query(R"({"request":{"packages":{}},"command_id":"x"})") == "UNKNOWN_MEMBER");
  CHECK(upload(rest, kEngine + "/packages?name=x", token).status == 400);
  CHECK(upload(rest, kEngine + "/packages", token, "application/json").status == 415);
  CHECK(code_of(rest.get(kEngine + "/packages?limit=0", token)) == "INVALID_PARAMETER");
  CHECK(code_of(rest.get(kEngine + "/packages/xyz", token)) == "INVALID_PARAMETER");
  CHECK(rest.ledger.last_submission().engine().empty());
  CHECK(rest.ledger.last_query().engine().empty());
}

TEST_CASE("rest engines: a package may be as large as the limit of its own says", "[rest]") {
  Settings settings;
  settings.limits.package_bytes = 2000;
  settings.limits.module_bytes = 1000;
  Harness rest(settings);
  const std::string token = token_for({"alice"});
  const std::string bytes = "application/octet-stream";
  CHECK(rest.post(kEngine + "/packages", token, std::string(2000, 'x'), bytes).status == 201);
  const Response large = rest.post(kEngine + "/packages", token, std::string(2001, 'x'), bytes);
  CHECK(large.status == 413);
  CHECK(code_of(large) == "BODY_TOO_LARGE");
}

TEST_CASE("rest engines: one that is not there is not found, whatever is asked of it", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"}, true);
  // Commands of the system need an operator's route even when an operator asks.
  for (const std::string engine : {"daml2", "sys"}) {
    const std::string path = "/v1/engines/" + engine;
    for (const Response& answer :
         {rest.post(path + "/commands", token, kCreate), rest.post(path + "/query", token, kAsk),
          upload(rest, path + "/packages", token), rest.get(path + "/packages", token),
          rest.get(path + "/packages/" + kPackage, token)}) {
      INFO(answer.body);
      CHECK(answer.status == 404);
      CHECK(code_of(answer) == "UNKNOWN_ENGINE");
    }
    if (engine == "sys") {
      CHECK(rest.ledger.last_submission().engine() == "daml2");
      CHECK(rest.ledger.last_query().engine() == "daml2");
    }
  }
  for (const std::string engine : {"Daml", "7daml", "_daml", "da-ml", "", "a%2fb"})
    CHECK(code_of(rest.get("/v1/engines/" + engine + "/packages", token)) == "INVALID_PARAMETER");
  const std::string longest(32, 'a');
  CHECK(code_of(rest.get("/v1/engines/" + longest + "/packages", token)) == "UNKNOWN_ENGINE");
  CHECK(code_of(rest.get("/v1/engines/" + longest + "a/packages", token)) == "INVALID_PARAMETER");
}

TEST_CASE("rest engines: nobody is answered without a token, or acts or reads as a foreign party",
          "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  CHECK(code_of(rest.post(kEngine + "/commands", "", kCreate)) == "TOKEN_MISSING");
  CHECK(code_of(rest.post(kEngine + "/query", "", kAsk)) == "TOKEN_MISSING");
  CHECK(code_of(upload(rest, kEngine + "/packages", "")) == "TOKEN_MISSING");
  CHECK(code_of(rest.get(kEngine + "/packages", "")) == "TOKEN_MISSING");
  CHECK(code_of(rest.get(kEngine + "/packages/" + kPackage, "")) == "TOKEN_MISSING");

  const auto with = [&](const std::string& target, const std::string& text, const char* member) {
    Json request = Json::parse(text);
    request[member] = {"bob"};
    return code_of(rest.post(target, token, request.dump()));
  };
  CHECK(with(kEngine + "/commands", kCreate, "act_as") == "PARTY_NOT_GRANTED");
  CHECK(with(kEngine + "/commands", kCreate, "read_as") == "PARTY_NOT_GRANTED");
  CHECK(with(kEngine + "/query", kAsk, "parties") == "PARTY_NOT_GRANTED");
  CHECK(code_of(upload(rest, kEngine + "/packages?act_as=bob", token)) == "PARTY_NOT_GRANTED");
  CHECK(code_of(rest.get(kEngine + "/packages?party=bob", token)) == "PARTY_NOT_GRANTED");
  CHECK(code_of(rest.get(kEngine + "/packages/" + kPackage + "?party=bob", token)) ==
        "PARTY_NOT_GRANTED");
  CHECK(code_of(rest.post(kEngine + "/commands", token_for({}), kCreate)) == "NO_PARTY");
  CHECK(rest.ledger.last_submission().engine().empty());
  CHECK(rest.ledger.last_query().engine().empty());
}
