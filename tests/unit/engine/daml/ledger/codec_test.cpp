// The encoding: identity over random transactions, the fields of each version, and bytes that are
// cut short, flipped, repeated, out of order or hostile.
#include <random>

#include "ledger/normal_form.hpp"
#include "ledger/replay.hpp"
#include "ledger/transaction_codec.hpp"
#include "ledger/well_formed.hpp"
#include "paint_offer.hpp"
#include "random_transaction.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml/ledger/v1/transaction.pb.h"

namespace tenon::daml::ledger {
namespace {

v1::Transaction message_of(const Transaction& transaction) {
  v1::Transaction message;
  REQUIRE(message.ParseFromString(encode_transaction(transaction).value()));
  return message;
}

v1::Node node_of(const v1::Transaction& message, int index) {
  v1::Node node;
  REQUIRE(node.ParseFromString(message.nodes(index)));
  return node;
}

// What is said of the paint offer once `change` has been at the message of a node.
std::string refusal(int index, const std::function<void(v1::Node&)>& change) {
  v1::Transaction message = message_of(accept_paint_offer().transaction);
  v1::Node node = node_of(message, index);
  change(node);
  message.set_nodes(index, node.SerializeAsString());
  const auto decoded = decode_transaction(message.SerializeAsString());
  REQUIRE_FALSE(decoded.ok());
  const bool version = decoded.status().code() == Code::kUnimplemented;
  CHECK((version || decoded.status().code() == Code::kInvalidArgument));
  return decoded.status().message();
}

std::string refusal(const std::function<void(v1::Transaction&)>& change) {
  v1::Transaction message = message_of(accept_paint_offer().transaction);
  change(message);
  const auto decoded = decode_transaction(message.SerializeAsString());
  REQUIRE_FALSE(decoded.ok());
  return decoded.status().message();
}

TEST_CASE("transaction codec: what is read is what was written (random transactions)",
          "[daml][ledger][codec][property]") {
  for (std::uint64_t number = 0; number < 300; ++number) {
    INFO(number);
    const Transaction transaction = random_transaction(number).finished.transaction;
    const Bytes bytes = encode_transaction(transaction).value();
    const auto decoded = decode_transaction(bytes);
    INFO(decoded.status().message());
    REQUIRE(decoded.ok());
    CHECK(find_difference(transaction, *decoded) == std::nullopt);
    CHECK(encode_transaction(*decoded).value() == bytes);
    for (std::size_t i = 0; i < transaction.nodes.size(); ++i) {
      const Bytes node =
          encode_node(node_id(i), transaction.nodes[i], transaction.version).value();
      const PlacedNode placed = decode_node(node, transaction.version).value();
      CHECK(placed.id == node_id(i));
      CHECK(encode_node(placed.id, placed.node, transaction.version).value() == node);
    }
  }
}

TEST_CASE("transaction codec: an empty transaction is one", "[daml][ledger][codec]") {
  const Bytes bytes = encode_transaction(Transaction{}).value();
  CHECK(to_hex(bytes) == "0a023130"); // version "10"
  CHECK(decode_transaction(bytes)->nodes.empty());
  CHECK(decode_transaction("").status().message() == "transaction: no version");
}

TEST_CASE("transaction codec: fields stand where the version has them", "[daml][ledger][codec]") {
  const auto encoded = [](TransactionVersion version, TransactionVersion other) {
    Script script("A");
    const ContractId iou = script.create({.signatories = "A", .maintainers = "A",
                                          .version = version});
    script.exercise(iou, {.controllers = "A", .consuming = false, .by_key = true});
    script.create({.signatories = "A", .version = other});
    return message_of(script.finish().transaction);
  };
  {
    const auto message = encoded(TransactionVersion::k10, TransactionVersion::k10);
    CHECK(message.version() == "10");
    const v1::Node create = node_of(message, 0);
    CHECK(create.version().empty());
    CHECK(create.create().has_instance());
    CHECK_FALSE(create.create().has_template_());
    CHECK(create.create().instance().agreement() == "agreed");
    CHECK_FALSE(create.create().key().versioned_value().empty());
    CHECK(create.create().key().value().empty());
    const v1::Node exercise = node_of(message, 1);
    CHECK(exercise.exercise().argument().empty());
    CHECK_FALSE(exercise.exercise().versioned_argument().empty());
    CHECK_FALSE(exercise.exercise().by_key());
  }
  {
    const auto message = encoded(TransactionVersion::k12, TransactionVersion::k14);
    CHECK(message.version() == "14");
    const v1::Node create = node_of(message, 0);
    CHECK(create.version() == "12");
    CHECK_FALSE(create.create().has_instance());
    CHECK(create.create().template_().name(0) == "Iou");
    CHECK_FALSE(create.create().argument().empty());
    CHECK(node_of(message, 2).version() == "14");
  }
  {
    const auto message = encoded(TransactionVersion::k17, TransactionVersion::k10);
    const v1::Node create = node_of(message, 0);
    CHECK(create.create().package_name() == "main");
    CHECK_FALSE(create.create().key().named_by_package_id());
    CHECK(node_of(message, 1).exercise().creation_package() == "pkg");
    CHECK(node_of(message, 1).exercise().by_key());
    CHECK(node_of(message, 2).version() == "10");
    CHECK(node_of(message, 2).create().has_instance());
  }
}

TEST_CASE("transaction codec: a key may name its template by package id in newer nodes",
          "[daml][ledger][codec]") {
  Script script("A");
  const ContractId old = script.given("old", {.signatories = "A", .maintainers = "A"});
  const Contract& contract = script.contract(old);
  const ExerciseStep step{old,
                          PackageName::literal("main"),
                          PackageId::literal("pkg"),
                          contract.template_id,
                          template_id("Face"),
                          Name::literal("Act"),
                          true,
                          false,
                          parties("A"),
                          {},
                          std::nullopt,
                          Value(),
                          TransactionVersion::k17};
  REQUIRE(script.builder().begin_exercise(step, contract).ok());
  REQUIRE(script.builder().end_exercise(Value()).ok());
  const Transaction transaction = script.finish().transaction;
  const auto message = message_of(transaction);
  CHECK(node_of(message, 0).exercise().key().named_by_package_id());
  const Transaction decoded = decode_transaction(message.SerializeAsString()).value();
  CHECK(key_of(decoded.nodes[0])->key.hash == contract.key->key.hash);
  CHECK(find_difference(transaction, decoded) == std::nullopt);
}

TEST_CASE("transaction codec: nodes that do not fit their places are refused",
          "[daml][ledger][codec]") {
  CHECK(refusal(2, [](v1::Node& n) { n.set_id("1"); }) == "nodes[2]: its id is 1; expected its "
                                                          "place");
  CHECK(refusal(2, [](v1::Node& n) { n.set_id("x"); })
            .starts_with("nodes[2]: the id of a node: expected its place as a decimal number"));
  CHECK(refusal(2, [](v1::Node& n) { n.set_id("02"); }).starts_with("nodes[2]: the id of a node"));
  CHECK(refusal(2, [](v1::Node& n) { n.set_id("4294967296"); })
            .starts_with("nodes[2]: the id of a node"));
  // A cycle, a node twice, a node that is not there, a node that nothing leads to.
  CHECK(refusal(1, [](v1::Node& n) { n.mutable_exercise()->set_children(0, "0"); }) ==
        "child of node 1: node 0 stands here; it was reached before (a cycle, or two nodes around "
        "one)");
  CHECK(refusal(0, [](v1::Node& n) { n.mutable_exercise()->add_children("3"); })
            .find("it was reached before") != std::string::npos);
  CHECK(refusal(0, [](v1::Node& n) { n.mutable_exercise()->set_children(1, "9"); })
            .ends_with("there are only 4 nodes"));
  CHECK(refusal(0, [](v1::Node& n) { n.mutable_exercise()->mutable_children()->RemoveLast(); }) ==
        "node 3 is neither a root nor the child of another node");
  CHECK(refusal([](v1::Transaction& t) { t.clear_roots(); }) ==
        "node 0 is neither a root nor the child of another node");
  CHECK(refusal([](v1::Transaction& t) { t.add_roots("0"); })
            .find("it was reached before") != std::string::npos);
  CHECK(refusal([](v1::Transaction& t) { t.set_roots(0, "1"); }) ==
        "root: node 1 stands here; expected node 0");
  CHECK(refusal([](v1::Transaction& t) { t.set_roots(0, ""); })
            .starts_with("roots[0]: the id of a node"));
  CHECK(refusal([](v1::Transaction& t) { std::swap(*t.mutable_nodes(2), *t.mutable_nodes(3)); })
            .starts_with("nodes[2]: its id is 3"));
}

TEST_CASE("transaction codec: facts that are missing or wrong are told with their place",
          "[daml][ledger][codec]") {
  const auto exercise = [](const std::function<void(v1::Exercise&)>& change) {
    return refusal(0, [&](v1::Node& node) { change(*node.mutable_exercise()); });
  };
  const auto create = [](const std::function<void(v1::Create&)>& change) {
    return refusal(2, [&](v1::Node& node) { change(*node.mutable_create()); });
  };
  CHECK(exercise([](v1::Exercise& e) { e.clear_template_(); }) ==
        "nodes[0]: exercise: template: missing");
  CHECK(exercise([](v1::Exercise& e) { e.clear_contract(); }) ==
        "nodes[0]: exercise: contract: missing");
  CHECK(exercise([](v1::Exercise& e) { e.mutable_contract()->set_id("00ff"); })
            .starts_with("nodes[0]: exercise: contract: contract id"));
  CHECK(exercise([](v1::Exercise& e) { e.clear_choice(); })
            .starts_with("nodes[0]: exercise: choice: "));
  CHECK(exercise([](v1::Exercise& e) { e.clear_argument(); })
            .starts_with("nodes[0]: exercise: argument: "));
  CHECK(exercise([](v1::Exercise& e) { e.set_result("\xff"); })
            .starts_with("nodes[0]: exercise: result: "));
  CHECK(exercise([](v1::Exercise& e) { e.clear_actors(); })
            .ends_with("node 0 (exercise of Accept on Main:PaintOffer): no actors"));
  CHECK(exercise([](v1::Exercise& e) { e.set_actors(0, "\xc3"); })
            .starts_with("nodes[0]: exercise: actors[0]: party"));
  CHECK(exercise([](v1::Exercise& e) { e.add_stakeholders("Bob"); })
            .starts_with("nodes[0]: exercise: stakeholders[2]: \"Bob\"; expected a party greater "
                         "than the one before"));
  CHECK(exercise([](v1::Exercise& e) { e.add_signatories("Painter"); })
            .find("signatories[1]: \"Painter\"; expected a party greater") != std::string::npos);
  CHECK(exercise([](v1::Exercise& e) { e.add_signatories("Zoe"); })
            .ends_with("are not all among the stakeholders Alice, Painter"));
  CHECK(exercise([](v1::Exercise& e) { e.set_children(0, "-1"); })
            .starts_with("nodes[0]: exercise: children[0]: the id of a node"));
  CHECK(exercise([](v1::Exercise& e) { e.set_by_key(true); }).ends_with("but it has none"));
  CHECK(exercise([](v1::Exercise& e) { e.set_package_name("main"); })
            .find("a package name in a node of version 15") != std::string::npos);
  CHECK(create([](v1::Create& c) { c.set_agreement("\x80"); })
            .starts_with("nodes[2]: create: agreement"));
  CHECK(create([](v1::Create& c) { c.mutable_key(); })
            .starts_with("nodes[2]: create: key.value: "));
  // A field of older versions is one that is not known.
  CHECK(create([](v1::Create& c) { c.mutable_instance()->set_agreement("x"); })
            .starts_with("nodes[2]: the bytes differ from the one encoding of what they tell"));
  CHECK(refusal(2, [](v1::Node& n) { n.clear_content(); }) == "nodes[2]: no content");
  CHECK(refusal(2, [](v1::Node& n) { n.set_version("17"); }) ==
        "nodes[2]: version: version 17 in a transaction of version 15");
  CHECK(refusal(2, [](v1::Node& n) { n.clear_version(); })
            .starts_with("nodes[2]: version: transaction version \"\" is not known"));
  CHECK(refusal([](v1::Transaction& t) { t.set_version("16"); })
            .starts_with("transaction version \"16\" is not known"));
  CHECK(refusal([](v1::Transaction& t) { t.set_version("17"); }) ==
        "transaction version 17; the newest version of its nodes is 15");
}

TEST_CASE("transaction codec: a contract id in a key is refused", "[daml][ledger][codec]") {
  Script script("A");
  script.create({.signatories = "A", .maintainers = "A"});
  v1::Transaction message = message_of(script.finish().transaction);
  Script other("A");
  other.create({.signatories = "A", .argument = Value::contract_id(given_id("x"))});
  const v1::Node donor = node_of(message_of(other.finish().transaction), 0);
  v1::Node node = node_of(message, 0);
  node.mutable_create()->mutable_key()->set_value(donor.create().argument());
  message.set_nodes(0, node.SerializeAsString());
  CHECK(decode_transaction(message.SerializeAsString())
            .status()
            .message()
            .starts_with("nodes[0]: create: key: "));
}

TEST_CASE("transaction codec: rollbacks that are not in normal form are refused",
          "[daml][ledger][codec]") {
  Script script("A");
  script.undone([&] {
    script.create({.signatories = "A"});
    script.undone([&] { script.create({.signatories = "A"}); });
    script.create({.signatories = "A"});
  });
  const Transaction transaction = script.finish().transaction;
  REQUIRE(sketch(transaction) == "R(C R(C) C)");
  v1::Transaction message = message_of(transaction);
  v1::Node outer = node_of(message, 0);
  outer.mutable_rollback()->mutable_children()->RemoveLast();
  message.set_nodes(0, outer.SerializeAsString());
  message.add_roots("4");
  CHECK(decode_transaction(message.SerializeAsString()).status().message() ==
        "node 0: a rollback that ends with a rollback");
  CHECK(encode_transaction({TransactionVersion::k14, {node_id(0)}, {Node(Rollback{})}})
            .status()
            .message() == "node 0: a rollback without children");
}

TEST_CASE("transaction codec: what cannot be written is refused", "[daml][ledger][codec]") {
  Transaction transaction = accept_paint_offer().transaction;
  std::get<Exercise>(transaction.nodes[0]).choice_authorizers = parties("Alice");
  CHECK(encode_transaction(transaction).status().message().ends_with(
      "choice authorizers, which no version up to 17 carries"));
  transaction = accept_paint_offer().transaction;
  std::get<Create>(transaction.nodes[2]).argument =
      Value::text(std::string(kMaxEncodedNodeSize, 'x'));
  CHECK(encode_transaction(transaction).status().code() == Code::kResourceExhausted);
  CHECK(decode_transaction(Bytes(kMaxEncodedTransactionSize + 1, '\0')).status().code() ==
        Code::kResourceExhausted);
  CHECK(decode_node(Bytes(kMaxEncodedNodeSize + 1, '\0'), TransactionVersion::k15)
            .status()
            .code() == Code::kResourceExhausted);
}

TEST_CASE("transaction codec: more nodes than allowed are refused before they are read",
          "[daml][ledger][codec]") {
  Bytes bytes("\x0a\x02\x31\x35", 4);
  for (std::size_t i = 0; i <= kMaxNodes; ++i)
    bytes += std::string_view("\x1a\x00", 2);
  CHECK(decode_transaction(bytes).status().message().ends_with("more than 200000 nodes"));
}

TEST_CASE("transaction codec: exercises that lie deep in each other are read without recursion",
          "[daml][ledger][codec]") {
  constexpr std::size_t kDepth = 20'000;
  Script script("A");
  const ContractId iou = script.given("iou", {.signatories = "A"});
  for (std::size_t i = 0; i < kDepth; ++i)
    REQUIRE(script.try_exercise(iou, {.controllers = "A", .consuming = false}).ok());
  for (std::size_t i = 0; i < kDepth; ++i)
    REQUIRE(script.builder().end_exercise(Value()).ok());
  const Transaction transaction = script.finish().transaction;
  const auto decoded = decode_transaction(encode_transaction(transaction).value());
  REQUIRE(decoded.ok());
  CHECK(find_difference(transaction, *decoded) == std::nullopt);
}

// Refused in words, or the one encoding of something else.
void check_bytes(BytesView bytes, BytesView original) {
  const auto decoded = decode_transaction(bytes);
  if (decoded.ok()) {
    if (bytes != original)
      CHECK(encode_transaction(*decoded).value() == bytes);
    return;
  }
  CHECK_FALSE(decoded.status().fault());
  CHECK_FALSE(decoded.status().message().empty());
}

TEST_CASE("transaction codec: bytes cut short, flipped or repeated are refused or canonical",
          "[daml][ledger][codec]") {
  for (std::uint64_t number = 0; number < 12; ++number) {
    INFO(number);
    const Bytes bytes =
        encode_transaction(random_transaction(number).finished.transaction).value();
    const std::size_t step = std::max<std::size_t>(1, bytes.size() / 400);
    for (std::size_t cut = 0; cut < bytes.size(); cut += step)
      check_bytes(bytes.substr(0, cut), bytes);
    std::mt19937_64 random(number);
    for (int i = 0; i < 400; ++i) {
      Bytes changed = bytes;
      const std::size_t at = random() % changed.size();
      changed[at] = static_cast<char>(changed[at] ^ (1 << random() % 8));
      CHECK(changed != bytes);
      check_bytes(changed, bytes);
      Bytes repeated = bytes;
      repeated.insert(at, bytes, at / 2, 1 + random() % 20);
      check_bytes(repeated, bytes);
    }
    CHECK_FALSE(decode_transaction(bytes + bytes).ok());
    CHECK_FALSE(decode_transaction(bytes + '\0').ok());
    CHECK_FALSE(decode_transaction(bytes + std::string("\x22\x00", 2)).ok()); // a fourth field
  }
}

TEST_CASE("transaction codec: the order of the fields is part of the encoding",
          "[daml][ledger][codec]") {
  const Bytes bytes = encode_transaction(accept_paint_offer().transaction).value();
  const std::size_t version_size = 4;
  const std::size_t root_size = 3;
  const Bytes version = bytes.substr(0, version_size);
  const Bytes root = bytes.substr(version_size, root_size);
  const Bytes nodes = bytes.substr(version_size + root_size);
  CHECK(decode_transaction(version + root + nodes).ok());
  CHECK(decode_transaction(root + version + nodes)
            .status()
            .message()
            .starts_with("the bytes differ from the one encoding"));
  CHECK_FALSE(decode_transaction(version + nodes + root).ok());
  CHECK(decode_transaction(version + version + root + nodes)
            .status()
            .message() == "transaction, byte 4: a second version");
  // A size in more bytes than needed.
  const Bytes longer = Bytes("\x0a\x82\x00\x31\x35", 5) + root + nodes;
  CHECK(decode_transaction(longer).status().message().starts_with("the bytes differ"));
}

} // namespace
} // namespace tenon::daml::ledger
