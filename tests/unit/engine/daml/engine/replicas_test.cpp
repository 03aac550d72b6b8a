// What two replicas make of the same transactions, whatever is in their memory.
#include <catch2/catch.hpp>

#include <thread>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "world.hpp"

namespace tenon::daml::engine::test {
namespace {

std::string text_of(const Result<plugin::ExecutionResult>& result) {
  if (!result.ok())
    return result.status().to_string();
  std::string text = result->response;
  for (const plugin::EngineWrite& write : result->writes) {
    text += "\n" + std::to_string(static_cast<int>(write.key_class)) + write.key + "=" +
            write.value.value_or("(removed)") + "@" + std::to_string(write.expires_at_us);
    for (const std::string& reader : write.readers)
      text += "," + reader;
  }
  for (const plugin::EngineEvent& event : result->events) {
    text += "\n" + event.payload;
    for (const std::string& reader : event.readers)
      text += "," + reader;
  }
  return text;
}

TEST_CASE("daml engine: a replica that has just started gives what one gives that has run for long",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const auto exercise_transfer = [&](const char* type) {
    return world
        .prepare({"alice"}, exercise(type, iou, "Transfer", {{"newOwner", "bob"}}))
        .value();
  };
  const std::vector<Ordered> transactions = {
      world.prepare({"bank"}, create_iou("bank", "alice", 2)).value(),
      world.prepare({"bank"}, create_iou("bank", "alice", 2, "0")).value(), // refused
      world.prepare({"bank"}, create_iou("bank", "alice", 1)).value(),      // the key is taken
      exercise_transfer("#tenon-iou:Iou:Iou"),
  };
  std::vector<std::string> first;
  for (const Ordered& transaction : transactions)
    first.push_back(text_of(world.execute(transaction)));
  for (std::size_t i = transactions.size(); i-- > 0;) {
    world.restart();
    CHECK(text_of(world.execute(transactions[i])) == first[i]);
    CHECK(text_of(world.execute(transactions[i])) == first[i]);
  }
}

TEST_CASE("daml engine: threads that execute at the same time give what one gives alone",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const std::vector<Ordered> transactions = {
      world.prepare({"bank"}, create_iou("bank", "alice", 2)).value(),
      world.prepare({"bank"}, create_iou("bank", "alice", 2, "0")).value(),
      world.prepare({"alice"}, exercise("#tenon-iou:Iou:Iou", iou, "Settle", {{"paid", "1"}}))
          .value(),
      world.prepare({"alice"},
                    exercise("#tenon-iou:Iou:Iou", iou, "SettleIfRight", {{"paid", "1000"}}))
          .value(),
  };
  std::vector<std::string> alone;
  for (const Ordered& transaction : transactions)
    alone.push_back(text_of(world.execute(transaction)));
  world.restart(); // everything is loaded and compiled anew, by whoever comes first
  std::vector<std::vector<std::string>> together(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& results : together) {
    threads.emplace_back([&world, &transactions, &results] {
      for (const Ordered& transaction : transactions)
        results.push_back(text_of(world.execute(transaction)));
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const std::vector<std::string>& results : together)
    CHECK(results == alone);
}

TEST_CASE("daml engine: a result is the same at every record time within its bounds",
          "[daml][engine]") {
  World world;
  world.upload(sample_dar("iou"));
  const json iou = world.accepted({"bank"}, create_iou("bank", "alice", 1))["result"];
  const Ordered transaction =
      world.prepare({"bank", "alice"}, exercise("#tenon-iou:Iou:Iou", iou, "Archive")).value();
  const auto first = world.execute(transaction);
  REQUIRE(first.ok());
  for (const std::uint64_t record_time_us : {first->min_time_us, first->max_time_us}) {
    world.record_time_us = record_time_us;
    CHECK(text_of(world.execute(transaction)) == text_of(first));
  }
}

// The digest stands for the bytes: a build, compiler, locale or library that gives another one
// could not take part in a ledger with the others. It changes with what transactions mean, and then
// so must kSemantics.
TEST_CASE("daml engine: results are the same bytes on every build", "[daml][engine]") {
  World world;
  std::string all = text_of(
      world.execute(world.prepare({"bank"}, {{"upload", {{"dar", to_base64(sample_dar("iou"))}}}})
                        .value()));
  world.upload(sample_dar("iou"));
  const auto run = [&](const Parties& parties, const json& command) {
    const json answer = world.accepted(parties, command);
    all += text_of(world.last());
    return answer["result"];
  };
  constexpr const char* kIou = "#tenon-iou:Iou:Iou";
  const json iou = run({"bank"}, create_iou("bank", "alice", 1, "12.5"));
  const json proposal = run({"alice"}, exercise(kIou, iou, "Transfer", {{"newOwner", "bob"}}));
  const json moved = run({"bob"}, exercise("#tenon-iou:Iou:Proposal", proposal, "Accept"));
  run({"bob"}, exercise(kIou, moved, "SettleIfRight", {{"paid", "1000"}}));
  run({"bob"}, exercise(kIou, moved, "Settle", {{"paid", "2.25"}}));
  all += text_of(world.execute(world.prepare({"bank"}, create_iou("bank", "bob", 1)).value()));
  all += to_hex(world.engine().fingerprint().value().view());
  CHECK(to_hex(crypto::sha256(all).view()) ==
        "5fa373402d54265f29439e02ae3a4c8ee7eb8c30c9e59eeb55ccbf4a61bb1dec");
}

TEST_CASE("daml engine: a package that another branch of the ledger has is not there",
          "[daml][engine]") {
  World world;
  const std::string package = world.upload(sample_dar("iou"));
  json command = create_iou("bank", "alice", 1);
  command["create"]["templateId"] = package + ":Iou:Iou";
  const Ordered transaction = world.prepare({"bank"}, command).value();
  CHECK(world.execute(transaction).ok());
  World other;
  const testkit::MemoryView view(other.state());
  const auto result = world.engine().execute(
      view, {transaction.id, transaction.payload, transaction.act_as, {}, transaction.seed},
      {1, world.now_us});
  CHECK(reason_of(result.status()) == "PACKAGE_NOT_FOUND");
}

} // namespace
} // namespace tenon::daml::engine::test
