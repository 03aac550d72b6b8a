// Streams of the contracts under some keys.
#include <catch2/catch.hpp>

#include "json_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api::json;
using namespace tenon::daml_api::json::test;

namespace {

std::vector<Json> ask(api::http::Stream& stream, const Json& message,
                      std::optional<api::http::CloseCode>* close = nullptr) {
  if (!message.is_null())
    CHECK_FALSE(stream.receive(message.dump()).has_value());
  std::vector<Json> messages;
  for (int i = 0; i < 100; ++i) {
    const auto step = stream.next();
    for (const auto& one : step.messages)
      messages.push_back(Json::parse(one.text));
    if (step.close && close != nullptr)
      *close = step.close;
    if (step.close || (step.messages.empty() && step.again_in_ms.value_or(1) != 0))
      break;
  }
  return messages;
}

Json key(const std::string& name) {
  return {{"templateId", kAsset}, {"key", {{"_1", kAlice}, {"_2", name}}}};
}

Json key_at(const std::string& name, const Json& contract_id) {
  Json wanted = key(name);
  wanted["contractIdAtOffset"] = contract_id;
  return wanted;
}

} // namespace

TEST_CASE("json keys: the contract under a key comes, its end, and the next one", "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "a");
  desk.index.create(Desk::id(2), kAlice, "b");
  const auto stream = desk.open_stream(read_key_stream, {kAlice});
  const auto first = ask(*stream, Json::array({key("a"), key("c")}));
  REQUIRE(first.size() == 2);
  REQUIRE(first[0]["events"].size() == 1);
  CHECK(first[0]["events"][0]["created"]["contractId"] == Desk::id(1));
  CHECK_FALSE(first[0]["events"][0].contains("matchedQueries"));
  CHECK(first[1]["offset"] == Desk::offset(2));

  desk.index.archive(Desk::id(2)); // of a key that was not asked for
  CHECK(ask(*stream, nullptr).empty());
  desk.index.replace(Desk::id(1), Desk::id(3), "c");
  const auto replaced = ask(*stream, nullptr);
  REQUIRE(replaced.size() == 1);
  REQUIRE(replaced[0]["events"].size() == 2);
  CHECK(replaced[0]["events"][0]["archived"]["contractId"] == Desk::id(1));
  CHECK(replaced[0]["events"][1]["created"]["contractId"] == Desk::id(3));
}

TEST_CASE("json keys: going on from an offset, only ends of contracts that the client has are told",
          "[json]") {
  Desk desk;
  desk.index.create(Desk::id(1), kAlice, "a");
  desk.index.create(Desk::id(2), kAlice, "b");
  desk.index.archive(Desk::id(1));
  desk.index.archive(Desk::id(2));
  const auto ends_told = [&](const Json& request) {
    const auto stream = desk.open_stream(read_key_stream, {kAlice});
    ask(*stream, {{"offset", Desk::offset(2)}});
    std::vector<std::string> ends;
    for (const Json& message : ask(*stream, request)) {
      for (const Json& event : message["events"])
        ends.push_back(event["archived"]["contractId"]);
    }
    return ends;
  };
  using Ids = std::vector<std::string>;
  CHECK(ends_told(Json::array({key_at("a", Desk::id(1))})) == Ids{Desk::id(1)});
  CHECK(ends_told(Json::array({key_at("a", nullptr)})) == Ids{});
  CHECK(ends_told(Json::array({key_at("a", Desk::id(1)), key_at("b", Desk::id(2))})) ==
        Ids{Desk::id(1), Desk::id(2)});
  // Where the client does not say what it has, it hears of all.
  CHECK(ends_told(Json::array({key_at("a", Desk::id(1)), key("b")})) ==
        Ids{Desk::id(1), Desk::id(2)});
}

TEST_CASE("json keys: requests that are none, or of nothing that is known, end the stream",
          "[json]") {
  Desk desk;
  for (const Json& request :
       {Json::array(), key("a"), Json::array({7}), Json::array({{{"templateId", kAsset}}}),
        Json::array({key_at("a", nullptr)}), // without an offset in front
        Json::array({{{"templateId", "No:Such"}, {"key", 1}}}),
        Json::array({{{"templateId", kNamed}, {"key", 1}}})}) {
    INFO(request);
    const auto stream = desk.open_stream(read_key_stream, {kAlice});
    std::optional<api::http::CloseCode> close;
    const auto messages = ask(*stream, request, &close);
    REQUIRE(messages.size() == 1);
    CHECK(messages[0]["status"] == 400);
    CHECK(close == 1000);
  }
  // A key of another type is that of no contract.
  const auto stream = desk.open_stream(read_key_stream, {kAlice});
  CHECK(ask(*stream, Json::array({{{"templateId", kAsset}, {"key", 7}}})).size() == 1);
}
