// The replay check: equal in normal form, and every single change is noticed.
#include "ledger/replay.hpp"
#include "ledger/well_formed.hpp"
#include "mutations.hpp"
#include "paint_offer.hpp"
#include "random_transaction.hpp"

namespace tenon::daml::ledger {
namespace {

TEST_CASE("replay: the first difference is told with place, recorded and replayed",
          "[daml][ledger][replay]") {
  const Transaction recorded = accept_paint_offer().transaction;
  CHECK(check_replay(recorded, recorded).ok());
  Transaction replayed = recorded;
  std::get<Create>(replayed.nodes[2]).signatories = parties("Bank Eve");
  const Status status = check_replay(recorded, replayed);
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message() ==
        "REPLAY_MISMATCH: node 2 (create of Main:Iou), signatories: recorded Bank, replayed Bank, "
        "Eve");
  replayed = recorded;
  std::get<Exercise>(replayed.nodes[0]).result.reset();
  CHECK(find_difference(recorded, replayed) ==
        "node 0 (exercise of Accept on Main:PaintOffer), result: recorded true, replayed nothing");
  Script shorter("Alice");
  CHECK(find_difference(recorded, shorter.finish().transaction) ==
        "number of nodes: recorded \"4\", replayed \"0\"");
}

TEST_CASE("replay: what the normal form drops makes no difference", "[daml][ledger][replay]") {
  Script script("A");
  const ContractId iou = script.create({.signatories = "A", .maintainers = "A"});
  script.create({.signatories = "A", .maintainers = "A", .key = "l",
                 .version = TransactionVersion::k13});
  script.fetch(iou);
  const Transaction recorded = script.finish().transaction;
  Transaction replayed = recorded;
  auto& create = std::get<Create>(replayed.nodes[1]);
  create.argument = Value::record(std::make_shared<const Identifier>(template_id("Iou")), nullptr,
                                  {});
  auto same = recorded;
  std::get<Create>(same.nodes[1]).argument = Value::record(nullptr, nullptr, {});
  CHECK(check_replay(same, replayed).ok());
  replayed.nodes.emplace_back(Rollback{});
  replayed.roots.push_back(node_id(3));
  CHECK(check_replay(same, replayed).ok());
  // What cannot be normalized differs.
  Value deep;
  for (int i = 0; i <= 100; ++i)
    deep = Value::some(deep);
  std::get<Create>(replayed.nodes[1]).argument = deep;
  CHECK(find_difference(same, replayed)
            ->starts_with("replayed: node 1: a value nested 101 deep"));
}

TEST_CASE("replay: the same steps give the same transaction, from any builder",
          "[daml][ledger][replay][property]") {
  for (std::uint64_t number = 0; number < 50; ++number) {
    CHECK(check_replay(random_transaction(number).finished.transaction,
                       random_transaction(number).finished.transaction)
              .ok());
  }
}

TEST_CASE("replay: any single change is noticed (random transactions)",
          "[daml][ledger][replay][property]") {
  std::size_t tried = 0;
  std::set<std::string> kinds;
  for (std::uint64_t number = 0; number < 60; ++number) {
    const Transaction transaction = random_transaction(number).finished.transaction;
    for_each_mutation(transaction, [&](const std::string& what, const Transaction& changed) {
      ++tried;
      kinds.insert(what.substr(what.find(',') + 1));
      if (!check_shape(changed).ok())
        return; // noticed earlier
      const auto difference = find_difference(transaction, changed);
      if (!difference)
        FAIL_CHECK("transaction " << number << ": not noticed: " << what);
    });
  }
  CHECK(tried > 5000);
  CHECK(kinds.size() > 30);
}

} // namespace
} // namespace tenon::daml::ledger
