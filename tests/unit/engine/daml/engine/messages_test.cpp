// What refusals say: client programs of Daml ledgers look for these words.
#include <catch2/catch.hpp>

#include "client_values.hpp"
#include "tenon/core/encoding.hpp"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

constexpr const char* kIou = "#tenon-iou:Iou:Iou";
constexpr const char* kProposal = "#tenon-iou:Iou:Proposal";

Bytes issue(World& world, std::int64_t number) {
  REQUIRE(world.answer_to({"bank"}, create(kIou, iou_value("alice", number))) == "");
  v1::Event event;
  REQUIRE(event.ParseFromString(world.last().events.at(0).payload));
  return event.created().contract_id();
}

v1::DisclosedContract disclosed(const Bytes& id, std::int64_t number, const std::string& key_hash) {
  v1::DisclosedContract contract;
  contract.set_contract_id(id);
  contract.set_template_(kIou);
  contract.set_argument(iou_value("alice", number).SerializeAsString());
  contract.set_key_hash(key_hash);
  return contract;
}

TEST_CASE("daml engine: a refusal says what it is about in the words that clients look for",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const Bytes id = issue(world, 1);
  const Bytes other = issue(world, 2);
  const ClientValue empty = record({});
  const auto refusal = [&](const Parties& parties, const v1::CommandRequest& command) {
    return world.submit(parties, command).status().message();
  };
  const Bytes unknown(33, '\0');
  CHECK(refusal({"bank"}, exercise(kIou, unknown, "Archive", empty))
            .starts_with("CONTRACT_NOT_FOUND: Contract could not be found with id " +
                         to_hex(unknown)));
  CHECK(refusal({"bank"}, exercise_by_key(kIou, record({{"", party("bank")}, {"", number(3)}}),
                                          "Archive", empty))
            .starts_with("CONTRACT_KEY_NOT_FOUND: dependency error: couldn't find key"));
  CHECK(refusal({"bank"}, create(kIou, iou_value("alice", 1)))
            .starts_with("DUPLICATE_CONTRACT_KEY: DuplicateKey: contract key is not unique"));
  CHECK(refusal({"alice"}, exercise(kProposal, id, "Archive", empty))
            .starts_with("DAML_INTERPRETER_INVALID_ARGUMENT: wrongly typed contract id " +
                         to_hex(id)));
  CHECK(refusal({"bank"}, exercise(kIou, id, "Nothing", empty))
            .starts_with("COMMAND_PREPROCESSING_FAILED: unknown choice Nothing"));
  CHECK(refusal({"bank"}, create(kIou, iou_value("nobody", 3)))
            .starts_with("PARTY_NOT_KNOWN_ON_LEDGER: Party not known on ledger: nobody"));

  const std::string duplicate =
      "COMMAND_PREPROCESSING_FAILED: Preprocessor encountered a duplicate disclosed contract ";
  v1::CommandRequest twice = exercise(kIou, id, "Archive", empty);
  *twice.mutable_commands()->add_disclosed() = disclosed(id, 1, "");
  *twice.mutable_commands()->add_disclosed() = disclosed(id, 1, "");
  CHECK(refusal({"bank"}, twice) == duplicate + "ID ContractId(" + to_hex(id) + ")");
  v1::CommandRequest same_key = exercise(kIou, id, "Archive", empty);
  *same_key.mutable_commands()->add_disclosed() = disclosed(id, 1, "hash");
  *same_key.mutable_commands()->add_disclosed() = disclosed(other, 2, "hash");
  CHECK(refusal({"bank"}, same_key) == duplicate + "key hash " + to_hex("hash"));
}

} // namespace
} // namespace tenon::daml::engine::test
