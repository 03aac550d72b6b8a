// Client nodes that cannot go on from where they were: what they lack is pruned, was never theirs,
// or their replicas are slow to give it.
#include <catch2/catch.hpp>

#include "pipeline/keys.hpp"
#include "simulation/stack/client_nodes.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/merkle/state_entry.hpp"

using namespace tenon;
using simulation::ClientNodes;
using simulation::Replicas;
using test::World;

namespace {

namespace keys = host::pipeline::keys;

std::uint32_t mint(ClientNodes& nodes, std::size_t client, const std::string& party,
                   const std::string& id) {
  return nodes.complete(client, World::submission(id, {party}, "mint " + party + " 1")).code();
}

std::uint64_t height_of(ClientNodes& nodes) {
  return nodes.replicas().status(0).height();
}

v1::OperatorAction add_client(ClientNodes& nodes, std::size_t client, const std::string& id) {
  v1::OperatorAction action;
  action.mutable_add_client()->set_id(id);
  action.mutable_add_client()->set_public_key(nodes.public_key(client));
  action.mutable_add_client()->set_may_allocate_parties(true);
  action.mutable_add_client()->set_streams(true);
  return action;
}

v1::OperatorAction move_party(const std::string& party, const std::string& client) {
  v1::OperatorAction action;
  action.mutable_host_party()->set_party(party);
  action.mutable_host_party()->add_clients(client);
  return action;
}

Result<v1::TransactionsResponse> history_after(ClientNodes& nodes, std::size_t client,
                                               const std::string& party, std::uint64_t after) {
  v1::TransactionsRequest request;
  request.add_parties(party);
  request.set_after_offset(after);
  return nodes.ledger(client).transactions(request);
}

// Two clients with a party each; the first one is off while the second one works.
struct Absence {
  explicit Absence(Replicas::Options options = {}) : nodes(2, std::move(options)) {
    REQUIRE(nodes.allocate(0, "ann").code() == 0);
    REQUIRE(nodes.allocate(1, "bob").code() == 0);
    for (int i = 0; i < 5; ++i)
      REQUIRE(mint(nodes, 0, "ann", "a" + std::to_string(i)) == 0);
    REQUIRE(nodes.run_until([&] { return nodes.level(); }, 5'000));
    before = nodes.status(0).head_offset();
    nodes.stop_client(0);
    for (int i = 0; i < 20; ++i) {
      const std::string pay = "pay bob ann 1";
      REQUIRE(mint(nodes, 1, "bob", "b" + std::to_string(i)) == 0);
      REQUIRE(nodes.complete(1, World::submission("p" + std::to_string(i), {"bob"}, pay)).code() ==
              0);
    }
    REQUIRE(nodes.run_until([&] { return nodes.replicas().level(); }, 5'000));
  }
  ClientNodes nodes;
  std::uint64_t before = 0;
};

std::size_t notes_of(plugin::Store& store, const std::string& client) {
  std::size_t count = 0;
  const auto snapshot = *store.snapshot(plugin::kHeadHeight);
  const Bytes prefix = "sys/notes/" + client + "/";
  REQUIRE(snapshot
              ->scan(plugin::KeyClass::kIndex, prefix, prefix_end(prefix),
                     [&](BytesView, BytesView) { return ++count > 0; })
              .ok());
  return count;
}

} // namespace

TEST_CASE("client node: one that was off for longer than proofs are made goes on without a gap",
          "[simulation][client]") {
  Replicas::Options options;
  options.proof_versions = 6;
  ClientNodes nodes(2, options);
  REQUIRE(nodes.allocate(0, "ann").code() == 0);
  REQUIRE(nodes.allocate(1, "bob").code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 5'000));
  nodes.stop_client(0);
  bool moves = false;
  SECTION("with the same parties") {}
  SECTION("and parties that came and went meanwhile") {
    moves = true;
  }
  // Two pages and a half of about a megabyte.
  const std::string value(20'000, 'x');
  for (int i = 0; i < 75; ++i) {
    const std::string id = std::to_string(i);
    REQUIRE(nodes.complete(1, World::submission(id, {"bob"}, "put k" + id + " " + value + " ann"))
                .code() == 0);
    REQUIRE(mint(nodes, 1, "bob", "m" + id) == 0);
    if (i == 30 && moves) {
      REQUIRE(nodes.order(move_party("bob", "client0")).code() == 0);
      REQUIRE(nodes.order(move_party("bob", "client1")).code() == 0);
      nodes.run_ms(1'000); // until client1 has heard
    }
  }
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  CHECK(nodes.wire().cuts().empty());
  CHECK(nodes.metrics(0).value("stream_restarts_total") == 0);
  CHECK(nodes.metrics(0).value("stream_pages_total") > 2);
  const std::vector<std::string> ann = {"ann"};
  const auto of_ann = [&](plugin::Store& store) {
    std::map<Bytes, Bytes> found;
    const auto snapshot = *store.snapshot(plugin::kHeadHeight);
    CHECK(snapshot
              ->scan(plugin::KeyClass::kState, "script/", "script0",
                     [&](BytesView key, BytesView entry) {
                       if (merkle::may_read(merkle::decode_entry(entry)->readers, ann))
                         found.emplace(key, entry);
                       return true;
                     })
              .ok());
    return found;
  };
  CHECK(of_ann(nodes.store(0)) == of_ann(nodes.replicas().store(0)));
  CHECK(of_ann(nodes.store(0)).size() > 30);
  const auto snapshot = *nodes.store(0).snapshot(plugin::kHeadHeight);
  CHECK_FALSE(snapshot->get(plugin::KeyClass::kState, "script/balance/bob")->has_value());
}

TEST_CASE("client node: with what it lacks pruned everywhere it begins anew at a later state",
          "[simulation][client]") {
  Absence absence;
  ClientNodes& nodes = absence.nodes;
  for (std::size_t replica = 0; replica < 4; ++replica)
    nodes.replicas().prune(replica, height_of(nodes) - 3);
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  CHECK(nodes.query(0, "ann", "get balance/ann") == "25");
  CHECK(nodes.metrics(0).value("stream_restarts_total") == 1);
  CHECK(nodes.wire().cuts().empty());
  const std::uint64_t began = nodes.status(0).height();

  // Its applications are told what they missed, and go on after it.
  const auto missed = history_after(nodes, 0, "ann", absence.before);
  CHECK(missed.status().code() == Code::kOutOfRange);
  CHECK(missed.status().message().find("HISTORY_PRUNED") == 0);
  CHECK(history_after(nodes, 0, "ann", nodes.status(0).head_offset())->transactions_size() == 0);
  const std::uint64_t from = nodes.status(0).head_offset();
  REQUIRE(mint(nodes, 0, "ann", "after") == 0);
  CHECK(history_after(nodes, 0, "ann", from)->transactions_size() == 1);
  nodes.stop_client(0);
  nodes.start_client(0);
  REQUIRE(mint(nodes, 0, "ann", "restarted") == 0);
  CHECK(nodes.query(0, "ann", "get balance/ann") == "27");
  CHECK(history_after(nodes, 0, "ann", from)->transactions_size() == 2);
  CHECK(nodes.metrics(0).value("stream_restarts_total") == 1);
  CHECK(nodes.status(0).height() > began);
}

TEST_CASE("client node: one replica that says that the past is pruned makes nobody begin anew",
          "[simulation][client]") {
  Absence absence;
  ClientNodes& nodes = absence.nodes;
  bool lied = false;
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (replica != "replica0" || client != "client0" || !answer.has_page())
      return true;
    answer.mutable_refusal()->set_code(static_cast<std::uint32_t>(Code::kOutOfRange));
    answer.mutable_refusal()->set_message("HISTORY_PRUNED: believe me");
    return lied = true;
  });
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  CHECK(lied);
  CHECK(nodes.metrics(0).value("stream_restarts_total") == 0);
  CHECK(history_after(nodes, 0, "ann", absence.before)->transactions_size() == 20);
}

TEST_CASE("client node: a place to begin anew that a replica makes up is found out",
          "[simulation][client]") {
  Absence absence;
  ClientNodes& nodes = absence.nodes;
  for (std::size_t replica = 0; replica < 4; ++replica)
    nodes.replicas().prune(replica, height_of(nodes) - 3);
  std::string liar;
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (client == "client0" && answer.has_page() && answer.page().has_start() && liar.empty()) {
      liar = replica;
      v1::KeyProof& stream = *answer.mutable_page()->mutable_start()->mutable_keys(1);
      stream.set_value(Bytes(32, 's'));
    }
    return true;
  });
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  REQUIRE(nodes.wire().cuts().size() == 1);
  CHECK(nodes.wire().cuts()[0][1] == liar);
  CHECK(nodes.query(0, "ann", "get balance/ann") == "25");
}

TEST_CASE("client node: a client id that is given to another node brings nothing of the old one's",
          "[simulation][client]") {
  ClientNodes nodes(1);
  REQUIRE(nodes.allocate(0, "ann").code() == 0);
  const std::size_t old = nodes.add_client("guest");
  REQUIRE(nodes.order(add_client(nodes, old, "guest")).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  REQUIRE(nodes.allocate(old, "zoe").code() == 0);
  REQUIRE(mint(nodes, old, "zoe", "z") == 0);
  const std::uint64_t its_height = height_of(nodes);
  v1::OperatorAction removal;
  removal.mutable_remove_client()->set_id("guest");
  REQUIRE(nodes.order(removal).code() == 0);
  nodes.stop_client(old);
  REQUIRE(nodes.order(move_party("zoe", "client0")).code() == 0);
  const std::size_t next = nodes.add_client("guest"); // with a key and a store of its own
  REQUIRE(nodes.order(add_client(nodes, next, "guest")).code() == 0);
  const std::uint64_t since = height_of(nodes);
  REQUIRE(nodes.run_until([&] { return nodes.ledger(next).ledger_time_us() > 0 &&
                                       nodes.status(next).height() >= since; },
                          20'000));

  // What replicas give it, whatever it asks.
  v1::StreamRequest stream;
  stream.set_client("guest");
  stream.set_hosting_epoch(1);
  const auto page = nodes.replicas().pipeline(1).stream(stream);
  CHECK(page.status().code() == Code::kOutOfRange);
  stream.set_after_height(its_height - 1);
  CHECK(nodes.replicas().pipeline(1).stream(stream).status().code() == Code::kOutOfRange);
  v1::StateRequest state;
  state.set_client("guest");
  state.set_height(its_height);
  const auto part = nodes.replicas().pipeline(1).visible_state(state);
  CHECK(part.status().code() == Code::kPermissionDenied);

  // What it has: the public records, and from then on its own.
  CHECK(nodes.wire().cuts().empty());
  CHECK_FALSE(nodes.query(next, "zoe", "get balance/zoe") == "1");
  REQUIRE(nodes.allocate(next, "new").code() == 0);
  REQUIRE(mint(nodes, next, "new", "n") == 0);
  CHECK(nodes.query(next, "new", "get balance/new") == "1");
}

TEST_CASE("client node: notes for it are pruned with the blocks that they are of",
          "[simulation][client]") {
  Absence absence;
  ClientNodes& nodes = absence.nodes;
  plugin::Store& store = nodes.replicas().store(0);
  const std::size_t all = notes_of(store, "client0");
  REQUIRE(all > 20);
  v1::OperatorAction action;
  action.mutable_prune()->set_keep_from_height(height_of(nodes) - 3);
  REQUIRE(nodes.order(action).code() == 0);
  REQUIRE(nodes.run_until([&] { return notes_of(store, "client0") < 10; }, 5'000));
  CHECK(store.horizon()->oldest_block == action.prune().keep_from_height());
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  CHECK(nodes.query(0, "ann", "get balance/ann") == "25");
}

namespace {

// What client 1 has, after "cyd" has moved to it, of the balances.
void check_balances(ClientNodes& nodes) {
  CHECK(nodes.query(1, "cyd", "get balance/cyd") == "3");
  const auto snapshot = *nodes.store(1).snapshot(plugin::kHeadHeight);
  CHECK_FALSE(snapshot->get(plugin::KeyClass::kState, "script/balance/ann")->has_value());
}

void fill(ClientNodes& nodes) {
  for (const char* party : {"ann", "cyd"})
    REQUIRE(nodes.allocate(0, party).code() == 0);
  REQUIRE(nodes.allocate(1, "bob").code() == 0);
  REQUIRE(mint(nodes, 0, "ann", "ann") == 0);
  REQUIRE(nodes.complete(0, World::submission("cyd", {"cyd"}, "mint cyd 3")).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
}

bool is_for(const std::string& client, const link::v1::Answer& answer) {
  return client == "client1" && answer.has_state();
}

} // namespace

TEST_CASE("client node: a part of the state that does not come is asked for again where it was",
          "[simulation][client]") {
  ClientNodes nodes(2);
  fill(nodes);
  std::map<std::string, int> given;
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (!is_for(client, answer))
      return true;
    const int count = ++given[replica];
    if (replica == "replica0" && count == 1)
      return false; // lost
    if (replica == "replica1" && count == 1) {
      answer.mutable_refusal()->set_code(static_cast<std::uint32_t>(Code::kResourceExhausted));
      answer.mutable_refusal()->set_message("two parts at once");
    }
    return true;
  });
  REQUIRE(nodes.order(move_party("cyd", "client1")).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  check_balances(nodes);
  CHECK(given == std::map<std::string, int>{{"replica0", 2}, {"replica1", 2}});
  CHECK(nodes.wire().cuts().empty());
}

TEST_CASE("client node: an entry that it may not see is found out when state is taken over",
          "[simulation][client]") {
  ClientNodes nodes(2);
  fill(nodes);
  bool gave = false;
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (replica != "replica0" || !is_for(client, answer))
      return true;
    const auto snapshot = *nodes.replicas().store(0).snapshot(plugin::kHeadHeight);
    v1::StateItem item;
    item.set_key("script/balance/ann");
    item.set_entry(**snapshot->get(plugin::KeyClass::kState, item.key()));
    const BytesView asked[] = {item.key()};
    item.set_path(snapshot->prove(asked)->front());
    v1::StatePart& part = *answer.mutable_state();
    *part.add_items() = item;
    std::sort(part.mutable_items()->begin(), part.mutable_items()->end(),
              [](const v1::StateItem& a, const v1::StateItem& b) { return a.key() < b.key(); });
    return gave = true;
  });
  REQUIRE(nodes.order(move_party("cyd", "client1")).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  CHECK(gave);
  check_balances(nodes);
  REQUIRE(nodes.wire().cuts().size() == 1);
  CHECK(nodes.wire().cuts()[0][1] == "replica0");
  CHECK(nodes.wire().cuts()[0][2].find("may not see") != std::string::npos);
}

TEST_CASE("client node: state is taken over from validators, whoever else is connected",
          "[simulation][client]") {
  Replicas::Options options;
  options.observers = 2; // replicas that vote for nothing
  ClientNodes nodes(2, options);
  fill(nodes);
  std::set<std::string> asked;
  bool refuse = true;
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (!is_for(client, answer))
      return true;
    asked.insert(replica);
    if (refuse && replica != "replica3" && replica < "replica4") {
      answer.mutable_refusal()->set_code(static_cast<std::uint32_t>(Code::kUnimplemented));
      answer.mutable_refusal()->set_message("not today");
    }
    return true;
  });
  REQUIRE(nodes.order(move_party("cyd", "client1")).code() == 0);
  nodes.run_ms(5'000);
  CHECK_FALSE(nodes.level());
  CHECK(asked == std::set<std::string>{"replica0", "replica1", "replica2", "replica3"});
  refuse = false;
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 40'000));
  check_balances(nodes);
}

TEST_CASE("client node: it is ready when more replicas than may lie have nothing that it lacks",
          "[simulation][client]") {
  Absence absence;
  ClientNodes& nodes = absence.nodes;
  // One replica stands still and says that there is nothing new; the others are silent.
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (client != "client0")
      return true;
    if (replica == "replica0" && answer.has_page()) {
      answer.mutable_page()->Clear();
      answer.mutable_page()->set_head_height(nodes.status(0).height());
    }
    return replica == "replica0";
  });
  nodes.start_client(0);
  nodes.run_ms(30'000);
  CHECK_FALSE(nodes.status(0).ready());
  CHECK(nodes.status(0).reasons(0).find("all that 1 of the replicas had, of 2 needed") !=
        std::string::npos);
  nodes.wire().tamper_with({});
  REQUIRE(nodes.run_until([&] { return nodes.status(0).ready(); }, 30'000));
  CHECK(nodes.level());
}

TEST_CASE("client node: replicas that have no room for its batches cost time and no command",
          "[simulation][client]") {
  ClientNodes nodes;
  REQUIRE(nodes.allocate(0, "ann").code() == 0);
  int refusals = 0;
  nodes.wire().tamper_with([&](const std::string&, const std::string&, link::v1::Answer& answer) {
    if (!answer.has_batch_taken() || ++refusals > 6)
      return true;
    answer.mutable_refusal()->set_code(static_cast<std::uint32_t>(Code::kResourceExhausted));
    answer.mutable_refusal()->set_message("POOL_FULL: try again later");
    return true;
  });
  for (int i = 0; i < 5; ++i)
    CHECK(mint(nodes, 0, "ann", std::to_string(i)) == 0);
  CHECK(refusals > 0);
  CHECK(nodes.query(0, "ann", "get balance/ann") == "5");
}
