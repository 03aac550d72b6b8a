// Who sees what, and who may use it.
#include <catch2/catch.hpp>

#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

constexpr const char* kIou = "#tenon-iou:Iou:Iou";
constexpr const char* kProposal = "#tenon-iou:Iou:Proposal";

std::vector<std::string> readers_of(World& world, BytesView prefix) {
  for (const auto& [key, entry] : world.state().entries()) {
    if (key.starts_with(prefix))
      return entry.readers;
  }
  return {};
}

TEST_CASE("daml engine: a contract, its key and its events are for its stakeholders",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const Parties stakeholders = {"alice", "bank"};
  CHECK(readers_of(world, "contract/") == stakeholders);
  CHECK(readers_of(world, "key/") == stakeholders);
  CHECK(world.events()[0]["readers"] == stakeholders);
  CHECK(world.query_refused({"bob"}, {{"contract", {{"contractId", iou}}}}) ==
        "CONTRACT_NOT_FOUND");
  CHECK(world.query_refused({"bob"}, {{"contractByKey",
                                       {{"templateId", kIou},
                                        {"key", {{"issuer", "bank"}, {"number", "1"}}}}}}) ==
        "CONTRACT_KEY_NOT_FOUND");
  CHECK(world.query({"bob"}, {{"activeContracts", json::object()}}).value()["contracts"].empty());
}

TEST_CASE("daml engine: whoever does not see a contract cannot tell it from one that is not there",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const json command = exercise(kIou, iou, "Transfer", {{"newOwner", "bob"}});
  const Status hidden = world.submit({"bob"}, command).status();
  std::string other = iou;
  other.back() = other.back() == '0' ? '1' : '0';
  const Status absent =
      world.submit({"bob"}, exercise(kIou, other, "Transfer", {{"newOwner", "bob"}})).status();
  CHECK(reason_of(hidden) == "CONTRACT_NOT_FOUND");
  CHECK(reason_of(absent) == "CONTRACT_NOT_FOUND");
  // Reading as a stakeholder is enough to see it, not to be authorized.
  CHECK(world.refused({"bob"}, command, {"alice"}) == "DAML_AUTHORIZATION_ERROR");
}

TEST_CASE("daml engine: a party gets of a transaction what it witnesses", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const json proposal =
      world.accepted({"alice"}, exercise(kIou, iou, "Transfer", {{"newOwner", "bob"}}))["result"];
  // Bob has a stake in the proposal only; what led there is for those of the IOU.
  const auto events = world.events();
  REQUIRE(events.size() == 2);
  CHECK(events[0]["exercised"]["choice"] == "Transfer");
  CHECK(events[0]["readers"] == Parties{"alice", "bank"});
  CHECK(events[1]["created"]["contractId"] == proposal);
  CHECK(events[1]["readers"] == Parties{"alice", "bank", "bob"});
  CHECK(events[1]["parent"] == 0);
  CHECK(events[0]["parent"].is_null());
}

TEST_CASE("daml engine: a contract that a party is shown can be used by it", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const json payload =
      world.query({"alice"}, {{"contract", {{"contractId", iou}}}}).value()["payload"];
  const json describe = {{"exercise",
                          {{"interfaceId", "#tenon-iou:Iou:Asset"},
                           {"contractId", iou},
                           {"choice", "Describe"},
                           {"argument", {{"reader", "bob"}}}}}};
  CHECK(world.refused({"bob"}, describe) == "CONTRACT_NOT_FOUND");
  const auto shown = [&](const json& argument) {
    return json{{"commands",
                 {{"commands", json::array({describe})},
                  {"disclosedContracts",
                   json::array({{{"contractId", iou},
                                 {"templateId", kIou},
                                 {"payload", argument}}})}}}};
  };
  json changed = payload;
  changed["amount"] = "1000000";
  CHECK(world.refused({"bob"}, shown(changed)) == "DISCLOSED_CONTRACT_INVALID");
  CHECK(world.accepted({"bob"}, shown(payload))["result"] == "100.0 EUR");
  // Whoever acts on a contract is not thereby divulged it.
  CHECK(readers_of(world, "contract/") == Parties{"alice", "bank"});
  CHECK(world.refused({"bob"}, describe) == "CONTRACT_NOT_FOUND");
  world.accepted({"bank"}, exercise(kIou, iou, "Archive"));
  CHECK(world.refused({"bob"}, shown(payload)) == "CONTRACT_NOT_FOUND");
}

// Alice shows Bob her secret by fetching it within a choice that he controls.
constexpr const char* kDivulgence = R"(language 1.15;
package "divulgence" "1.0.0";
module M {
  serializable record Archive {}
  serializable record Secret { owner : Party, text : Text }
  serializable record Read { reader : Party }
  template Secret this {
    signatories = cons Party [get :Secret owner this] (nil Party);
    key Party = get :Secret owner this;
    maintainers = \(owner : Party) -> cons Party [owner] (nil Party);
    consuming choice Archive self (argument : :Archive) : Unit {
      controllers = cons Party [get :Secret owner this] (nil Party);
      update = pure Unit ();
    }
    nonconsuming choice Read self (argument : :Read) : Text {
      controllers = cons Party [get :Read reader argument] (nil Party);
      update = pure Text (get :Secret text this);
    }
  }
  serializable record Show { secret : ContractId :Secret }
  serializable record Window { owner : Party, reader : Party }
  template Window this {
    signatories = cons Party [get :Window owner this] (nil Party);
    observers = cons Party [get :Window reader this] (nil Party);
    consuming choice Show self (argument : :Show) : :Secret {
      controllers = cons Party [get :Window owner this] (nil Party);
      update = fetch :Secret (get :Show secret argument);
    }
  }
}
)";

TEST_CASE("daml engine: a contract that is divulged to a party can be used by it, and is not among "
          "its active ones",
          "[daml][engine]") {
  World world;
  world.upload(dar_of(kDivulgence, "divulgence-1.0.0"));
  const json secret = world.accepted({"alice"}, {{"create",
                                                  {{"templateId", "#divulgence:M:Secret"},
                                                   {"payload",
                                                    {{"owner", "alice"}, {"text", "hush"}}}}}})
                          ["result"];
  const json window = world.accepted({"alice"}, {{"create",
                                                  {{"templateId", "#divulgence:M:Window"},
                                                   {"payload",
                                                    {{"owner", "alice"}, {"reader", "bob"}}}}}})
                          ["result"];
  const json read =
      exercise("#divulgence:M:Secret", secret, "Read", {{"reader", "bob"}});
  CHECK(world.refused({"bob"}, read) == "CONTRACT_NOT_FOUND");
  world.accepted({"alice"},
                 exercise("#divulgence:M:Window", window, "Show", {{"secret", secret}}));
  CHECK(readers_of(world, "contract/") == Parties{"alice", "bob"});
  CHECK(world.accepted({"bob"}, read)["result"] == "hush");
  CHECK(world.query({"bob"}, {{"contract", {{"contractId", secret}}}}).ok());
  CHECK(world.query({"bob"}, {{"activeContracts", json::object()}}).value()["contracts"].empty());
  CHECK(world.refused({"carol"}, exercise("#divulgence:M:Secret", secret, "Read",
                                          {{"reader", "carol"}})) == "CONTRACT_NOT_FOUND");
  // Divulgence shows the contract, not where its key leads; that a transaction has used it tells.
  const json read_by_key = {{"exerciseByKey",
                             {{"templateId", "#divulgence:M:Secret"},
                              {"key", "alice"},
                              {"choice", "Read"},
                              {"argument", {{"reader", "bob"}}}}}};
  CHECK(code_and_reason(world.submit({"bob"}, read_by_key).status()) ==
        "NOT_FOUND CONTRACT_KEY_NOT_FOUND");
  const json both = {{"commands", {{"commands", json::array({read, read_by_key})}}}};
  CHECK(code_and_reason(world.submit({"bob"}, both).status()) ==
        "FAILED_PRECONDITION DAML_INTERPRETATION_ERROR");
  world.accepted({"alice"}, exercise("#divulgence:M:Secret", secret, "Archive"));
  CHECK(world.state().index().empty());
  for (const auto& [key, entry] : world.state().entries())
    CHECK_FALSE((key.starts_with("seen/") || key.starts_with("contract/")));
}

TEST_CASE("daml engine: commands may leave out what was divulged up to a time, until it is "
          "divulged again",
          "[daml][engine]") {
  World world;
  world.upload(dar_of(kDivulgence, "divulgence-1.0.0"));
  const auto create = [&](const char* name, const json& payload) {
    return world.accepted({"alice"},
                          {{"create",
                            {{"templateId", std::string("#divulgence:M:") + name},
                             {"payload", payload}}}})["result"];
  };
  const json secret = create("Secret", {{"owner", "alice"}, {"text", "hush"}});
  const auto show = [&] {
    const json window = create("Window", {{"owner", "alice"}, {"reader", "bob"}});
    world.now_us += 1'000;
    world.accepted({"alice"},
                   exercise("#divulgence:M:Window", window, "Show", {{"secret", secret}}));
  };
  const auto read_by = [&](const char* reader, const char* after) {
    const json read = exercise("#divulgence:M:Secret", secret, "Read", {{"reader", reader}});
    return world.refused({reader}, {{"commands",
                                     {{"commands", json::array({read})},
                                      {"divulgedAfter", after}}}});
  };
  show(); // at 22:13:20.001
  CHECK(read_by("bob", "2023-11-14T22:13:20.000999Z").empty());
  CHECK(read_by("bob", "2023-11-14T22:13:20.001Z") == "CONTRACT_NOT_FOUND");
  CHECK(read_by("alice", "2023-11-14T22:13:20.001Z").empty()); // it is hers
  show();
  CHECK(readers_of(world, "contract/") == Parties{"alice", "bob"});
  CHECK(read_by("bob", "2023-11-14T22:13:20.001Z").empty());
  CHECK(read_by("bob", "2023-11-14T22:13:20.002Z") == "CONTRACT_NOT_FOUND");
  CHECK(read_by("bob", "no time") == "BAD_COMMAND");
}

// Bob looks for a key of Alice's, by himself and for her.
constexpr const char* kProbe = R"(language 1.15;
package "probe" "1.0.0";
module M {
  serializable record Key { owner : Party, name : Text }
  template Key this {
    signatories = cons Party [get :Key owner this] (nil Party);
    key :Key = this;
    maintainers = \(key : :Key) -> cons Party [get :Key owner key] (nil Party);
  }
  value look : :Key -> Update Bool =
    \(key : :Key) ->
      do {
        found : Optional (ContractId :Key) <- lookup_by_key :Key key;
        pure Bool (case found of { none -> false; some _ -> true })
      };
  serializable record Prober { by : Party }
  template Prober this {
    signatories = cons Party [get :Prober by this] (nil Party);
    nonconsuming choice Look self (argument : :Key) : Bool {
      controllers = cons Party [get :Prober by this] (nil Party);
      update = :look argument;
    }
  }
  serializable record Delegation { owner : Party, delegate : Party }
  template Delegation this {
    signatories = cons Party [get :Delegation owner this] (nil Party);
    observers = cons Party [get :Delegation delegate this] (nil Party);
    nonconsuming choice Look self (argument : :Key) : Bool {
      controllers = cons Party [get :Delegation delegate this] (nil Party);
      update = :look argument;
    }
  }
}
)";

TEST_CASE("daml engine: whether a key leads anywhere is for those that it concerns to know",
          "[daml][engine]") {
  World world;
  world.upload(dar_of(kProbe, "probe-1.0.0"));
  const auto create = [&](const std::string& party, const char* type, const json& payload) {
    return world.accepted({party}, {{"create", {{"templateId", type}, {"payload", payload}}}})
        ["result"];
  };
  const json known = {{"owner", "alice"}, {"name", "known"}};
  const json other = {{"owner", "alice"}, {"name", "other"}};
  const std::string id = create("alice", "#probe:M:Key", known);
  const json prober = create("bob", "#probe:M:Prober", {{"by", "bob"}});
  const json delegation =
      create("alice", "#probe:M:Delegation", {{"owner", "alice"}, {"delegate", "bob"}});
  // Without the maintainer's authority the answer is the same either way.
  const Status found =
      world.submit({"bob"}, exercise("#probe:M:Prober", prober, "Look", known)).status();
  const Status nothing =
      world.submit({"bob"}, exercise("#probe:M:Prober", prober, "Look", other)).status();
  CHECK(reason_of(nothing) == "DAML_AUTHORIZATION_ERROR");
  CHECK(found.to_string() == nothing.to_string());
  // With it Bob learns that his look-up was wrong, not to which contract the key leads.
  const Status hidden =
      world.submit({"bob"}, exercise("#probe:M:Delegation", delegation, "Look", known)).status();
  CHECK(code_and_reason(hidden) == "FAILED_PRECONDITION INCONSISTENT_CONTRACT_KEY");
  CHECK(hidden.message().find(id) == std::string::npos);
  CHECK(world.accepted({"bob"}, exercise("#probe:M:Delegation", delegation, "Look", other))
            ["result"] == false);
  // Whoever sees the contract finds it.
  CHECK(world.accepted({"bob"}, exercise("#probe:M:Delegation", delegation, "Look", known),
                       {"alice"})["result"] == true);
}

TEST_CASE("daml engine: a client node decides nothing by what it does not hold", "[daml][engine]") {
  World world;
  world.client_node = true;
  world.restart();
  world.upload(sample_dar("iou"));
  const std::string id = "00" + std::string(64, 'a');
  // The contract may be on the replicas: the commands go there.
  CHECK(world.prepare({"bob"}, exercise(kProposal, id, "Accept")).ok());
  // What is wrong by itself need not.
  CHECK(reason_of(world.prepare({"alice"}, create_iou("bank", "alice", 1)).status()) ==
        "DAML_AUTHORIZATION_ERROR");
  CHECK(reason_of(world.prepare({"bank"}, create_iou("bank", "alice", 1, "0")).status()) ==
        "DAML_INTERPRETATION_ERROR");
}

} // namespace
} // namespace tenon::daml::engine::test
