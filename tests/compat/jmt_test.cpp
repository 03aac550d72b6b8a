#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "common/tree/tree.hpp"
#include "unit/store/random_history.hpp"
#include "unit/store/shared_backend.hpp"
#include "unit/store/tree_script.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/ics23.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/testkit/full_run.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

bool run(const std::string& command) {
  return std::system(command.c_str()) == 0; // NOLINT(concurrency-mt-unsafe): one thread
}

// The oracle, built once into the build tree; empty where there is no cargo to build it with.
std::string oracle() {
  if (!run("command -v cargo >/dev/null 2>&1"))
    return {};
  const std::string target = TENON_SOURCE_DIR "/build/jmt";
  if (!run("cd '" TENON_SOURCE_DIR "/tests/compat/jmt' && cargo build --release --locked --quiet "
           "--target-dir '" +
           target + "'")) {
    return {};
  }
  return target + "/release/tenon-jmt-oracle";
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    result.push_back(line);
  return result;
}

// What the oracle answers to a script.
std::vector<std::string> answers_of(const std::string& program, const std::string& script) {
  const testkit::TemporaryFolder directory;
  const std::string in = directory.path().string() + "/script";
  const std::string out = directory.path().string() + "/answers";
  std::ofstream(in) << script;
  REQUIRE(run("'" + program + "' < '" + in + "' > '" + out + "'"));
  return lines_of(read_text(out));
}

constexpr const char* kNoOracle =
    "no cargo that can build tests/compat/jmt: only the frozen vectors were compared";

// An entry as the ledger keeps it, under its key, and what ICS-23 calls its value.
struct Kept {
  Bytes key;
  Bytes preimage;
  TreeChange change;
};

Kept kept(int i) {
  const std::string readers[] = {"party " + std::to_string(i)};
  const Bytes list = merkle::encode_readers(readers);
  const Hash salt = crypto::sha256("salt " + std::to_string(i));
  const std::uint64_t expires_at_us = i % 2 == 0 ? 0u : 1'700'000'000'000'000u;
  const Bytes value = "value " + std::to_string(i);
  const Bytes entry = merkle::encode_entry({salt, expires_at_us, list, value});
  const Bytes key = "key " + std::to_string(i);
  return {key, merkle::entry_preimage(salt, crypto::sha256(list), expires_at_us, value),
          {crypto::sha256(key), merkle::entry_hash(entry), std::nullopt}};
}

Bytes flipped(Bytes bytes, std::size_t bit) {
  bytes[bit / 8] = static_cast<char>(bytes[bit / 8] ^ (1 << (bit % 8)));
  return bytes;
}

// Claims of membership for the oracle, and what it should answer to them.
struct MemberScript {
  std::string lines;
  std::vector<std::string> expected;

  void ask(const Hash& root, const Bytes& key, const Bytes& value, const Bytes& proof,
           bool accepted) {
    lines += "member " + to_hex(root.view()) + " " + to_hex(key) + " " + to_hex(value) + " " +
             to_hex(proof) + "\n";
    expected.emplace_back(accepted ? "01" : "00");
  }
};

} // namespace

TEST_CASE("tree: random blocks have the roots and proofs that the jmt crate gives them",
          "[store][compat]") {
  const std::string program = oracle();
  if (program.empty()) {
    WARN(kNoOracle);
    return;
  }
  for (unsigned seed = 1; seed <= (testkit::full_run() ? 40u : 4u); ++seed) {
    std::mt19937 random(seed);
    const std::string script = random_script(random, 40, 20u << (seed % 6));
    const auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {});
    REQUIRE(store.ok());
    const auto ours = answer_script(**store, script);
    REQUIRE(ours.ok());
    INFO("seed " << seed);
    REQUIRE(*ours == answers_of(program, script));
  }
}

TEST_CASE("tree: random histories have the roots and proofs that the jmt crate gives them",
          "[store][compat]") {
  const std::string program = oracle();
  if (program.empty()) {
    WARN(kNoOracle);
    return;
  }
  for (const Distribution distribution : kDistributions) {
    const auto memory = std::make_shared<MemoryBackend>();
    const auto history = live_through(
        [&]() -> Result<std::unique_ptr<plugin::Store>> {
          StoreOptions options;
          options.flush_blocks = 9;
          TENON_ASSIGN_OR_RETURN(auto store,
                                 StoreCore::open(std::make_unique<SharedBackend>(memory), options));
          return std::unique_ptr<plugin::Store>(std::move(store));
        },
        distribution, 7, testkit::full_run() ? 100'000 : 4'000);
    INFO("distribution " << static_cast<int>(distribution) << ": "
                         << history.status().to_string());
    REQUIRE(history.ok());
    const std::vector<std::string> theirs = answers_of(program, history->script);
    REQUIRE(theirs.size() == history->answers.size());
    for (std::size_t i = 0; i < theirs.size(); ++i) {
      INFO("answer " << i << " of " << theirs.size());
      REQUIRE(history->answers[i] == theirs[i]);
    }
  }
}

TEST_CASE("ics23: the crate of that name takes the proofs of entries, and none that was changed",
          "[store][compat]") {
  const std::string program = oracle();
  if (program.empty()) {
    WARN(kNoOracle);
    return;
  }
  MemberScript script;
  for (const int count : {1, 2, 40}) {
    std::vector<TreeChange> changes;
    for (int i = 0; i < count; ++i)
      changes.push_back(kept(i).change);
    std::sort(changes.begin(), changes.end(),
              [](const auto& a, const auto& b) { return a.key_hash < b.key_hash; });
    std::vector<Path> removed;
    const Tree tree = Tree().apply(changes, removed).value();
    const Hash root = tree.root_hash();
    for (int i = 0; i < count; ++i) {
      const Kept one = kept(i);
      const Bytes proof =
          merkle::encode_ics23_existence(tree.prove(one.change.key_hash).value(), one.key,
                                         one.preimage)
              .value();
      script.ask(root, one.key, one.preimage, proof, true);
      script.ask(crypto::sha256("another root"), one.key, one.preimage, proof, false);
      script.ask(root, one.key + "x", one.preimage, proof, false);
      script.ask(root, one.key, one.preimage + "x", proof, false);
      script.ask(root, one.key, one.preimage, proof.substr(0, proof.size() - 1), false);
      for (std::size_t bit = i == 0 ? 0 : proof.size() * 8; bit < proof.size() * 8; ++bit)
        script.ask(root, one.key, one.preimage, flipped(proof, bit), false);
    }
  }
  const std::vector<std::string> found = answers_of(program, script.lines);
  REQUIRE(found.size() == script.expected.size());
  const std::vector<std::string> asked = lines_of(script.lines);
  for (std::size_t i = 0; i < found.size(); ++i) {
    INFO(asked[i]);
    CHECK(found[i] == script.expected[i]);
  }
}
