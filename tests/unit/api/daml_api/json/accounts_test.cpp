// Users, parties, packages: what the services say, in JSON.
#include <catch2/catch.hpp>

#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json::test;

TEST_CASE("json users: the token's own user, another, and all of them", "[json]") {
  Desk desk;
  const Json carol = {{"userId", "carol"}, {"primaryParty", kAlice}};
  CHECK(desk.get("/v1/user", Desk::user_token("carol")).body["result"] == carol);
  const std::string token = Desk::token({kAlice});
  CHECK(desk.post("/v1/user", token, {{"userId", "carol"}}).body["result"] == carol);
  const Reply unknown = desk.post("/v1/user", token, {{"userId", "nobody"}});
  CHECK(unknown.status == 404);
  CHECK(unknown.body["ledgerApiError"]["code"] == 5);
  CHECK(desk.post("/v1/user", token, Json::object()).status == 400);
  CHECK(desk.get("/v1/user", token).status == 401); // custom claims are nobody's
  CHECK(desk.get("/v1/users", token).body["result"] ==
        Json::array({{{"userId", "a"}}, {{"userId", "b"}}}));
}

TEST_CASE("json users: rights go in and out by their names", "[json]") {
  Desk desk;
  const std::string token = Desk::token({kAlice});
  const Json rights = {{{"type", "CanActAs"}, {"party", kAlice}}, {{"type", "ParticipantAdmin"}}};
  CHECK(desk.post("/v1/user/rights", token, {{"userId", "carol"}}).body["result"] == rights);
  CHECK(desk.get("/v1/user/rights", Desk::user_token("carol")).body["result"] == rights);
  const Reply created =
      desk.post("/v1/user/create", token, {{"userId", "dora"}, {"rights", rights}});
  CHECK(created.status == 200);
  CHECK(created.body["result"] == Json::object());
  for (const Json& bad : {Json("ParticipantAdmin"), Json::array({{{"type", "CanFly"}}}),
                          Json::array({{{"type", "CanActAs"}}}), Json::array({7})}) {
    INFO(bad);
    CHECK(desk.post("/v1/user/create", token, {{"userId", "dora"}, {"rights", bad}}).status == 400);
  }
  // A service that this node does not have.
  CHECK(desk.post("/v1/user/delete", token, {{"userId", "dora"}}).status == 501);
}

TEST_CASE("json parties: those that are not known are a warning", "[json]") {
  Desk desk;
  const Reply reply = desk.post("/v1/parties", Desk::token({kAlice}), {kAlice, "Erin", kAlice});
  CHECK(reply.status == 200);
  CHECK(reply.body["result"] ==
        Json::array({{{"identifier", kAlice}, {"displayName", "Alice & Co."}, {"isLocal", true}}}));
  CHECK(reply.body["warnings"] == Json({{"unknownParties", {"Erin"}}}));
  for (const Json& bad : {Json::array(), Json::object(), Json::array({1})})
    CHECK(desk.post("/v1/parties", Desk::token({kAlice}), bad).status == 400);
}

TEST_CASE("json packages: bytes go in and out as they are", "[json]") {
  Desk desk;
  const std::string token = Desk::token({kAlice});
  const Reply bytes = desk.get("/v1/packages/abc", token);
  CHECK(bytes.status == 200);
  CHECK(bytes.type == "application/octet-stream");
  CHECK(bytes.text == "bytes of abc");
  const Reply taken = desk.post_text("/v1/packages", token, "PK");
  CHECK(taken.text == R"({"result":1,"status":200})");
  CHECK(desk.post_text("/v1/packages", token, "no").status == 400);
}
