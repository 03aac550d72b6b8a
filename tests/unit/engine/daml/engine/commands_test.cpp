// What commands do to the state, and what they tell.
#include <catch2/catch.hpp>

#include "engine/state_keys.hpp"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

constexpr const char* kIou = "#tenon-iou:Iou:Iou";
constexpr const char* kProposal = "#tenon-iou:Iou:Proposal";

// A template of two interfaces that both have a choice Look.
constexpr const char* kTwoInterfaces = R"(language 1.15;
package "two-interfaces" "1.0.0";
module M {
  serializable record Both { owner : Party }
  serializable record Empty {}
  serializable record Archive {}
  serializable record Look {}

  interface_type Left;
  interface Left this {
    view :Empty;
    method who : Party;
    nonconsuming choice Look self (argument : :Look) : Text {
      controllers = cons Party [call_interface :Left who this] (nil Party);
      update = pure Text "Left";
    }
  }

  interface_type Right;
  interface Right this {
    view :Empty;
    method who : Party;
    nonconsuming choice Look self (argument : :Look) : Text {
      controllers = cons Party [call_interface :Right who this] (nil Party);
      update = pure Text "Right";
    }
  }

  template Both this {
    precondition = true;
    signatories = cons Party [get :Both owner this] (nil Party);
    observers = nil Party;
    consuming choice Archive self (argument : :Archive) : Unit {
      controllers = cons Party [get :Both owner this] (nil Party);
      update = pure Unit ();
    }
    implements :Left { method who = get :Both owner this; view = record :Empty {}; }
    implements :Right { method who = get :Both owner this; view = record :Empty {}; }
  }
}
)";

std::size_t count_keys(World& world, BytesView prefix) {
  std::size_t count = 0;
  for (const auto& [key, entry] : world.state().entries())
    count += key.starts_with(prefix) ? 1 : 0;
  return count;
}

TEST_CASE("daml engine: an IOU is issued, transferred by offer and acceptance, and settled",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const json proposal =
      world.accepted({"alice"}, exercise(kIou, iou, "Transfer", {{"newOwner", "bob"}}))["result"];
  const json moved = world.accepted({"bob"}, exercise(kProposal, proposal, "Accept"));
  CHECK(moved["archived"] == json::array({proposal}));
  const json settled = world.accepted(
      {"bob"}, exercise(kIou, moved["result"], "Settle", {{"paid", "40.5"}}));
  const json left =
      world.query({"bob"}, {{"contract", {{"contractId", settled["result"]}}}}).value();
  CHECK(left["payload"] == json({{"issuer", "bank"},
                                 {"owner", "bob"},
                                 {"number", "1"},
                                 {"currency", "EUR"},
                                 {"amount", "59.5"}}));
  const json done = world.accepted(
      {"bob"}, exercise(kIou, settled["result"], "Settle", {{"paid", "59.5"}}));
  CHECK(done["result"].is_null());
  CHECK(count_keys(world, "contract/") == 0);
  CHECK(count_keys(world, "key/") == 0);
  CHECK(world.state().index().empty());
}

TEST_CASE("daml engine: a contract that is archived cannot be used again", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  world.accepted({"bank"}, exercise(kIou, iou, "Archive"));
  CHECK(world.refused({"bank"}, exercise(kIou, iou, "Archive")) == "CONTRACT_NOT_FOUND");
}

TEST_CASE("daml engine: whoever does not sign or control is not authorized", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  CHECK(world.refused({"alice"}, create_iou("bank", "alice", 1)) == "DAML_AUTHORIZATION_ERROR");
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  CHECK(world.refused({"bank"}, exercise(kIou, iou, "Transfer", {{"newOwner", "bob"}})) ==
        "DAML_AUTHORIZATION_ERROR");
}

TEST_CASE("daml engine: a key has one active contract, and is found by it", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 7))["result"];
  CHECK(world.refused({"bank"}, create_iou("bank", "bob", 7)) == "DUPLICATE_CONTRACT_KEY");
  const json key = {{"issuer", "bank"}, {"number", 7}};
  const json by_that_key = {{"contractByKey", {{"templateId", kIou}, {"key", key}}}};
  const json found = world.query({"alice"}, by_that_key).value();
  CHECK(found["contractId"] == iou);
  CHECK(found["key"] == json({{"issuer", "bank"}, {"number", "7"}}));
  const json by_key = {{"exerciseByKey",
                        {{"templateId", kIou},
                         {"key", key},
                         {"choice", "Settle"},
                         {"argument", {{"paid", "1"}}}}}};
  world.accepted({"alice"}, by_key);
  CHECK(world.query({"alice"}, by_that_key).value()["payload"]["amount"] == "99.0");
  world.accepted({"bank"}, {{"exerciseByKey",
                             {{"templateId", kIou}, {"key", key}, {"choice", "Archive"}}}});
  CHECK(world.refused({"alice"}, by_key) == "CONTRACT_KEY_NOT_FOUND");
  world.accepted({"bank"}, create_iou("bank", "bob", 7));
}

TEST_CASE("daml engine: an exception that is caught undoes what it must, and is not told",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  CHECK(world.refused({"alice"}, exercise(kIou, iou, "Settle", {{"paid", "1000"}})) ==
        "DAML_INTERPRETATION_ERROR");
  const json tried =
      world.accepted({"alice"}, exercise(kIou, iou, "SettleIfRight", {{"paid", "1000"}}));
  CHECK(tried["result"] == iou);
  CHECK(tried["archived"].empty());
  REQUIRE(world.events().size() == 1);
  CHECK(world.events()[0]["exercised"]["choice"] == "SettleIfRight");
  CHECK(world.query({"alice"}, {{"contract", {{"contractId", iou}}}}).ok());
}

TEST_CASE("daml engine: a choice of an interface is exercised on its instance", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1, "2.5"))["result"];
  const json told = world.accepted({"alice"}, {{"exercise",
                                                {{"interfaceId", "#tenon-iou:Iou:Asset"},
                                                 {"contractId", iou},
                                                 {"choice", "Describe"},
                                                 {"argument", {{"reader", "alice"}}}}}});
  CHECK(told["result"] == "2.5 EUR");
  CHECK(world.events()[0]["exercised"]["interfaceId"].get<std::string>().ends_with(":Iou:Asset"));
}

TEST_CASE("daml engine: a choice that only an interface declares is found by the template too",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1, "2.5"))["result"];
  const json told =
      world.accepted({"alice"}, exercise(kIou, iou, "Describe", {{"reader", "alice"}}));
  CHECK(told["result"] == "2.5 EUR");
  CHECK(world.events()[0]["exercised"]["interfaceId"].get<std::string>().ends_with(":Iou:Asset"));
  // The template's own choices come first, though interfaces have one of that name.
  world.accepted({"bank", "alice"}, exercise(kIou, iou, "Archive"));
  CHECK_FALSE(world.events()[0]["exercised"].contains("interfaceId"));
}

TEST_CASE("daml engine: a choice that two interfaces of a template declare is found by neither",
          "[daml][engine]") {
  World world;
  world.upload(dar_of(kTwoInterfaces, "two-interfaces-1.0.0"));
  const std::string type = "#two-interfaces:M:Both";
  const json both =
      world.accepted({"alice"}, {{"create",
                                  {{"templateId", type}, {"payload", {{"owner", "alice"}}}}}})
          ["result"];
  CHECK(world.refused({"alice"}, exercise(type, both, "Look")) == "UNKNOWN_CHOICE");
  for (const char* const interface : {"Left", "Right"}) {
    const json told = world.accepted(
        {"alice"}, {{"exercise",
                     {{"interfaceId", std::string("#two-interfaces:M:") + interface},
                      {"contractId", both},
                      {"choice", "Look"},
                      {"argument", json::object()}}}});
    CHECK(told["result"] == interface);
  }
}

TEST_CASE("daml engine: commands of one submission happen all or not at all", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json both = {{"commands",
                      {{"commands", json::array({create_iou("bank", "alice", 1),
                                                 create_iou("bank", "bob", 2)})},
                       {"workflowId", "issue"}}}};
  CHECK(world.accepted({"bank"}, both)["created"].size() == 2);
  CHECK(world.events()[1]["workflowId"] == "issue");
  const json half = {{"commands",
                      {{"commands", json::array({create_iou("bank", "alice", 3),
                                                 create_iou("bank", "bob", 2)})}}}};
  CHECK(world.refused({"bank"}, half) == "DUPLICATE_CONTRACT_KEY");
  CHECK(count_keys(world, "contract/") == 2);
}

TEST_CASE("daml engine: create-and-exercise leaves nothing but a tombstone behind",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  json command = create_iou("bank", "bank", 1, "5");
  command = {{"createAndExercise",
              {{"templateId", kIou},
               {"payload", command["create"]["payload"]},
               {"choice", "Settle"},
               {"argument", {{"paid", "5"}}}}}};
  const json done = world.accepted({"bank"}, command);
  CHECK(done["created"].empty());
  CHECK(done["archived"].empty());
  CHECK(count_keys(world, "contract/") == 0);
  CHECK(count_keys(world, "archived/") == 1);
  CHECK(world.events().size() == 2);
}

TEST_CASE("daml engine: the times of a submission must be near the block's", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const Ordered transaction = world.prepare({"bank"}, create_iou("bank", "alice", 1)).value();
  constexpr std::uint64_t kSkewUs = 30'000'000;
  for (const std::uint64_t record_time_us :
       {world.now_us - kSkewUs - 1, world.now_us + kSkewUs + 1}) {
    world.record_time_us = record_time_us;
    CHECK(reason_of(world.execute(transaction).status()) == "INVALID_LEDGER_TIME");
  }
  for (const std::uint64_t record_time_us : {world.now_us - kSkewUs, world.now_us + kSkewUs}) {
    world.record_time_us = record_time_us;
    const auto result = world.execute(transaction);
    REQUIRE(result.ok());
    CHECK(result->min_time_us == world.now_us - kSkewUs);
    CHECK(result->max_time_us == world.now_us + kSkewUs);
  }
}

TEST_CASE("daml engine: an id that was given is not given again while it could be",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const Ordered transaction = world.prepare({"bank"}, create_iou("bank", "alice", 1)).value();
  const auto first = world.execute(transaction);
  REQUIRE(first.ok());
  world.state().apply(*first);
  CHECK(reason_of(world.execute(transaction).status()) == "INCONSISTENT_CONTRACTS");
  const json iou = json::parse(first->response)["result"];
  world.accepted({"bank"}, exercise(kIou, iou, "Archive"));
  CHECK(reason_of(world.execute(transaction).status()) == "INCONSISTENT_CONTRACTS");
  // The tombstone stays until no block can have the transaction any more.
  for (const plugin::EngineWrite& write : world.last().writes) {
    if (write.key.starts_with("archived/"))
      CHECK(write.expires_at_us > world.now_us + 2 * 30'000'000u);
  }
}

TEST_CASE("daml engine: a party without a part on the ledger has none in a transaction",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  CHECK(world.refused({"bank"}, create_iou("bank", "nobody", 1)) == "PARTY_NOT_KNOWN_ON_LEDGER");
}

} // namespace
} // namespace tenon::daml::engine::test
