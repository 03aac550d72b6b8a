// What client nodes are given: all that their parties may see, nothing else, and no lie goes
// through.
#include <catch2/catch.hpp>

#include "pipeline/keys.hpp"
#include "simulation/stack/client_nodes.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

using namespace tenon;
using simulation::ClientNodes;
using test::World;

namespace {

constexpr std::size_t kClients = 2;
const std::vector<std::string> kParties = {"ann", "bob", "cyd", "dan"}; // on clients 0, 1, 0, 1

std::vector<std::string> hosted(std::size_t client) {
  std::vector<std::string> parties;
  for (std::size_t i = client; i < kParties.size(); i += kClients)
    parties.push_back(kParties[i]);
  return parties;
}

std::map<Bytes, Bytes> entries(plugin::Store& store, const std::vector<std::string>& parties) {
  std::map<Bytes, Bytes> found;
  const auto snapshot = store.snapshot(plugin::kHeadHeight);
  REQUIRE(snapshot.ok());
  for (const BytesView prefix : {BytesView("script/"), BytesView("sys/")}) {
    REQUIRE((*snapshot)
                ->scan(plugin::KeyClass::kState, prefix, prefix_end(prefix),
                       [&](BytesView key, BytesView entry) {
                         const auto decoded = merkle::decode_entry(entry);
                         if (decoded.ok() && merkle::may_read(decoded->readers, parties))
                           found.emplace(key, entry);
                         return true;
                       })
                .ok());
  }
  return found;
}

// Everything under the engine's and the host's prefixes but what the client itself keeps there.
std::map<Bytes, Bytes> all_entries(plugin::Store& store) {
  std::map<Bytes, Bytes> found;
  const auto snapshot = store.snapshot(plugin::kHeadHeight);
  REQUIRE(snapshot.ok());
  REQUIRE((*snapshot)
              ->scan(plugin::KeyClass::kState, "script/", "t",
                     [&](BytesView key, BytesView entry) {
                       if (!key.starts_with(host::pipeline::keys::kDedups))
                         found.emplace(key, entry);
                       return true;
                     })
              .ok());
  return found;
}

// A command of a party, at random.
std::string command(simulation::Random& random, const std::string& party, std::uint64_t now_us) {
  const std::string& other = kParties[random.below(kParties.size())];
  const std::string key = "k" + std::to_string(random.below(12));
  switch (random.below(9)) {
  case 0:
    return "put " + key + " v" + std::to_string(random.below(100)) + " *";
  case 1:
    return "put " + key + " v" + std::to_string(random.below(100)) + " " + party + " " + other;
  case 2:
    return "put " + key + " v" + std::to_string(random.below(100)) + " " + other;
  case 3:
    return "delete " + key;
  case 4:
    return "expire e" + key + " soon " + std::to_string(now_us + random.between(1, 400) * 1000);
  case 5:
    return "shout hello";
  case 6:
    return "fail NOT_TODAY";
  case 7:
    return "pay " + party + " " + other + " 1";
  default:
    return "mint " + party + " 10";
  }
}

void allocate_all(ClientNodes& nodes) {
  for (std::size_t i = 0; i < kParties.size(); ++i)
    REQUIRE(nodes.allocate(i % kClients, kParties[i]).code() == 0);
}

void run_random_load(ClientNodes& nodes, simulation::Random& random, int count,
                     const std::string& prefix) {
  for (int i = 0; i < count; ++i) {
    const std::size_t at = random.below(kParties.size());
    const std::uint64_t now_us = nodes.ledger(at % kClients).ledger_time_us();
    const auto outcome = nodes.submit(
        at % kClients, World::submission(prefix + std::to_string(i), {kParties[at]},
                                         command(random, kParties[at], now_us)));
    nodes.run_ms(random.below(12));
    if (random.chance(0.2))
      REQUIRE(nodes.run_until([&] { return outcome->known; }, 20'000));
  }
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  nodes.run_ms(500);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
}

void check_views(ClientNodes& nodes) {
  for (std::size_t client = 0; client < kClients; ++client) {
    INFO("client " << client);
    const auto parties = hosted(client);
    CHECK(all_entries(nodes.store(client)) == entries(nodes.replicas().store(0), parties));
    for (const std::string& party : parties) {
      const auto own = nodes.history(nodes.ledger(client), {party});
      const auto full = nodes.history(nodes.replicas().pipeline(1), {party});
      REQUIRE(own.size() == full.size());
      for (std::size_t i = 0; i < own.size(); ++i)
        CHECK(own[i].SerializeAsString() == full[i].SerializeAsString());
    }
  }
}

} // namespace

TEST_CASE("streams: a client node holds exactly what its parties may see of the full ledger",
          "[simulation][client]") {
  simulation::Random random(GENERATE(1u, 2u));
  ClientNodes nodes(kClients);
  allocate_all(nodes);
  run_random_load(nodes, random, 150, "a");
  check_views(nodes);
  // Off for a while, and killed between any two blocks of a page.
  nodes.stop_client(1);
  for (int i = 0; i < 40; ++i) {
    const auto outcome = nodes.submit(
        0, World::submission("b" + std::to_string(i), {"ann"}, command(random, "ann", 1)));
    nodes.run_ms(random.below(9));
  }
  nodes.start_client(1);
  nodes.run_ms(random.below(40));
  nodes.stop_client(1);
  nodes.start_client(1);
  run_random_load(nodes, random, 30, "c");
  check_views(nodes);
  CHECK(nodes.wire().cuts().empty());
}

namespace {

using Lie = std::function<bool(v1::StreamPage& page)>; // false: the page gives no occasion

template <typename Change> Lie in_a_group(Change change) {
  return [change](v1::StreamPage& page) {
    for (v1::StreamBlock& block : *page.mutable_blocks()) {
      for (v1::StreamGroup& group : *block.mutable_groups()) {
        if (change(group))
          return true;
      }
    }
    return false;
  };
}

template <typename Change> Lie in_a_block(Change change) {
  return [change](v1::StreamPage& page) {
    for (v1::StreamBlock& block : *page.mutable_blocks()) {
      if (change(block))
        return true;
    }
    return false;
  };
}

void flip(std::string& bytes) {
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
}

bool flip_if_any(std::string& bytes) {
  if (bytes.empty())
    return false;
  flip(bytes);
  return true;
}

const std::vector<std::pair<std::string, Lie>> kLies = {
    {"a group is kept back", in_a_block([](v1::StreamBlock& block) {
       if (block.groups_size() == 0)
         return false;
       block.mutable_groups()->RemoveLast();
       return true;
     })},
    {"all of a block is kept back", in_a_block([](v1::StreamBlock& block) {
       const bool any = block.groups_size() + block.writes_size() > 0;
       block.clear_groups();
       block.clear_writes();
       return any;
     })},
    {"an event is kept back", in_a_group([](v1::StreamGroup& group) {
       if (group.events_size() == 0)
         return false;
       group.mutable_events()->RemoveLast();
       return true;
     })},
    {"an outcome is kept back", in_a_group([](v1::StreamGroup& group) {
       const bool any = group.has_outcome();
       group.clear_outcome();
       group.clear_transaction();
       return any;
     })},
    {"an event's payload is another", in_a_group([](v1::StreamGroup& group) {
       return group.events_size() > 0 &&
              flip_if_any(*group.mutable_events(0)->mutable_event()->mutable_payload());
     })},
    {"an event has another reader", in_a_group([](v1::StreamGroup& group) {
       if (group.events_size() == 0)
         return false;
       group.mutable_events(0)->mutable_event()->add_readers("zoe");
       return true;
     })},
    {"a rejection becomes a success", in_a_group([](v1::StreamGroup& group) {
       if (!group.has_outcome() || group.outcome().code() == 0)
         return false;
       group.mutable_outcome()->set_code(0);
       return true;
     })},
    {"a response is another", in_a_group([](v1::StreamGroup& group) {
       return group.has_outcome() && group.outcome().code() == 0 &&
              flip_if_any(*group.mutable_outcome()->mutable_response());
     })},
    {"a transaction is another", in_a_group([](v1::StreamGroup& group) {
       return flip_if_any(*group.mutable_transaction());
     })},
    {"a group stands at another place", in_a_group([](v1::StreamGroup& group) {
       group.set_index(group.index() + 1);
       return true;
     })},
    {"a group is of another hosting epoch", in_a_group([](v1::StreamGroup& group) {
       group.set_hosting_epoch(group.hosting_epoch() + 1);
       return true;
     })},
    {"an event's salt swallows its payload", in_a_group([](v1::StreamGroup& group) {
       if (group.events_size() == 0 || group.events(0).event().payload().empty())
         return false;
       v1::Event& event = *group.mutable_events(0)->mutable_event();
       event.mutable_salt()->push_back(event.payload().front());
       event.mutable_payload()->erase(0, 1);
       return true;
     })},
    {"an event's readers are told twice", in_a_group([](v1::StreamGroup& group) {
       if (group.events_size() == 0)
         return false;
       v1::Event& event = *group.mutable_events(0)->mutable_event();
       event.add_readers(event.readers(0));
       return true;
     })},
    {"an entry is what was hashed for it", in_a_block([](v1::StreamBlock& block) {
       if (block.writes_size() == 0 || block.writes(0).entry().empty())
         return false;
       const Bytes encoded = block.writes(0).entry();
       const auto entry = merkle::decode_entry(encoded);
       Bytes hashed = entry->salt.str() + crypto::sha256(entry->readers).str();
       append_be64(hashed, entry->expires_at_us);
       block.mutable_writes(0)->set_entry(hashed.append(entry->value));
       return true;
     })},
    {"a write is kept back", in_a_block([](v1::StreamBlock& block) {
       if (block.writes_size() == 0)
         return false;
       block.mutable_writes()->RemoveLast();
       return true;
     })},
    {"a written value is another", in_a_block([](v1::StreamBlock& block) {
       return block.writes_size() > 0 && flip_if_any(*block.mutable_writes(0)->mutable_entry());
     })},
    {"a written value is said to be gone", in_a_block([](v1::StreamBlock& block) {
       if (block.writes_size() == 0 || block.writes(0).entry().empty())
         return false;
       block.mutable_writes(0)->clear_entry();
       return true;
     })},
    {"a write is made up", in_a_block([](v1::StreamBlock& block) {
       v1::StreamWrite& write = *block.add_writes();
       write.set_key("script/balance/ann");
       block.set_writes_epoch(1);
       return true;
     })},
    {"a block's time is another", in_a_block([](v1::StreamBlock& block) {
       v1::BlockHeader header;
       if (!header.ParseFromString(block.header()))
         return false;
       header.set_record_time_us(header.record_time_us() + 1);
       block.set_header(header.SerializeAsString());
       return true;
     })},
    {"a block's result is another", in_a_block([](v1::StreamBlock& block) {
       v1::ResultHeader result;
       if (!result.ParseFromString(block.result_header()))
         return false;
       flip(*result.mutable_state_root());
       block.set_result_header(result.SerializeAsString());
       return true;
     })},
    {"the certificate lacks a quorum", [](v1::StreamPage& page) {
       v1::Certificate certificate;
       if (!certificate.ParseFromString(page.certificate()))
         return false;
       certificate.mutable_signatures()->DeleteSubrange(0, 1);
       page.set_certificate(certificate.SerializeAsString());
       return true;
     }},
    {"the certificate counts one signer twice", [](v1::StreamPage& page) {
       v1::Certificate certificate;
       if (!certificate.ParseFromString(page.certificate()) || certificate.signatures_size() < 2)
         return false;
       *certificate.mutable_signatures(0) = certificate.signatures(1);
       page.set_certificate(certificate.SerializeAsString());
       return true;
     }},
    {"the first block is left out", [](v1::StreamPage& page) {
       page.mutable_blocks()->DeleteSubrange(0, 1);
       return page.blocks_size() > 0;
     }},
    {"the last block is left out", [](v1::StreamPage& page) {
       page.mutable_blocks()->RemoveLast();
       return page.blocks_size() > 0;
     }},
    {"the proof of the stream is missing", [](v1::StreamPage& page) {
       page.clear_streams();
       return true;
     }},
    {"the stream is said to be empty", [](v1::StreamPage& page) {
       if (page.streams_size() == 0)
         return false;
       page.mutable_streams(0)->set_present(false);
       return true;
     }},
    {"the client's record is said to be absent", [](v1::StreamPage& page) {
       page.mutable_client()->set_present(false);
       page.clear_streams();
       return true;
     }},
    {"the proof is of another client's stream", [](v1::StreamPage& page) {
       if (page.streams_size() == 0)
         return false;
       page.mutable_streams(0)->set_key("sys/stream/client1/1");
       return true;
     }},
};

} // namespace

TEST_CASE("streams: a lying replica is found out, dropped and named, and nothing of it is kept",
          "[simulation][client]") {
  ClientNodes nodes(kClients);
  allocate_all(nodes);
  bool held = false; // client0 gets no news
  const Lie* lie = nullptr;
  std::string liar;
  nodes.wire().tamper_with([&](const std::string& replica, const std::string& client,
                               link::v1::Answer& answer) {
    if (client != "client0" || !answer.has_page())
      return true;
    if (held)
      answer.mutable_page()->clear_blocks();
    else if (answer.page().blocks_size() > 1 && lie != nullptr && (*lie)(*answer.mutable_page()))
      liar = replica, lie = nullptr;
    return true;
  });
  for (const auto& [name, one] : kLies) {
    INFO(name);
    held = true;
    const auto cuts = nodes.wire().cuts().size();
    const std::string commands[] = {"mint ann 5", "put k v ann bob", "fail NO", "pay ann cyd 1",
                                    "put p v *"};
    for (const std::string& text : commands) {
      static_cast<void>(nodes.submit(0, World::submission(name + text, {"ann"}, text)));
      nodes.run_ms(12);
    }
    nodes.run_ms(60);
    held = false;
    liar.clear();
    lie = &one;
    REQUIRE(nodes.run_until([&] { return !liar.empty(); }, 3'000));
    REQUIRE(nodes.run_until([&] { return nodes.level(); }, 5'000));
    REQUIRE(nodes.wire().cuts().size() == cuts + 1);
    const auto& [who, whom, why] = nodes.wire().cuts().back();
    CHECK(who == "client0");
    CHECK(whom == liar);
  }
  check_views(nodes);
}

namespace {

v1::OperatorAction move_party(const std::string& party, const std::string& client) {
  v1::OperatorAction action;
  action.mutable_host_party()->set_party(party);
  action.mutable_host_party()->add_clients(client);
  return action;
}

void check_entries(ClientNodes& nodes, std::size_t client,
                   const std::vector<std::string>& parties) {
  INFO("client " << client);
  CHECK(all_entries(nodes.store(client)) == entries(nodes.replicas().store(0), parties));
}

} // namespace

TEST_CASE("streams: with a party its state moves to the client node that hosts it from then on",
          "[simulation][client]") {
  simulation::Random random(11);
  ClientNodes nodes(kClients);
  allocate_all(nodes);
  run_random_load(nodes, random, 40, "a");
  // The second replica keeps one entry back; nobody can see that, but there are other replicas.
  std::string keeps_back;
  SECTION("all replicas give all of it") {}
  SECTION("a replica keeps an entry back") {
    keeps_back = GENERATE(as<std::string>(), "replica0", "replica1");
  }
  nodes.wire().tamper_with([&](const std::string& replica, const std::string&,
                               link::v1::Answer& answer) {
    if (replica == keeps_back && answer.has_state() && answer.state().items_size() > 0)
      answer.mutable_state()->mutable_items()->RemoveLast();
    return true;
  });
  REQUIRE(nodes.order(move_party("cyd", "client1")).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  check_entries(nodes, 0, {"ann"});
  check_entries(nodes, 1, {"bob", "cyd", "dan"});
  CHECK(nodes.query(1, "cyd", "get balance/cyd") ==
        [&] {
          v1::QueryRequest request;
          request.set_engine("script");
          request.add_parties("cyd");
          request.set_request("get balance/cyd");
          return nodes.replicas().pipeline(0).query(request)->response();
        }());
  // Its new host acts for it, the old one does not any more.
  CHECK(nodes.complete(1, World::submission("new", {"cyd"}, "mint cyd 1")).code() == 0);
  CHECK(nodes.complete(0, World::submission("old", {"cyd"}, "mint cyd 1")).code() != 0);
  // There and back again, with a restart in between.
  nodes.stop_client(0);
  REQUIRE(nodes.order(move_party("cyd", "client0")).code() == 0);
  REQUIRE(nodes.order(move_party("bob", "client0")).code() == 0);
  nodes.start_client(0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  check_entries(nodes, 0, {"ann", "bob", "cyd"});
  check_entries(nodes, 1, {"dan"});
  CHECK(nodes.wire().cuts().empty());
}

TEST_CASE("streams: an entry that a replica makes up is found out when state is taken over",
          "[simulation][client]") {
  simulation::Random random(12);
  ClientNodes nodes(kClients);
  allocate_all(nodes);
  run_random_load(nodes, random, 20, "a");
  nodes.wire().tamper_with([&](const std::string& replica, const std::string&,
                               link::v1::Answer& answer) {
    if (replica == "replica0" && answer.has_state() && answer.state().items_size() > 0)
      flip(*answer.mutable_state()->mutable_items(0)->mutable_entry());
    return true;
  });
  REQUIRE(nodes.order(move_party("cyd", "client1")).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  check_entries(nodes, 1, {"bob", "cyd", "dan"});
  REQUIRE_FALSE(nodes.wire().cuts().empty());
  for (const auto& [who, whom, why] : nodes.wire().cuts())
    CHECK(whom == "replica0");
}

TEST_CASE("streams: a client that operators add later has all that it may see, from then on",
          "[simulation][client]") {
  simulation::Random random(13);
  ClientNodes nodes(1);
  REQUIRE(nodes.allocate(0, "ann").code() == 0);
  REQUIRE(nodes.complete(0, World::submission("p", {"ann"}, "put k v *")).code() == 0);
  const std::size_t late = nodes.add_client("late");
  nodes.run_ms(50); // the ledger does not have it yet
  v1::OperatorAction action;
  action.mutable_add_client()->set_id("late");
  action.mutable_add_client()->set_public_key(nodes.public_key(late));
  action.mutable_add_client()->set_may_allocate_parties(true);
  action.mutable_add_client()->set_streams(true);
  REQUIRE(nodes.order(action).code() == 0);
  REQUIRE(nodes.run_until([&] { return nodes.level(); }, 20'000));
  check_entries(nodes, late, {});
  REQUIRE(nodes.allocate(late, "zoe").code() == 0);
  CHECK(nodes.complete(late, World::submission("z", {"zoe"}, "mint zoe 4")).code() == 0);
  CHECK(nodes.query(late, "zoe", "get balance/zoe") == "4");
}

TEST_CASE("streams: a client node gets frames in proportion to what it sees, not to the ledger",
          "[simulation][client]") {
  ClientNodes nodes(kClients);
  allocate_all(nodes);
  const auto cost_of = [&](std::size_t client, const std::string& party,
                           const std::string& prefix) {
    const std::uint64_t before = nodes.wire().bytes_to_clients();
    nodes.stop_client(1 - client);
    for (int i = 0; i < 10; ++i) {
      const std::string value(10'000, 'x');
      const auto put = nodes.replicas().submit(
          0, World::submission(prefix + std::to_string(i), {party}, "put k " + value + " ann"));
      static_cast<void>(nodes.run_until([&] { return put->known; }, 5'000));
    }
    REQUIRE(nodes.run_until([&] { return nodes.level(); }, 10'000));
    nodes.start_client(1 - client);
    return nodes.wire().bytes_to_clients() - before;
  };
  // Replica 0 signs for nobody's party, so all it orders is rejected: nobody sees anything of it.
  CHECK(cost_of(1, "ann", "x") < 100'000);
}
