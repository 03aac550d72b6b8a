// What the host does for engines beside running them: their index, parties, seeds, events as JSON.
#include <catch2/catch.hpp>

#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;

TEST_CASE("engines: a query reads the index that execution wrote, a proof does not",
          "[pipeline][index]") {
  World world;
  world.allocate_all({"ann"});
  REQUIRE(world.submit("1", {"ann"}, "put note/a red *").code() == 0);
  REQUIRE(world.submit("2", {"ann"}, "put note/b red *").code() == 0);
  REQUIRE(world.submit("3", {"ann"}, "put note/c blue *").code() == 0);
  CHECK(*world.query({}, "index by/red") == "by/red/a=1;by/red/b=1;");
  REQUIRE(world.submit("4", {"ann"}, "put note/a blue *").code() == 0);
  REQUIRE(world.submit("5", {"ann"}, "delete note/b").code() == 0);
  CHECK(*world.query({}, "index by/") == "by/blue/a=1;by/blue/c=1;");
  CHECK(world.query({}, "index by/", 3).status().message().starts_with("NO_INDEX"));
  v1::ProofRequest request;
  request.mutable_query()->set_engine("script");
  request.mutable_query()->set_request("index by/");
  const Status refused = world.pipeline().prove(request).status();
  CHECK(refused.code() == Code::kFailedPrecondition);
  CHECK(refused.message().starts_with("NO_INDEX"));
}

TEST_CASE("engines: a transaction may depend on whether a party is there", "[pipeline]") {
  World world;
  world.allocate_all({"ann"});
  CHECK(world.submit("1", {"ann"}, "invite bob", v1::MODE_PRE_EXECUTED).reason() == "NO_PARTY");
  world.allocate_all({"bob"});
  CHECK(world.submit("2", {"ann"}, "invite bob", v1::MODE_PRE_EXECUTED).code() == 0);
  CHECK(world.submit("3", {"ann"}, "invite no/party").reason() == "NO_PARTY");
}

TEST_CASE("engines: each transaction has a seed of its own, the same wherever it is executed",
          "[pipeline]") {
  World world;
  world.allocate_all({"ann"});
  REQUIRE(world.submit("1", {"ann"}, "seed one", v1::MODE_PRE_EXECUTED).code() == 0);
  REQUIRE(world.submit("2", {"ann"}, "seed two").code() == 0);
  const Bytes one = *world.query({}, "get one");
  CHECK(one.size() == 2 * Hash::kSize);
  CHECK(one != *world.query({}, "get two"));
  CHECK(one.find_first_not_of('0') != Bytes::npos);
}

TEST_CASE("engines: events are rendered as JSON for whoever asks", "[pipeline]") {
  World world;
  world.allocate_all({"ann"});
  REQUIRE(world.submit("1", {"ann"}, "shout hello").code() == 0);
  v1::TransactionsRequest request;
  request.add_parties("ann");
  CHECK(world.pipeline().transactions(request)->transactions(0).events(0).payload() == "hello");
  request.set_events_as_json(true);
  CHECK(world.pipeline().transactions(request)->transactions(0).events(0).payload() ==
        "{\"text\":\"hello\"}");
}
