// Streams of contracts by queries: what was there, what is new, offsets, ends.
#include <catch2/catch.hpp>

#include <thread>

#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json;
using namespace tenon::daml_api::json::test;

namespace {

// All that comes now; stops at an end.
struct Frames {
  std::vector<Json> messages;
  std::optional<api::http::CloseCode> close;
};

Frames drain(api::http::Stream& stream) {
  Frames frames;
  for (int i = 0; i < 100 && !frames.close; ++i) {
    const auto step = stream.next();
    for (const auto& message : step.messages)
      frames.messages.push_back(Json::parse(message.text));
    frames.close = step.close;
    if (step.messages.empty() && step.again_in_ms.value_or(1) != 0)
      break;
  }
  return frames;
}

Frames ask(api::http::Stream& stream, const Json& message) {
  CHECK_FALSE(stream.receive(message.dump()).has_value());
  return drain(stream);
}

Json live_at(std::uint64_t offset) {
  return {{"events", Json::array()}, {"offset", Desk::offset(offset)}};
}

Json archived(std::uint64_t id) {
  return {{"archived", {{"contractId", Desk::id(id)}, {"templateId", kAsset}}}};
}

std::string id_of(const Json& event) {
  return event["created"]["contractId"];
}

} // namespace

TEST_CASE("json stream: what is active comes first, then where it was, then what is new",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  desk.index.create(Desk::id(2), kBob, "two");
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  CHECK(stream->subprotocol() == "daml.ws.auth");
  CHECK(drain(*stream).messages.empty()); // nothing has been asked yet
  const Frames first = ask(*stream, {{"templateIds", {kAsset}}});
  REQUIRE(first.messages.size() == 2);
  CHECK_FALSE(first.messages[0].contains("offset"));
  REQUIRE(first.messages[0]["events"].size() == 1);
  CHECK(first.messages[0]["events"][0]["matchedQueries"] == Json::array({0}));
  CHECK(first.messages[0]["events"][0]["created"]["payload"]["name"] == "one");
  CHECK(first.messages[1] == live_at(2));

  desk.index.create(Desk::id(3), kAlice, "three");
  desk.index.create(Desk::id(4), kBob, "four");
  const Frames created = drain(*stream);
  REQUIRE(created.messages.size() == 1);
  CHECK(id_of(created.messages[0]["events"][0]) == Desk::id(3));
  CHECK(created.messages[0]["offset"] == Desk::offset(3));
  desk.index.archive(Desk::id(3));
  const Frames ended = drain(*stream);
  REQUIRE(ended.messages.size() == 1);
  CHECK(ended.messages[0] == Json({{"events", {archived(3)}}, {"offset", Desk::offset(5)}}));
}

TEST_CASE("json stream: of a contract that begins and ends within one message nothing is told",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  ask(*stream, {{"templateIds", {kAsset}}});
  desk.index.create(Desk::id(2), kAlice, "two");
  desk.index.archive(Desk::id(2));
  desk.index.replace(Desk::id(1), Desk::id(3), "three");
  const Frames frames = drain(*stream);
  REQUIRE(frames.messages.size() == 1);
  const Json& events = frames.messages[0]["events"];
  REQUIRE(events.size() == 2);
  CHECK(events[0] == archived(1)); // ends stand before beginnings
  CHECK(id_of(events[1]) == Desk::id(3));
}

TEST_CASE("json stream: each contract tells which of the queries it matches", "[json]") {
  Desk desk;
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  ask(*stream, Json::array({{{"templateIds", {kAsset}}, {"query", {{"name", "a"}}}},
                            {{"templateIds", {kOther}}},
                            {{"templateIds", {kAsset, kOther}}}}));
  desk.index.create(Desk::id(1), kAlice, "a");
  desk.index.create(Desk::id(2), kAlice, "b");
  desk.index.create(Desk::id(3), kAlice, "a", kOther);
  const Frames frames = drain(*stream);
  REQUIRE(frames.messages.size() == 1);
  const Json& events = frames.messages[0]["events"];
  REQUIRE(events.size() == 3);
  CHECK(events[0]["matchedQueries"] == Json::array({0, 2}));
  CHECK(events[1]["matchedQueries"] == Json::array({2}));
  CHECK(events[2]["matchedQueries"] == Json::array({1, 2}));
}

TEST_CASE("json stream: going on from an offset gives exactly what came after it", "[json]") {
  Desk desk;
  for (std::uint64_t i = 1; i <= 6; ++i)
    desk.index.create(Desk::id(i), kAlice, "x");
  desk.index.archive(Desk::id(2));
  for (const bool in_front : {true, false}) {
    const auto stream = desk.open_stream(read_query_stream, {kAlice});
    Json request = {{"templateIds", {kAsset}}};
    if (in_front)
      CHECK(ask(*stream, {{"offset", Desk::offset(4)}}).messages.empty());
    else
      request["offset"] = Desk::offset(4);
    const Frames frames = ask(*stream, request);
    REQUIRE(frames.messages.size() == 1);
    const Json& events = frames.messages[0]["events"];
    REQUIRE(events.size() == 3);
    CHECK(events[0] == archived(2)); // of a contract that began before
    CHECK(id_of(events[1]) == Desk::id(5));
    CHECK(id_of(events[2]) == Desk::id(6));
    CHECK(frames.messages[0]["offset"] == Desk::offset(7));
  }
}

TEST_CASE("json stream: a query with an offset of its own goes on from there, others begin anew",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "old");
  desk.index.create(Desk::id(2), kAlice, "old", kOther);
  desk.index.create(Desk::id(3), kAlice, "new");
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  const Frames frames =
      ask(*stream, Json::array({{{"templateIds", {kAsset}}, {"offset", Desk::offset(2)}},
                                {{"templateIds", {kOther}}}}));
  // First what is active of the second query, then what the first has missed.
  REQUIRE(frames.messages.size() == 3);
  REQUIRE(frames.messages[0]["events"].size() == 1);
  CHECK(id_of(frames.messages[0]["events"][0]) == Desk::id(2));
  CHECK(frames.messages[1] == live_at(3));
  REQUIRE(frames.messages[2]["events"].size() == 1);
  CHECK(id_of(frames.messages[2]["events"][0]) == Desk::id(3));
  CHECK(frames.messages[2]["events"][0]["matchedQueries"] == Json::array({0}));
}

TEST_CASE("json stream: a reader hears at least every so often where it is", "[json]") {
  JsonLimits limits;
  limits.heartbeat_ms = 30;
  Desk desk(false, limits);
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  // Before anything has happened there is no offset to tell.
  const Frames nothing = ask(*stream, {{"templateIds", {kAsset}}});
  REQUIRE(nothing.messages.size() == 1);
  CHECK(nothing.messages[0] == Json({{"events", Json::array()}, {"offset", nullptr}}));
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  CHECK(drain(*stream).messages.empty());
  desk.index.create(Desk::id(1), kBob, "of somebody else");
  CHECK(drain(*stream).messages.empty());
  std::this_thread::sleep_for(std::chrono::milliseconds(40));
  const Frames life = drain(*stream);
  REQUIRE(life.messages.size() == 1);
  CHECK(life.messages[0] == live_at(1));
  const auto step = stream->next();
  REQUIRE(step.again_in_ms.has_value());
  CHECK(*step.again_in_ms <= 30);
}

TEST_CASE("json stream: unknown templates are a warning, and an end when there are no others",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const auto some = desk.open_stream(read_query_stream, {kAlice});
  const Frames warned = ask(*some, {{"templateIds", {"No:Such", kAsset}}});
  REQUIRE(warned.messages.size() == 3);
  CHECK(warned.messages[0] == Json({{"warnings", {{"unknownTemplateIds", {"No:Such"}}}}}));
  const auto none = desk.open_stream(read_query_stream, {kAlice});
  const Frames refused = ask(*none, {{"templateIds", {"No:Such"}}});
  REQUIRE(refused.messages.size() == 1);
  CHECK(refused.messages[0]["status"] == 400);
  CHECK(refused.messages[0]["errors"].size() == 1);
  CHECK(refused.close == 1000);
}

TEST_CASE("json stream: a second request, or one that is none, is told so and ends the stream",
          "[json]") {
  Desk desk;
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  ask(*stream, {{"templateIds", {kAsset}}});
  const Frames second = ask(*stream, {{"templateIds", {kAsset}}});
  REQUIRE(second.messages.size() == 1);
  CHECK(second.messages[0]["status"] == 400);
  CHECK(second.close == 1000);
  for (const std::string text :
       {"{", "7", "[]", "{}", R"({"templateIds": []})", R"({"offset": 7})", R"({"offset": "xyz"})",
        R"({"templateIds": ["pkg:Main:Asset"], "query": []})",
        R"({"templateIds": ["pkg:Main:Asset"], "offset": 3})",
        R"({"templateIds": ["pkg:Main:Asset"], "unheard": 3})"}) {
    INFO(text);
    const auto other = desk.open_stream(read_query_stream, {kAlice});
    CHECK_FALSE(other->receive(text).has_value());
    const Frames frames = drain(*other);
    REQUIRE(frames.messages.size() == 1);
    CHECK(frames.messages[0]["status"] == 400);
    CHECK(frames.close == 1000);
  }
}

TEST_CASE("json stream: an offset that was pruned, a token that has ended, and a query that does "
          "not fit end it",
          "[json]") {
  Desk desk;
  for (std::uint64_t i = 1; i <= 3; ++i)
    desk.index.create(Desk::id(i), kAlice, "x");
  desk.index.prune_up_to(2);
  const auto pruned = desk.open_stream(read_query_stream, {kAlice});
  const Frames frames = ask(*pruned, {{"templateIds", {kAsset}}, {"offset", Desk::offset(1)}});
  CHECK(frames.messages.empty());
  CHECK(frames.close == 1011);
  CHECK(pruned->reason_of(1011) == "internal error");

  const auto unfit = desk.open_stream(read_query_stream, {kAlice});
  const Frames refused = ask(*unfit, {{"templateIds", {kAsset}}, {"query", {{"nome", 1}}}});
  REQUIRE(refused.messages.size() == 1);
  CHECK(refused.messages[0]["status"] == 400);
  CHECK(refused.close == 1000);

  const auto expired = desk.open_stream(read_query_stream, {kAlice});
  CHECK_FALSE(expired->check().has_value());
  desk.tokens_valid = false;
  CHECK(expired->check() == 1008);
}

TEST_CASE("json stream: through an interface views come, and its name", "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "one");
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  const Frames frames = ask(*stream, {{"templateIds", {kNamed}}});
  REQUIRE(frames.messages.size() == 2);
  CHECK(frames.messages[0]["events"][0]["created"]["payload"] == Json({{"called", "one"}}));
  desk.index.archive(Desk::id(1));
  const Frames ended = drain(*stream);
  REQUIRE(ended.messages.size() == 1);
  CHECK(ended.messages[0]["events"][0]["archived"]["templateId"] == kNamed);
}

TEST_CASE("json stream: many contracts come in messages of bounded size", "[json]") {
  JsonLimits limits;
  limits.frame_contracts = 10;
  Desk desk(false, limits);
  for (std::uint64_t i = 1; i <= 35; ++i)
    desk.index.create(Desk::id(i), kAlice, "x");
  const auto stream = desk.open_stream(read_query_stream, {kAlice});
  const Frames frames = ask(*stream, {{"templateIds", {kAsset}}});
  REQUIRE(frames.messages.size() == 5);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(frames.messages[i]["events"].size() == (i < 3 ? 10 : 5));
  CHECK(frames.messages[4] == live_at(35));
}
