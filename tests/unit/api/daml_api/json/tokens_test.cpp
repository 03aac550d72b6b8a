// Who may ask for what, and what is nobody's.
#include <catch2/catch.hpp>

#include "json_kit.hpp"
#include "tokens.hpp"

using namespace tenon;
using namespace tenon::daml_api::json;
using namespace tenon::daml_api::json::test;

namespace {

std::string custom_token(const Json& claims, const std::string& algorithm = "HS256") {
  return api::test::raw_token({{"alg", algorithm}}, {{"https://daml.com/ledger-api", claims}}, "x");
}

} // namespace

TEST_CASE("json tokens: without one, or with one that is not taken, nothing is answered",
          "[json]") {
  Desk desk;
  for (const char* target : {"/v1/query", "/v1/parties", "/v1/packages", "/v1/user", "/v1/users"}) {
    INFO(target);
    const Reply missing = desk.get(target, "");
    CHECK(missing.status == 401);
    CHECK(missing.body["errors"].size() == 1);
    CHECK(desk.get(target, "a.b.c").status == 401);
    CHECK(desk.get(target, custom_token({{"actAs", {kAlice}}}, "none")).status == 401);
  }
}

TEST_CASE("json tokens: each kind of request needs something of the token", "[json]") {
  Desk desk;
  const auto create = [&](const Json& claims) {
    return desk
        .post("/v1/create", custom_token(claims),
              {{"templateId", kAsset}, {"payload", {{"owner", kAlice}, {"name", "x"}}}})
        .status;
  };
  const auto query = [&](const Json& claims) {
    return desk.get("/v1/query", custom_token(claims)).status;
  };
  Json claims = {{"ledgerId", "this-ledger"}, {"applicationId", "app"}, {"actAs", {kAlice}}};
  CHECK(create(claims) == 200);
  CHECK(query(claims) == 200);
  for (const char* name : {"ledgerId", "applicationId", "actAs"}) {
    Json without = claims;
    without.erase(name);
    INFO(name);
    CHECK(create(without) == 401);
    CHECK(query(without) == 401);
  }
  claims["actAs"] = Json::array();
  claims["readAs"] = {kAlice};
  CHECK(create(claims) == 401);
  CHECK(query(claims) == 200);
  claims["ledgerId"] = "another-ledger";
  CHECK(query(claims) == 404);
}

TEST_CASE("json tokens: a user's parties are those of its rights", "[json]") {
  for (const bool open : {false, true}) {
    Desk desk(open);
    desk.index.create(Desk::id(1), kAlice, "one");
    desk.index.create(Desk::id(2), kBob, "two");
    const Reply reply = desk.get("/v1/query", Desk::user_token("carol"));
    CHECK(reply.status == 200);
    CHECK(reply.body["result"].size() == 1);
  }
}

TEST_CASE("json tokens: where authorization is off, tokens still say who asks", "[json]") {
  Desk desk(true);
  desk.index.create(Desk::id(1), kAlice, "one");
  CHECK(desk.get("/v1/query", Desk::token({kAlice})).body["result"].size() == 1);
  CHECK(desk.get("/v1/query", Desk::token({kBob})).body["result"].empty());
  CHECK(desk.get("/v1/query", "").status == 401);
  CHECK(desk.get("/v1/query", "nonsense").status == 401);
}

TEST_CASE("json routes: what is not there is not found, and health needs no token", "[json]") {
  Desk desk;
  const Reply unknown = desk.post("/v1/query1", Desk::token({kAlice}), Json::object());
  CHECK(unknown.status == 404);
  CHECK(unknown.body["status"] == 404);
  CHECK(desk.get("/v1/create", Desk::token({kAlice})).status == 404);
  CHECK(desk.get("/", "").status == 404);
  CHECK(desk.get("/v1/packages/", Desk::token({kAlice})).status == 404);
  CHECK(desk.get("/livez", "").status == 200);
  CHECK(desk.get("/readyz", "").status == 200);
  CHECK(desk.get("/readyz", "").text.ends_with("readyz check passed\n"));
  desk.ready = false;
  CHECK(desk.get("/livez", "").status == 200);
  CHECK(desk.get("/readyz", "").status == 503);
  CHECK(desk.get("/readyz", "").text.find("the node cannot vote") != std::string::npos);
}

TEST_CASE("json routes: targets and bodies beyond the limits are refused", "[json]") {
  JsonLimits limits;
  limits.body_bytes = 100;
  Desk desk(false, limits);
  const std::string token = Desk::token({kAlice});
  CHECK(desk.get("/v1/" + std::string(5000, 'x'), token).status == 414);
  CHECK(desk.get("/v1/\xff", token).status == 414);
  CHECK(desk.post_text("/v1/query", token, std::string(101, ' ')).status == 413);
}
