// Every route against a fake ledger: what is asked of the ledger, what is answered, who may ask.
#include <catch2/catch.hpp>

#include <algorithm>

#include "harness.hpp"
#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::api;
using namespace tenon::api::rest;
using namespace tenon::api::rest::test;

namespace {

Json body_of(const Response& response) {
  INFO(response.body);
  return Json::parse(response.body);
}

const std::string kPay = R"({"function":"transfer","arguments":{"to":"bob","amount":"5"}})";

} // namespace

TEST_CASE("rest: an execution answers with its place and its result", "[rest]") {
  Harness rest;
  const Response answer = rest.post(kExecute, token_for({"alice"}), kPay);
  REQUIRE(answer.status == 200);
  const Json body = body_of(answer);
  CHECK(body["height"] == "1");
  CHECK(body["offset"] == "16777216");
  CHECK(body["duplicate"] == false);
  CHECK(body["transaction"].get<std::string>().size() == 64);
  CHECK(body["command_id"].get<std::string>().size() == 32);
  CHECK(body.at("result").is_null());
  const auto submission = rest.ledger.last_submission();
  CHECK(submission.engine() == "wasm");
  CHECK(submission.user() == "tester");
  CHECK(submission.act_as(0) == "alice");
  CHECK(Json::parse(submission.command())["execute"]["arguments"]["amount"] == "5");
}

TEST_CASE("rest: a command id makes a repeated request harmless", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  Json request = Json::parse(kPay);
  request["command_id"] = "pay-1";
  const Json first = body_of(rest.post(kExecute, token, request.dump()));
  Json second = body_of(rest.post(kExecute, token, request.dump()));
  CHECK(second["duplicate"] == true);
  second["duplicate"] = false;
  CHECK(second == first);
  request["arguments"]["amount"] = "6";
  const Response other = rest.post(kExecute, token, request.dump());
  CHECK(other.status == 409);
  CHECK(code_of(other) == "COMMAND_ID_REUSED");
}

TEST_CASE("rest: a rejected transaction is a problem with its reason and its place", "[rest]") {
  Harness rest;
  const Response answer =
      rest.post(kExecute, token_for({"alice"}),
                R"({"function":"transfer","arguments":{"to":"bob","amount":"5000"}})");
  CHECK(answer.status == 422);
  CHECK(answer.content_type == "application/problem+json");
  const Json problem = body_of(answer);
  CHECK(problem["type"] == "urn:tenon:problem:insufficient-funds");
  CHECK(problem["code"] == "INSUFFICIENT_FUNDS");
  CHECK(problem["title"] == "Insufficient funds");
  CHECK(problem["status"] == 422);
  CHECK(problem["instance"] == kExecute);
  CHECK(problem["offset"] == "16777216");
  CHECK(problem["transaction"].get<std::string>().size() == 64);
}

TEST_CASE("rest: each failure of the ledger has its status", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const auto refused = [&](Status status) {
    rest.ledger.refuse_next(std::move(status));
    return rest.post(kExecute, token, kPay);
  };
  const Response full = refused(resource_exhausted("QUEUE_FULL: the queue is full"));
  CHECK(full.status == 429);
  CHECK(code_of(full) == "QUEUE_FULL");
  CHECK(header_of(full, "Retry-After") == "1");
  CHECK(refused(unavailable("stopping")).status == 503);
  CHECK(refused(invalid_argument("no")).status == 400);
  CHECK(refused(fault("disk")).status == 500);
  CHECK(refused(Status(Code::kUnimplemented, "no engine")).status == 501);

  const auto completed = [&](Code code, bool fault, std::uint64_t offset) {
    v1::Completion completion;
    completion.set_code(static_cast<std::uint32_t>(code));
    completion.set_fault(fault);
    completion.set_offset(offset);
    completion.set_message("said the ledger");
    rest.ledger.complete_next(completion);
    return rest.post(kExecute, token, kPay);
  };
  const Response late = completed(Code::kDeadlineExceeded, false, 0);
  CHECK(late.status == 504);
  CHECK(code_of(late) == "OUTCOME_UNKNOWN");
  CHECK(body_of(late)["command_id"].get<std::string>().size() == 32);
  CHECK(completed(Code::kInternal, true, 0).status == 500);
  // Fuel that ran out is the transaction's fault when it stands in a block.
  CHECK(completed(Code::kResourceExhausted, false, 99).status == 422);
  CHECK(completed(Code::kInternal, false, 99).status == 422);
  CHECK(completed(Code::kResourceExhausted, false, 0).status == 429);
}

TEST_CASE("rest: nobody acts or reads as a foreign party", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const auto with = [&](const char* member, Json value, const std::string& target = kExecute) {
    Json request = {{"function", "transfer"}};
    request[member] = std::move(value);
    return rest.post(target, token, request.dump());
  };
  CHECK(with("act_as", {"bob"}).status == 403);
  CHECK(code_of(with("act_as", {"alice", "bob"})) == "PARTY_NOT_GRANTED");
  CHECK(with("read_as", {"bob"}).status == 403);
  CHECK(with("parties", {"bob"}, kQuery).status == 403);
  for (const char* path : {"/v1/transactions", "/v1/events", "/v1/contracts", "/v1/instances"}) {
    CHECK(rest.get(std::string(path) + "?party=bob", token).status == 403);
    CHECK(rest.get(std::string(path) + "?party=alice", token).status == 200);
  }
  CHECK(rest.get("/v1/instances/" + kInstance + "?party=bob", token).status == 403);
  CHECK(rest.get("/v1/contracts/" + kContract + "?party=bob", token).status == 403);
  CHECK(rest.post("/v1/proofs", token, R"({"keys":["00"],"parties":["bob"]})").status == 403);
  CHECK(rest.post("/v1/contracts?name=x&act_as=bob", token, "wasm", "application/wasm").status ==
        403);
  // A token that may only read cannot act, one without parties can do neither.
  Json reader = claims_for({});
  reader["read_as"] = {"alice"};
  const std::string read_only = sign(reader, "ES256", ec_key().private_pem);
  CHECK(code_of(rest.post(kExecute, read_only, kPay)) == "NO_PARTY");
  CHECK(rest.get("/v1/events", read_only).status == 200);
  CHECK(code_of(rest.get("/v1/events", token_for({}))) == "NO_PARTY");
  CHECK(body_of(rest.get("/v1/parties", token_for({})))["parties"].empty());
  CHECK(rest.ledger.last_submission().act_as_size() == 0);
}

TEST_CASE("rest: a token of several parties says which of them acts", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice", "bob"});
  CHECK(code_of(rest.post(kExecute, token, kPay)) == "ACT_AS_REQUIRED");
  Json request = Json::parse(kPay);
  request["act_as"] = {"alice"};
  CHECK(rest.post(kExecute, token, request.dump()).status == 200);
}

TEST_CASE("rest: a transaction reads as those alone who were named, whatever the token grants",
          "[rest]") {
  Harness rest;
  Json claims = claims_for({"alice"});
  claims["read_as"] = {"bob", "carol"};
  const std::string token = sign(claims, "ES256", ec_key().private_pem);
  CHECK(rest.post(kExecute, token, kPay).status == 200);
  CHECK(rest.ledger.last_submission().read_as_size() == 0);
  Json request = Json::parse(kPay);
  request["read_as"] = {"carol"};
  CHECK(rest.post(kExecute, token, request.dump()).status == 200);
  REQUIRE(rest.ledger.last_submission().read_as_size() == 1);
  CHECK(rest.ledger.last_submission().read_as(0) == "carol");
}

TEST_CASE("rest: operators' routes need an operator's token", "[rest]") {
  Harness rest;
  const std::string user = token_for({"alice"});
  const std::string admin = token_for({}, true);
  CHECK(code_of(rest.get("/v1/plugins", user)) == "ADMIN_REQUIRED");
  const Json plugins = body_of(rest.get("/v1/plugins", admin));
  CHECK(plugins["plugins"][0]["name"] == "memory");
  CHECK(plugins["refusals"][0]["code"] == "WRONG_MAJOR");

  const std::string dave = R"({"party":"dave","display_name":"Dave"})";
  CHECK(rest.post("/v1/parties", user, dave).status == 403);
  const Response made = rest.post("/v1/parties", admin, dave);
  CHECK(made.status == 201);
  CHECK(body_of(made)["party"] == "dave");
  CHECK(rest.ledger.last_submission().engine() == "sys");
  CHECK(rest.post("/v1/parties", admin, dave).status == 409);

  CHECK(body_of(rest.get("/v1/parties", user))["parties"].size() == 1);
  const Json page = body_of(rest.get("/v1/parties?limit=2", admin));
  CHECK(page["parties"].size() == 2);
  CHECK(page["next"] == "bob");
  const Json rest_of = body_of(rest.get("/v1/parties?after=bob", admin));
  CHECK(rest_of["parties"].size() == 2);
  CHECK(rest_of["next"].is_null());

  rest.ledger.transfer("alice", "bob");
  CHECK_FALSE(body_of(rest.get("/v1/blocks/1", user)).contains("outcomes"));
  CHECK(body_of(rest.get("/v1/blocks/1", admin))["outcomes"].size() == 1);
}

TEST_CASE("rest: a command of the ledger's operators reaches the ledger as it was signed",
          "[rest]") {
  Harness rest;
  const std::string target = "/v1/operators/commands";
  const std::string admin = token_for({}, true);
  v1::OperatorAction action;
  action.mutable_prune()->set_keep_from_height(9);
  v1::OperatorCommand command;
  command.set_command(action.SerializeAsString());
  command.set_sequence(7);
  command.add_signatures()->set_name("olga");
  Json request = {{"operator_command", to_base64(command.SerializeAsString())}};
  CHECK(code_of(rest.post(target, token_for({"alice"}), request.dump())) == "ADMIN_REQUIRED");

  v1::Completion completion;
  completion.set_response(R"({"last_height":17})");
  rest.ledger.complete_next(completion);
  const Response accepted = rest.post(target, admin, request.dump());
  CHECK(accepted.status == 200);
  CHECK(body_of(accepted)["sequence"] == "7");
  CHECK(body_of(accepted)["last_height"] == 17);
  const v1::Submission submission = rest.ledger.last_submission();
  CHECK(submission.engine() == "sys");
  CHECK(submission.act_as_size() == 0);
  v1::SystemCommand submitted;
  REQUIRE(submitted.ParseFromString(submission.command()));
  CHECK(submitted.operator_command().SerializeAsString() == command.SerializeAsString());

  completion.set_code(TENON_PERMISSION_DENIED);
  completion.set_reason("OPERATOR_THRESHOLD");
  completion.set_offset(99);
  rest.ledger.complete_next(completion);
  const Response rejected = rest.post(target, admin, request.dump());
  CHECK(rejected.status == 403);
  CHECK(code_of(rejected) == "OPERATOR_THRESHOLD");
}

TEST_CASE("rest: what is no operators' command is refused before it costs a transaction",
          "[rest]") {
  Harness rest;
  const std::string admin = token_for({}, true);
  const auto code = [&](const Json& body) {
    return code_of(rest.post("/v1/operators/commands", admin, body.dump()));
  };
  CHECK(code(Json::object()) == "INVALID_BODY");
  CHECK(code({{"operator_command", 7}}) == "INVALID_BODY");
  CHECK(code({{"operator_command", std::string(200'000, 'A')}}) == "INVALID_BODY");
  CHECK(code({{"operator_command", ""}}) == "MALFORMED_COMMAND");
  CHECK(code({{"operator_command", "not base64"}}) == "MALFORMED_COMMAND");
  CHECK(code({{"operator_command", to_base64("no message")}}) == "MALFORMED_COMMAND");
  CHECK(code({{"operator_command", "CgA="}, {"act_as", "alice"}}) == "UNKNOWN_MEMBER");
  CHECK(rest.ledger.last_submission().engine().empty());
}

TEST_CASE("rest: contracts are uploaded, listed and described", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const std::string module("\0asm\1\0\0\0", 8);
  const Response answer =
      rest.post("/v1/contracts?name=token&command_id=up-1", token, module, "application/wasm");
  REQUIRE(answer.status == 201);
  CHECK(body_of(answer)["contract"] == kContract);
  const auto submission = rest.ledger.last_submission();
  const Json upload = Json::parse(submission.command())["upload"];
  CHECK(upload["name"] == "token");
  CHECK(from_base64(upload["module"].get<std::string>()) == module);
  CHECK(submission.command_id() == "up-1");
  CHECK(rest.post("/v1/contracts", token, "{}").status == 415);

  const Json list = body_of(rest.get("/v1/contracts?limit=7", token));
  CHECK(list["contracts"][0]["name"] == "token");
  CHECK(list["next"].is_null());
  CHECK(Json::parse(rest.ledger.last_query().request())["contracts"]["limit"] == 7);
  CHECK(body_of(rest.get("/v1/contracts/" + kContract, token)).contains("description"));
  const Response missing = rest.get("/v1/contracts/" + std::string(64, 'd'), token);
  CHECK(missing.status == 404);
  CHECK(code_of(missing) == "CONTRACT_NOT_FOUND");
}

TEST_CASE("rest: instances are made, listed, described and queried", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const Response made = rest.post("/v1/instances", token,
                                  Json({{"contract", kContract},
                                        {"label", "gold"},
                                        {"arguments", {{"decimals", 2}}},
                                        {"readers", {"*"}}})
                                      .dump());
  REQUIRE(made.status == 201);
  CHECK(body_of(made)["instance"] == kInstance);
  const auto submission = rest.ledger.last_submission();
  const Json command = Json::parse(submission.command())["instantiate"];
  CHECK(command["readers"] == Json({"*"}));
  CHECK(command["arguments"]["decimals"] == 2);
  CHECK(body_of(rest.get("/v1/instances", token))["next"] == kInstance);
  CHECK(body_of(rest.get("/v1/instances/" + kInstance, token))["label"] == "gold");
  CHECK(rest.get("/v1/instances/" + std::string(32, '2'), token).status == 404);

  const std::string ask = R"({"function":"balance","arguments":{"owner":"alice"}})";
  CHECK(body_of(rest.post(kQuery, token, ask))["result"] == "1000");
  CHECK(code_of(rest.post(kQuery, token_for({"bob"}), ask)) == "NOT_VISIBLE");
  Json old = Json::parse(ask);
  old["height"] = "3";
  rest.post(kQuery, token, old.dump());
  CHECK(rest.ledger.last_query().height() == 3);
  old["height"] = -1;
  CHECK(rest.post(kQuery, token, old.dump()).status == 400);
}

TEST_CASE("rest: transactions and events show a party its own, page by page", "[rest]") {
  Harness rest;
  for (int i = 0; i < 5; ++i) {
    rest.ledger.transfer("alice", "bob");
    rest.ledger.transfer("carol", "bob");
  }
  const std::string alice = token_for({"alice"});
  for (const std::string list : {"transactions", "events"}) {
    std::vector<std::string> seen;
    std::string after;
    while (true) {
      const Json page = body_of(rest.get("/v1/" + list + "?limit=2" + after, alice));
      CHECK(page[list].size() <= 2);
      for (const Json& item : page[list])
        seen.push_back(item["offset"]);
      if (page["next"].is_null())
        break;
      after = "&after=" + page["next"].get<std::string>();
    }
    CHECK(seen.size() == 5);
    CHECK(std::is_sorted(seen.begin(), seen.end(), [](const auto& left, const auto& right) {
      return std::stoull(left) < std::stoull(right);
    }));
  }
  const Json bobs = body_of(rest.get("/v1/transactions", token_for({"bob"})));
  REQUIRE(bobs["transactions"].size() == 10);
  CHECK_FALSE(bobs["transactions"][0].contains("outcome"));
  CHECK_FALSE(bobs["transactions"][0]["events"][0].contains("readers"));
  const Json all = body_of(rest.get("/v1/transactions", token_for({}, true)));
  REQUIRE(all["transactions"].size() == 10);
  CHECK(all["transactions"][0]["outcome"]["committed"] == true);
  CHECK(all["transactions"][0]["events"][0]["readers"].size() == 2);

  const std::string id = bobs["transactions"][1]["transaction"];
  CHECK(rest.get("/v1/transactions/" + id, token_for({"carol"})).status == 200);
  const Response hidden = rest.get("/v1/transactions/" + id, alice);
  CHECK(hidden.status == 404);
  CHECK(code_of(hidden) == "TRANSACTION_NOT_FOUND");
}

TEST_CASE("rest: blocks are listed both ways", "[rest]") {
  Harness rest;
  for (int i = 0; i < 4; ++i)
    rest.ledger.transfer("alice", "bob");
  const std::string token = token_for({"alice"});
  for (const std::string order : {"asc", "desc"}) {
    std::vector<std::string> heights;
    std::string after;
    while (true) {
      const Json page = body_of(rest.get("/v1/blocks?limit=2&order=" + order + after, token));
      for (const Json& block : page["blocks"])
        heights.push_back(block["height"]);
      if (page["next"].is_null())
        break;
      after = "&after=" + page["next"].get<std::string>();
    }
    if (order == "desc")
      std::reverse(heights.begin(), heights.end());
    CHECK(heights == std::vector<std::string>{"0", "1", "2", "3", "4"});
  }
  CHECK(code_of(rest.get("/v1/blocks/5", token)) == "BLOCK_NOT_FOUND");
}

TEST_CASE("rest: proofs are of keys or of a query, never of both", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const Json keys =
      body_of(rest.post("/v1/proofs", token, R"({"keys":[")" + to_hex("wasm/k") + R"(","00"]})"));
  REQUIRE(keys["keys"].size() == 2);
  CHECK(keys["keys"][0]["value"] == to_base64("v"));
  CHECK(keys["keys"][1]["value"].is_null());
  v1::LedgerProof proof;
  CHECK(proof.ParseFromString(*from_base64(keys["proof"].get<std::string>())));
  CHECK_FALSE(keys["keys"][0].contains("ics23"));
  const Json forms = body_of(rest.post("/v1/proofs", token,
                                       R"({"format":"ics23","keys":[")" + to_hex("wasm/k") +
                                           R"(","00"]})"));
  CHECK(from_base64(forms["keys"][0]["ics23"].get<std::string>())->find("wasm/k") !=
        std::string::npos);
  CHECK(forms["keys"][1]["ics23"].is_null());
  const std::string query = R"("query":{"instance":")" + kInstance + R"(","function":"balance"})";
  CHECK(body_of(rest.post("/v1/proofs", token, "{" + query + "}"))["response"]["result"] == "5");
  for (const std::string& bad :
       {std::string("{}"), R"({"keys":["00"],)" + query + "}", std::string(R"({"keys":[]})"),
        std::string(R"({"keys":["00"],"format":"xml"})"), std::string(R"({"keys":["0"]})"),
        std::string(R"({"keys":[7]})"),
        std::string(R"({"query":7})"), std::string(R"({"query":{"instance":"00","x":1}})")})
    CHECK(rest.post("/v1/proofs", token, bad).status == 400);
}

TEST_CASE("rest: the status says that there is no TLS", "[rest]") {
  Harness rest;
  const Json status = body_of(rest.get("/v1/status", token_for({"alice"})));
  CHECK(status["ready"] == true);
  CHECK(status["warnings"][0] == "the store is volatile");
  CHECK(status["api"]["tls"] == false);
  CHECK(status["api"]["loopback_only"] == true);
  CHECK(status["consensus"]["pending"] == 0);
  CHECK(status["network"]["peers"][0]["name"] == "replica-1");
}

TEST_CASE("rest: a broken ledger is a problem on every read, never a crash", "[rest]") {
  Harness rest;
  rest.ledger.fail_reads(data_loss("block 7 is damaged"));
  const std::string admin = token_for({"alice"}, true);
  for (const char* path :
       {"/v1/status", "/v1/plugins", "/v1/contracts", "/v1/instances", "/v1/transactions",
        "/v1/events", "/v1/blocks", "/v1/blocks/1", "/v1/blocks?order=desc", "/v1/parties"}) {
    const Response answer = rest.get(path, admin);
    CHECK(answer.status == 500);
    CHECK(code_of(answer) == "DATA_LOSS");
  }
  CHECK(rest.post(kQuery, admin, R"({"function":"f"})").status == 500);
  CHECK(rest.post("/v1/proofs", admin, R"({"keys":["00"]})").status == 500);
}

TEST_CASE("rest: bad bodies are told apart, each with a sentence", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const auto code = [&](const std::string& body) {
    return code_of(rest.post(kExecute, token, body));
  };
  CHECK(code("") == "INVALID_JSON");
  CHECK(code("{") == "INVALID_JSON");
  CHECK(code("[]") == "INVALID_BODY");
  CHECK(code("{}") == "INVALID_BODY");
  CHECK(code(R"({"function":7})") == "INVALID_BODY");
  CHECK(code(R"({"function":""})") == "INVALID_BODY");
  CHECK(code(R"({"function":"f","arguments":[]})") == "INVALID_BODY");
  CHECK(code(R"({"function":"f","act_as":[]})") == "INVALID_BODY");
  CHECK(code(R"({"function":"f","act_as":["alice","alice"]})") == "INVALID_BODY");
  CHECK(code(R"({"function":"f","command_id":"a b"})") == "INVALID_BODY");
  CHECK(code(R"({"function":"f","deadline_ms":-1})") == "INVALID_BODY");
  const Response unknown = rest.post(kExecute, token, R"({"function":"f","argument":{}})");
  CHECK(code_of(unknown) == "UNKNOWN_MEMBER");
  CHECK(body_of(unknown)["detail"].get<std::string>().find("did you mean 'arguments'?") !=
        std::string::npos);
}

TEST_CASE("rest: targets that lead nowhere", "[rest]") {
  Harness rest;
  const std::string token = token_for({"alice"});
  const auto ask = [&](const std::string& target) { return rest.get(target, token); };
  CHECK(code_of(ask("/")) == "ROUTE_NOT_FOUND");
  CHECK(code_of(ask("/v1/statu")) == "ROUTE_NOT_FOUND");
  CHECK(code_of(ask("/v1/status/")) == "ROUTE_NOT_FOUND");
  CHECK(code_of(ask("/v1/status?x=1")) == "UNKNOWN_PARAMETER");
  CHECK(code_of(ask("/v1/blocks?limit=0")) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/blocks?limit=1001")) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/blocks?limit=1&limit=2")) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/blocks?limit=%zz")) == "INVALID_TARGET");
  CHECK(code_of(ask("/v1/blocks/-1")) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/blocks/99999999999999")) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/contracts/xyz")) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/contracts/" + std::string(64, 'C'))) == "INVALID_PARAMETER");
  CHECK(code_of(ask("/v1/\xff")) == "INVALID_TARGET");
  CHECK(ask("/v1/status?" + std::string(5000, 'a')).status == 414);
  // Without a token it is not told which parameters there are.
  CHECK(rest.get("/v1/status?x=1", "").status == 401);
}

TEST_CASE("rest: methods, types and lengths that are not taken", "[rest]") {
  Harness rest;
  const std::string token = "Bearer " + token_for({"alice"});
  for (const char* method : {"PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "POST"}) {
    RequestHead head = head_of(method, "/v1/status", token);
    const Response answer = rest.ask(head);
    CHECK(answer.status == 405);
    CHECK(header_of(answer, "Allow") == "GET");
  }
  CHECK(header_of(rest.ask(head_of("PUT", "/v1/parties", token)), "Allow") == "GET, POST");
  CHECK(rest.ask(head_of("POST", kExecute, token, "application/json")).status == 411);
  CHECK(rest.post(kExecute, token_for({"alice"}), "{}", "text/plain").status == 415);
  CHECK(rest.post(kExecute, token_for({"alice"}), kPay, "Application/JSON; charset=utf-8").status ==
        200);
  CHECK(rest.post(kExecute, token_for({"alice"}), std::string(1024 * 1024 + 1, ' ')).status == 413);
  RequestHead chunked = head_of("POST", kExecute, token, "application/json");
  chunked.chunked = true;
  CHECK(rest.ask(chunked, std::string(1024 * 1024 + 1, ' ')).status == 413);
  RequestHead with_body = head_of("GET", "/v1/status", token);
  with_body.content_length = 1;
  CHECK(rest.ask(with_body, "x").status == 413);
  for (const auto& [accept, status] : {std::pair<std::string, unsigned>{"text/html", 406},
                                       {"*/*", 200},
                                       {"text/html, */*;q=0.1", 200},
                                       {"application/*", 200},
                                       {"application/json;q=0", 406},
                                       {"application/problem+json", 200}}) {
    RequestHead head = head_of("GET", "/v1/status", token);
    head.accept = accept;
    CHECK(rest.ask(head).status == status);
  }
  const Response stream = rest.get("/v1/streams/events", token_for({"alice"}));
  CHECK(stream.status == 426);
  CHECK(header_of(stream, "Upgrade") == "websocket");
}
