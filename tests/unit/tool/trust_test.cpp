#include "tenon/trust.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::tool;

namespace {

const std::string kProofs = TENON_SOURCE_DIR "/sdk/testdata/proofs/";

Json read_document(const std::string& name) {
  std::ifstream file(kProofs + name);
  return Json::parse(file);
}

// In the words of sdk/testdata/proofs/files.txt.
std::string verdict_on(const Json& document, const Trust& trust) {
  const Bytes encoded = from_base64(document["proof"].get<std::string>()).value();
  const auto checked = check_proof(encoded, trust);
  Status status = checked.status();
  if (status.ok())
    status = check_clear_text(document, encoded);
  return status.ok() ? "proved" : "refused " + status.message();
}

} // namespace

TEST_CASE("tool: every shared proof file gets its verdict, and a changed one its reason",
          "[tool]") {
  std::ifstream file(kProofs + "files.txt");
  Json original;
  Json changed;
  Trust trust;
  std::size_t verdicts = 0;
  for (std::string line; std::getline(file, line);) {
    INFO(line);
    std::istringstream words(line);
    std::string command, name, rest;
    words >> command >> name;
    std::getline(words >> std::ws, rest);
    if (command == "file") {
      original = read_document(name);
      changed = original;
      auto read = read_genesis(kProofs + rest);
      REQUIRE(read.ok());
      trust = *read;
    } else if (command == "with") {
      changed = original;
      changed[name] = Json::parse(rest);
    } else if (command == "without") {
      changed = original;
      changed.erase(name);
    } else if (command == "proved" || command == "refused") {
      CHECK(verdict_on(changed, trust) == line);
      ++verdicts;
    }
  }
  CHECK(verdicts > 25);
}

TEST_CASE("tool: an answer says what the proof proves, key by key", "[tool]") {
  const auto trust = read_genesis(kProofs + "made_genesis.json");
  REQUIRE(trust.ok());
  const Json document = read_document("made.json");
  const auto answer =
      check_proof(from_base64(document["proof"].get<std::string>()).value(), *trust);
  REQUIRE(answer.ok());
  CHECK((*answer)["height"] == "7");
  CHECK((*answer)["chain"] == document["chain"]);
  CHECK((*answer)["keys"].dump() ==
        R"([{"key":"wasm/a","present":true,"value_hex":"313030"},)"
        R"({"key":"wasm/b","present":true,"value_hex":""},)"
        R"({"key":"wasm/nobody","present":false,"value_hex":null}])");
}
