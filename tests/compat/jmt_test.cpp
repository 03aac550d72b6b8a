#include <catch2/catch.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "unit/store/tree_script.hpp"
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

} // namespace

TEST_CASE("tree: random blocks have the roots and proofs that the jmt crate gives them",
          "[store][compat]") {
  const std::string program = oracle();
  if (program.empty()) {
    WARN("no cargo that can build tests/compat/jmt: only the frozen vectors were compared");
    return;
  }
  const testkit::TemporaryFolder directory;
  for (unsigned seed = 1; seed <= (testkit::full_run() ? 40u : 4u); ++seed) {
    std::mt19937 random(seed);
    const std::string script = random_script(random, 40, 20u << (seed % 6));
    const std::string in = directory.path().string() + "/script";
    const std::string out = directory.path().string() + "/answers";
    std::ofstream(in) << script;
    REQUIRE(run("'" + program + "' < '" + in + "' > '" + out + "'"));
    const auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {});
    REQUIRE(store.ok());
    const auto ours = answer_script(**store, script);
    REQUIRE(ours.ok());
    INFO("seed " << seed);
    REQUIRE(*ours == lines_of(read_text(out)));
  }
}
