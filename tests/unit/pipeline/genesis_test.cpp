#include <catch2/catch.hpp>

#include "pipeline/genesis.hpp"
#include "tenon/crypto/sha256.hpp"
#include "unit/pipeline/fakes/world.hpp"

using namespace tenon;
using namespace tenon::test;
using host::pipeline::parse_genesis;

namespace {

std::string document() {
  return test_genesis(testkit::ManualHost(Hash{}).node_key());
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = document();
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

} // namespace

TEST_CASE("genesis: the chain id is the hash of the document's bytes", "[pipeline]") {
  const auto genesis = parse_genesis(document());
  REQUIRE(genesis.ok());
  CHECK(genesis->chain == crypto::sha256(document()));
  CHECK(genesis->validators.validators_size() == 1);
  CHECK(genesis->clients.size() == 1);
  CHECK(genesis->time_us == kGenesisTime);
}

TEST_CASE("genesis: what is wrong with a document is said with its place", "[pipeline]") {
  const auto complaint = [](const std::string& text) {
    return parse_genesis(text).status().message();
  };
  CHECK(complaint("{") == "genesis document: expected JSON, found something else");
  CHECK(complaint("[]") == "genesis document, : expected an object, found array");
  CHECK(complaint(replaced("\"version\": 1", "\"version\": 2")) ==
        "genesis document, /version: expected 1, found 2");
  CHECK(complaint(replaced("\"time_us\": 1", "\"time_us\": -1")) ==
        "genesis document, /time_us: expected a number, zero or more, found number");
  CHECK(complaint(replaced("\"name\"", "\"nome\"")).find("/name: expected a string") !=
        std::string::npos);
  CHECK(complaint(replaced("\"id\": \"script\"", "\"id\": \"sys\"")).find("/engines/0/id") !=
        std::string::npos);
  CHECK(complaint(replaced("\"max_byzantine\": 0", "\"max_byzantine\": 1"))
            .find("3 * max_byzantine + 1") != std::string::npos);
  CHECK(complaint(replaced("\"max_block_bytes\": 1", "\"max_block_bytes\": 0, \"x\": 1"))
            .find("members") != std::string::npos);
  CHECK(complaint(replaced("\"max_block_transactions\": 8192", "\"max_block_transactions\": 90000"))
            .find("at most 21 MiB") != std::string::npos);
}

TEST_CASE("genesis: operators and keys of channels may be there or not", "[pipeline]") {
  const auto with = [](const std::string& operators) {
    return parse_genesis(replaced("  \"parameters\"", operators + "  \"parameters\""));
  };
  const auto solo = parse_genesis(document());
  REQUIRE(solo.ok());
  CHECK(solo->operators.threshold() == 1);
  CHECK(solo->operators.next_sequence() == 1);
  REQUIRE(solo->operators.operators_size() == 1);
  CHECK(solo->operators.operators(0).public_key() ==
        testkit::ManualHost(Hash{}).node_key().public_key());
  CHECK(solo->validators.validators(0).tls_key().empty());
  const std::string tls_key(64, 'a');
  const auto with_tls_key = [](const std::string& key) {
    const std::string member = "\"tls_key\": \"" + key + "\", ";
    return parse_genesis(replaced("\"public_key\"", member + "\"public_key\""));
  };
  const auto keyed = with_tls_key(tls_key);
  REQUIRE(keyed.ok());
  CHECK(keyed->clients.at(0).second.tls_key() == Bytes(32, '\xaa'));
  CHECK_FALSE(with_tls_key("aa").ok());
  CHECK(parse_genesis(replaced("\"threshold\": 1", "\"threshold\": 2"))
            .status()
            .message()
            .starts_with("genesis document, /operators: expected a threshold"));
  CHECK(parse_genesis(replaced("\"keys\": [", "\"keys\": [{}, "))
            .status()
            .message()
            .find("/operators/keys/0/name") != std::string::npos);
  CHECK_FALSE(with("\"operators\": 7,").ok());
}

TEST_CASE("genesis: validators have different names and keys", "[pipeline]") {
  const std::string validator =
      R"({"name":"node","public_key":")" + std::string(64, 'b') + "\"}, ";
  CHECK(parse_genesis(replaced("\"validators\": [", "\"validators\": [" + validator))
            .status()
            .message()
            .find("different names and keys") != std::string::npos);
}

TEST_CASE("genesis: the fingerprint does not depend on the order of the engines", "[pipeline]") {
  const host::pipeline::EngineFingerprint a{"a", crypto::sha256("1")};
  const host::pipeline::EngineFingerprint b{"b", crypto::sha256("2")};
  using host::pipeline::network_fingerprint;
  CHECK(network_fingerprint({a, b}) == network_fingerprint({b, a}));
  CHECK_FALSE(network_fingerprint({a, b}) == network_fingerprint({a}));
}
