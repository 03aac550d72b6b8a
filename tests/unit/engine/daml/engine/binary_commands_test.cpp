// Commands in binary form: typed by the packages, refused with the ids that clients know.
#include <catch2/catch.hpp>

#include "client_values.hpp"
#include "tenon/core/encoding.hpp"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

constexpr const char* kIou = "#tenon-iou:Iou:Iou";
constexpr const char* kProposal = "#tenon-iou:Iou:Proposal";
constexpr const char* kWrong = "INVALID_ARGUMENT COMMAND_PREPROCESSING_FAILED";

Bytes created_id(const World& world) {
  v1::Event event;
  REQUIRE(event.ParseFromString(world.last().events.at(0).payload));
  REQUIRE(event.has_created());
  return event.created().contract_id();
}

Bytes issue(World& world, const std::string& owner, std::int64_t serial) {
  REQUIRE(world.answer_to({"bank"}, create(kIou, iou_value(owner, serial))) == "");
  return created_id(world);
}

TEST_CASE("daml engine: a command in binary form does what its JSON does", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  World other;
  other.upload(sample_dar("iou"));
  world.accepted({"bank"}, create_iou("bank", "alice", 1));
  REQUIRE(other.answer_to({"bank"}, create(kIou, iou_value("alice", 1))) == "");
  CHECK(other.last().response == world.last().response);
  REQUIRE(other.last().events.size() == 1);
  CHECK(other.last().events[0].payload == world.last().events[0].payload);
  const Bytes id = created_id(other);
  REQUIRE(other.answer_to({"alice"}, exercise(kIou, id, "Transfer",
                                              record({{"newOwner", party("bob")}}))) == "");
  v1::CommandRequest both;
  v1::Command& command = *both.mutable_commands()->add_commands();
  command.set_form(v1::Command::FORM_CREATE_AND_EXERCISE);
  command.set_type(kIou);
  command.set_argument(iou_value("bank", 2).SerializeAsString());
  command.set_choice("Settle");
  command.set_choice_argument(record({{"paid", numeric("100")}}).SerializeAsString());
  CHECK(other.answer_to({"bank"}, both) == "");
  issue(other, "alice", 3);
  CHECK(other.answer_to({"alice"},
                        exercise_by_key(kIou, record({{"", party("bank")}, {"", number(3)}}),
                                        "Settle", record({{"paid", numeric("1")}}))) == "");
}

TEST_CASE("daml engine: fields go by their labels in any order, and by place without",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const auto amount_of = [&](const ClientValue& value) {
    REQUIRE(world.answer_to({"bank"}, create(kIou, value)) == "");
    return world.events()[0]["created"]["payload"];
  };
  const json expected = {{"issuer", "bank"},
                         {"owner", "alice"},
                         {"number", "1"},
                         {"currency", "EUR"},
                         {"amount", "1.5"}};
  CHECK(amount_of(record({{"amount", numeric("1.50000000000000")},
                          {"currency", text("EUR")},
                          {"owner", party("alice")},
                          {"number", number(1)},
                          {"issuer", party("bank")}})) == expected);
  json second = expected;
  second["number"] = "2";
  CHECK(amount_of(record({{"", party("bank")},
                          {"owner", party("alice")},
                          {"", number(2)},
                          {"", text("EUR")},
                          {"", numeric("+01.5")}})) == second);
}

TEST_CASE("daml engine: values that are not of their type are refused", "[daml][engine]") {
  World world;
  const std::string package = world.upload(sample_dar("iou"));
  const auto refusal = [&](const ClientValue& value) {
    return world.answer_to({"bank"}, create(kIou, value));
  };
  const ClientValue issuer = party("bank");
  const ClientValue owner = party("alice");
  CHECK(refusal(record({})) == kWrong);
  CHECK(refusal(text("no record")) == kWrong);
  CHECK(refusal(ClientValue()) == kWrong);
  // One field too few, one too many, one of another name, one twice.
  CHECK(refusal(record({{"", issuer}, {"", owner}, {"", number(1)}, {"", text("EUR")}})) == kWrong);
  CHECK(refusal(record({{"", issuer}, {"", owner}, {"", number(1)}, {"", text("EUR")},
                        {"", numeric("1")}, {"", none()}})) == kWrong);
  CHECK(refusal(record({{"issuer", issuer}, {"owner", owner}, {"count", number(1)},
                        {"currency", text("EUR")}, {"amount", numeric("1")}})) == kWrong);
  CHECK(refusal(record({{"", issuer}, {"issuer", owner}, {"", number(1)}, {"", text("EUR")},
                        {"", numeric("1")}})) == kWrong);
  CHECK(refusal(record({{"issuer", issuer}, {"issuer", owner}, {"number", number(1)},
                        {"currency", text("EUR")}, {"amount", numeric("1")}})) == kWrong);
  // Another kind of number, more digits than the scale has, more than a Numeric has.
  CHECK(refusal(record({{"", issuer}, {"", owner}, {"", number(1)}, {"", text("EUR")},
                        {"", number(1)}})) == kWrong);
  CHECK(refusal(record({{"", issuer}, {"", owner}, {"", numeric("1.")}, {"", text("EUR")},
                        {"", numeric("1")}})) == kWrong);
  for (const char* digits : {"1.00000000001", "10000000000000000000000000000", "1e3", "", "x"})
    CHECK(refusal(iou_value("alice", 1, digits)) == kWrong);
  CHECK(refusal(iou_value("no party!", 1)) == kWrong);
  // The type that the value itself names.
  ClientValue named = iou_value("alice", 1);
  daml::v1::Identifier& type = *named.mutable_record()->mutable_type();
  type.set_package(package);
  type.add_module("Iou");
  type.add_name("Proposal");
  CHECK(refusal(named) == kWrong);
  type.set_name(0, "Iou");
  CHECK(refusal(named) == "");
  // Bytes that are no value.
  v1::CommandRequest request = create(kIou, issuer);
  request.mutable_commands()->mutable_commands(0)->set_argument("no value");
  CHECK(world.answer_to({"bank"}, request) == kWrong);
}

TEST_CASE("daml engine: templates, interfaces, choices and keys that are not there are refused",
          "[daml][engine]") {
  World world;
  const std::string package = world.upload(sample_dar("iou"));
  const Bytes id(33, '\0');
  const ClientValue empty = record({});
  CHECK(world.answer_to({"bank"}, create(std::string(64, '0') + ":M:T", empty)) ==
        "NOT_FOUND PACKAGE_NOT_FOUND");
  CHECK(world.answer_to({"bank"}, create("#nobody:M:T", empty)) == "NOT_FOUND PACKAGE_NOT_FOUND");
  CHECK(world.answer_to({"bank"}, create(package + ":Iou:Nothing", empty)) == kWrong);
  CHECK(world.answer_to({"bank"}, create(package + ":Iou:Asset", empty)) == kWrong);
  CHECK(world.answer_to({"bank"}, exercise(package + ":Iou:Nothing", id, "Archive", empty)) ==
        kWrong);
  CHECK(world.answer_to({"bank"}, exercise(kIou, id, "Nothing", empty)) == kWrong);
  CHECK(world.answer_to({"bank"}, exercise(kIou, id, "Describe", empty)) == kWrong);
  CHECK(world.answer_to({"bank"}, exercise("#tenon-iou:Iou:Asset", id, "Settle", empty)) ==
        kWrong);
  CHECK(world.answer_to({"bank"}, exercise_by_key(kProposal, empty, "Accept", empty)) == kWrong);
  CHECK(world.answer_to({"bank"}, exercise(kIou, id, "Archive", empty)) ==
        "NOT_FOUND CONTRACT_NOT_FOUND");
  CHECK(world.answer_to({"bank"},
                        exercise_by_key(kIou, record({{"", party("bank")}, {"", number(1)}}),
                                        "Archive", empty)) ==
        "NOT_FOUND CONTRACT_KEY_NOT_FOUND");
}

TEST_CASE("daml engine: what is no command in binary form is told so", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  constexpr const char* kMalformed = "INVALID_ARGUMENT MALFORMED_COMMANDS";
  const testkit::MemoryView view(world.state());
  const Parties bank = {"bank"};
  for (const BytesView bytes : {BytesView("\0", 1), BytesView("\0\xff\xff", 3)}) {
    const auto payload = world.engine().prepare(view, bytes, {Hash{}, {}, bank, {}});
    CHECK(code_and_reason(payload.status()) == kMalformed);
  }
  v1::CommandRequest request;
  request.mutable_commands();
  CHECK(world.answer_to(bank, request) == kMalformed);
  request.mutable_commands()->add_commands()->set_type(kIou);
  CHECK(world.answer_to(bank, request) == kMalformed);
  CHECK(world.answer_to(bank, create("Iou", record({}))) == kMalformed);
  CHECK(world.answer_to(bank, exercise(kIou, "no id", "Archive", record({}))) == kMalformed);
  request = create(kIou, iou_value("alice", 1));
  request.mutable_commands()->set_workflow_id("*");
  CHECK(world.answer_to(bank, request) == kMalformed);
  request = create(kIou, iou_value("alice", 1));
  for (int i = 0; i < 1000; ++i)
    *request.mutable_commands()->add_commands() = request.commands().commands(0);
  CHECK(world.answer_to(bank, request) == kMalformed);
}

// A value of any depth: 1 + 2 * `levels` around the last one.
constexpr const char* kNest = R"(language 1.15;
package "nest" "1.0.0";
module M {
  serializable record Nest { next : Optional :Nest }
  serializable record T { p : Party, nest : :Nest }
  template T this {
    signatories = cons Party [get :T p this] (nil Party);
  }
}
)";

TEST_CASE("daml engine: values may be nested a hundred deep and no more", "[daml][engine]") {
  World world;
  world.upload(dar_of(kNest, "nest-1.0.0"));
  const auto nested = [&](int levels) {
    ClientValue nest = record({{"next", none()}});
    for (int i = 0; i < levels; ++i)
      nest = record({{"next", some(nest)}});
    return world.answer_to({"bank"}, create("#nest:M:T", record({{"p", party("bank")},
                                                                 {"nest", nest}})));
  };
  CHECK(nested(49) == "");
  CHECK(nested(50) == kWrong);
  CHECK(nested(55) == kWrong);
  CHECK(nested(200) == kWrong);
}

std::string with_optional(const std::string& version) {
  return "language " + version +
         ";\npackage \"note\" \"1.0.0\";\nmodule M {\n"
         "  serializable record T { p : Party, note : Optional Text, last : Optional Int64 }\n"
         "  template T this {\n    signatories = cons Party [get :T p this] (nil Party);\n  }\n}\n";
}

TEST_CASE("daml engine: optional fields may be missing from language version 1.17 on",
          "[daml][engine]") {
  const ClientValue alone = record({{"p", party("bank")}});
  const ClientValue one_labelled = record({{"last", some(number(1))}, {"p", party("bank")}});
  World old;
  old.upload(dar_of(with_optional("1.15"), "note-1.0.0"));
  CHECK(old.answer_to({"bank"}, create("#note:M:T", alone)) == kWrong);
  World world;
  world.upload(dar_of(with_optional("1.17"), "note-1.0.0"));
  CHECK(world.answer_to({"bank"}, create("#note:M:T", alone)) == "");
  CHECK(world.events()[0]["created"]["payload"]["note"].is_null());
  CHECK(world.answer_to({"bank"}, create("#note:M:T", record({{"", party("bank")}}))) == "");
  CHECK(world.answer_to({"bank"}, create("#note:M:T", one_labelled)) == "");
  CHECK(world.events()[0]["created"]["payload"]["last"] == "1");
  CHECK(world.answer_to({"bank"}, create("#note:M:T", record({{"note", none()}}))) == kWrong);
  const auto with_more = [&](const ClientValue& more) {
    return world.answer_to(
        {"bank"}, create("#note:M:T", record({{"p", party("bank")}, {"more", more}})));
  };
  CHECK(with_more(none()) == "");
  CHECK(with_more(some(number(1))) == kWrong);
  CHECK(with_more(number(1)) == kWrong);
}

TEST_CASE("daml engine: commands need a party to act as, uploads do not", "[daml][engine]") {
  World world;
  v1::CommandRequest upload;
  upload.mutable_upload()->set_dar(sample_dar("token"));
  CHECK(world.answer_to({}, upload) == "");
  CHECK(world.accepted({}, {{"upload", {{"dar", to_base64(sample_dar("iou"))}}}})["packages"]
            .size() == 1);
  constexpr const char* kNobody = "INVALID_ARGUMENT NO_AUTHORITY";
  CHECK(world.answer_to({}, create(kIou, iou_value("alice", 1))) == kNobody);
  CHECK(code_and_reason(world.submit({}, create_iou("bank", "alice", 1)).status()) == kNobody);
  Ordered transaction = world.prepare({"bank"}, create_iou("bank", "alice", 1)).value();
  transaction.act_as.clear();
  CHECK(code_and_reason(world.execute(transaction).status()) == kNobody);
}

TEST_CASE("daml engine: quiet commands have no response, and do the same", "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  v1::CommandRequest request = create(kIou, iou_value("alice", 1));
  request.mutable_commands()->set_quiet(true);
  CHECK(world.submit({"bank"}, request).value().empty());
  CHECK(world.last().events.size() == 1);
  CHECK(world.query({"alice"}, {{"activeContracts", json::object()}}).value()["contracts"].size() ==
        1);
}

TEST_CASE("daml engine: the ledger time is now, or the later one that is asked for",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const auto times = [&](std::int64_t least) {
    v1::CommandRequest request = create(kIou, iou_value("alice", 1));
    request.mutable_commands()->set_ledger_time_us(least);
    request.mutable_commands()->set_submission_time_us(1);
    v1::Payload payload;
    REQUIRE(payload.ParseFromString(world.prepare({"bank"}, request).value().payload));
    return std::pair(payload.commands().submission_time_us(), payload.commands().ledger_time_us());
  };
  const auto now = static_cast<std::int64_t>(world.now_us);
  CHECK(times(0) == std::pair(now, now));
  CHECK(times(now - 1) == std::pair(now, now));
  CHECK(times(now + 5) == std::pair(now, now + 5));
}

TEST_CASE("daml engine: of what is disclosed only what is used must be the ledger's",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const Bytes id = issue(world, "alice", 1);
  const Bytes unused = issue(world, "alice", 2);
  const auto shown = [&](const Bytes& contract, const ClientValue& argument, std::int64_t time,
                         const std::string& key_hash = "") {
    v1::DisclosedContract disclosed;
    disclosed.set_contract_id(contract);
    disclosed.set_template_(kIou);
    disclosed.set_argument(argument.SerializeAsString());
    disclosed.set_created_at_us(time);
    disclosed.set_key_hash(key_hash);
    return disclosed;
  };
  const auto describe = [&](std::initializer_list<v1::DisclosedContract> contracts) {
    v1::CommandRequest request =
        exercise("#tenon-iou:Iou:Asset", id, "Describe", record({{"reader", party("bob")}}));
    for (const v1::DisclosedContract& contract : contracts)
      *request.mutable_commands()->add_disclosed() = contract;
    return world.answer_to({"bob"}, request);
  };
  const auto time = static_cast<std::int64_t>(world.now_us);
  const v1::DisclosedContract good = shown(id, iou_value("alice", 1), time);
  constexpr const char* kInvalid = "FAILED_PRECONDITION DISCLOSED_CONTRACT_INVALID";
  CHECK(describe({}) == "NOT_FOUND CONTRACT_NOT_FOUND");
  CHECK(describe({good}) == "");
  CHECK(describe({shown(id, iou_value("alice", 1), 0)}) == "");
  CHECK(describe({shown(id, iou_value("alice", 1), time + 1)}) == kInvalid);
  CHECK(describe({shown(id, iou_value("alice", 1, "7"), time)}) == kInvalid);
  CHECK(describe({good, shown(unused, iou_value("bob", 7), 1)}) == "");
  CHECK(describe({good, shown(Bytes(33, '\0'), iou_value("bob", 7), 1)}) == "");
  CHECK(describe({good, good}) == kWrong);
  CHECK(describe({shown(id, iou_value("alice", 1), time, "hash"),
                  shown(unused, iou_value("alice", 2), time, "hash")}) == kWrong);
  CHECK(describe({shown(id, record({{"", number(1)}}), time)}) == kWrong);
  REQUIRE(world.answer_to({"bank"}, exercise(kIou, id, "Archive", record({}))) == "");
  CHECK(describe({good}) == "NOT_FOUND CONTRACT_NOT_FOUND");
}

} // namespace
} // namespace tenon::daml::engine::test
