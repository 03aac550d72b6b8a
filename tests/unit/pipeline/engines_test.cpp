// Two engines in one ledger: who runs what, on whose keys, and what binds the chain to both.
#include <catch2/catch.hpp>

#include "pipeline/genesis.hpp"
#include "tenon/crypto/sha256.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;
using host::pipeline::EngineFingerprint;
using host::pipeline::network_fingerprint;

namespace {

WorldOptions with_second(ScriptEngine& second) {
  second.set_fingerprint(crypto::sha256("the second engine"));
  WorldOptions options;
  options.more_engines.push_back({"script2", &second});
  return options;
}

// One engine's id is the beginning of the other's; their keys are apart even so.
struct TwoEngines {
  TwoEngines() { world.allocate_all({"alice"}); }

  v1::Completion submit(const std::string& engine, const std::string& id, const std::string& line,
                        v1::Mode mode = v1::MODE_SEQUENTIAL) {
    v1::Submission submission = World::submission(id, {"alice"}, line);
    submission.set_engine(engine);
    submission.set_mode(mode);
    return world.submit(submission);
  }
  // The answer, or why there is none.
  std::string query(const std::string& engine, const std::string& request) {
    v1::QueryRequest message;
    message.set_engine(engine);
    message.add_parties("alice");
    message.set_request(request);
    const auto answer = world.pipeline().query(message);
    return answer.ok() ? answer->response() : answer.status().to_string();
  }

  ScriptEngine second;
  World world{memory_store(), with_second(second)};
};

constexpr v1::Mode kModes[] = {v1::MODE_SEQUENTIAL, v1::MODE_PRE_EXECUTED};

} // namespace

TEST_CASE("engines: a transaction runs in the engine that it names", "[pipeline]") {
  for (const v1::Mode mode : kModes) {
    INFO("mode " << mode);
    TwoEngines ledger;
    REQUIRE(ledger.submit("script", "1", "shout hello", mode).code() == 0);
    const std::uint64_t before = ledger.world.engine().executions();
    CHECK(before > 0);
    CHECK(ledger.second.executions() == 0);
    REQUIRE(ledger.submit("script2", "2", "shout hello", mode).code() == 0);
    CHECK(ledger.world.engine().executions() == before);
    CHECK(ledger.second.executions() > 0);

    const auto seen = ledger.world.transactions({"alice"});
    REQUIRE(seen.transactions_size() == 2);
    for (int i = 0; i < 2; ++i) {
      const v1::LedgerTransaction& transaction = seen.transactions(i);
      CHECK(transaction.engine() == (i == 0 ? "script" : "script2"));
      REQUIRE(transaction.events_size() == 1);
      CHECK(transaction.events(0).engine() == transaction.engine());
    }
  }
}

TEST_CASE("engines: an engine sees and writes its own keys, whatever they are called",
          "[pipeline]") {
  for (const v1::Mode mode : kModes) {
    INFO("mode " << mode);
    TwoEngines ledger;
    REQUIRE(ledger.submit("script", "1", "put colour red *", mode).code() == 0);
    REQUIRE(ledger.submit("script2", "2", "put colour blue *", mode).code() == 0);
    REQUIRE(ledger.submit("script2", "3", "put colours many *", mode).code() == 0);
    CHECK(ledger.query("script", "get colour") == "red");
    CHECK(ledger.query("script2", "get colour") == "blue");
    // A scan without an end ends with the engine's last key.
    CHECK(ledger.query("script", "list") == "colour=red;");
    CHECK(ledger.query("script2", "list") == "colour=blue;colours=many;");
    // So does one of a transaction.
    REQUIRE(ledger.submit("script", "4", "count c seen", mode).code() == 0);
    CHECK(ledger.query("script", "get seen") == "1");

    v1::ProofRequest request;
    request.mutable_keys()->add_keys("script/colour");
    request.mutable_keys()->add_keys("script2/colour");
    const auto proof = ledger.world.pipeline().prove(request);
    REQUIRE(proof.ok());
    REQUIRE(proof->keys_size() == 2);
    CHECK(proof->keys(0).value() == "red");
    CHECK(proof->keys(1).value() == "blue");

    REQUIRE(ledger.submit("script", "5", "put ../script2/colour black *", mode).code() == 0);
    REQUIRE(ledger.submit("script", "6", "delete colour", mode).code() == 0);
    CHECK(ledger.query("script", "get colour") == "nothing");
    CHECK(ledger.query("script2", "list") == "colour=blue;colours=many;");
  }
}

TEST_CASE("engines: one that the ledger does not have is refused, and those it has are named",
          "[pipeline]") {
  TwoEngines ledger;
  const std::uint64_t height = ledger.world.status().height();
  for (const char* const engine : {"script3", "scrip", "Script", ""}) {
    const std::string found = "found \"" + std::string(engine) + "\"";
    const v1::Completion refused = ledger.submit(engine, "1", "put colour red *");
    CHECK(refused.code() == static_cast<std::uint32_t>(Code::kNotFound));
    CHECK(refused.message() ==
          "UNKNOWN_ENGINE: expected one of script, script2 and sys, " + found);
    CHECK(ledger.query(engine, "get colour") ==
          "NOT_FOUND: UNKNOWN_ENGINE: expected one of script, script2, " + found);
  }
  CHECK(ledger.world.status().height() == height);
}

TEST_CASE("engines: the same command id means another command in another engine", "[pipeline]") {
  TwoEngines ledger;
  REQUIRE(ledger.submit("script", "same", "put colour red *").code() == 0);
  const v1::Completion other = ledger.submit("script2", "same", "put colour blue *");
  CHECK(other.code() == 0);
  CHECK_FALSE(other.duplicate());
  CHECK(ledger.submit("script", "same", "put colour red *").duplicate());
  const v1::Completion again = ledger.submit("script2", "same", "put colour blue *");
  CHECK(again.duplicate());
  CHECK(again.transaction_id() == other.transaction_id());
}

TEST_CASE("engines: the network fingerprint covers every engine, in headers and at each start",
          "[pipeline]") {
  TwoEngines ledger;
  const EngineFingerprint script{"script", Hash{}};
  const EngineFingerprint script2{"script2", *ledger.second.fingerprint()};
  const Hash both = network_fingerprint({script, script2});
  CHECK_FALSE(both == network_fingerprint({script}));
  CHECK_FALSE(both == network_fingerprint({script2}));
  CHECK(ledger.world.status().engines_fingerprint() == both.view());
  const auto encoded = ledger.world.store().read_block(1, plugin::BlockPart::kHeader);
  REQUIRE(encoded.ok());
  REQUIRE(encoded->has_value());
  v1::BlockHeader header;
  REQUIRE(header.ParseFromString(**encoded));
  CHECK(header.engines() == both.view());

  ledger.second.set_fingerprint(crypto::sha256("another version of it"));
  const auto opened = ledger.world.open(ledger.world.genesis());
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.status().code() == Code::kFailedPrecondition);
  CHECK(opened.status().message().find("script2") != std::string::npos);
  ledger.second.set_fingerprint(script2.fingerprint);
  ledger.world.restart();
  CHECK(ledger.submit("script2", "1", "put colour blue *").code() == 0);
}
