#include <catch2/catch.hpp>

#include <sstream>

#include "common/memory_backend.hpp"
#include "common/store_core.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "unit/store/tree_script.hpp"

using namespace tenon;
using namespace tenon::store;

namespace {

void replay(const std::string& name, std::size_t least_answers) {
  const Recording recording =
      split_recording(read_text(TENON_SOURCE_DIR "/sdk/testdata/merkle/" + name));
  REQUIRE(recording.answers.size() > least_answers);
  const auto store = StoreCore::open(std::make_unique<MemoryBackend>(), {});
  REQUIRE(store.ok());
  const auto answers = answer_script(**store, recording.script);
  INFO(answers.status().to_string());
  REQUIRE(answers.ok());
  REQUIRE(answers->size() == recording.answers.size());
  for (std::size_t i = 0; i < answers->size(); ++i) {
    INFO("answer " << i);
    REQUIRE((*answers)[i] == recording.answers[i]);
  }
}

} // namespace

TEST_CASE("tree: frozen roots and proofs of the jmt crate come out bit for bit", "[store][tree]") {
  replay("jmt.txt", 80);
}

TEST_CASE("tree: frozen histories of the jmt crate come out bit for bit", "[store][tree]") {
  replay("histories.txt", 150);
}

TEST_CASE("tree: frozen ICS-23 proofs of the jmt crate come out bit for bit", "[store][tree]") {
  replay("ics23.txt", 15);
}

TEST_CASE("state entry: frozen encodings and hashes come out bit for bit", "[store][tree]") {
  std::istringstream lines(read_text(TENON_SOURCE_DIR "/sdk/testdata/merkle/entries.txt"));
  const auto bytes = [](const std::string& text) {
    return text == "-" ? Bytes() : from_hex(text).value();
  };
  std::size_t entries = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("#"))
      continue;
    std::istringstream words(line);
    std::string command, salt, expiry, readers, value, encoded, hash;
    words >> command >> salt >> expiry >> readers >> value;
    REQUIRE(command == "entry");
    REQUIRE(std::getline(lines, encoded));
    REQUIRE(std::getline(lines, hash));
    const Bytes reader_list = bytes(readers);
    const Bytes value_bytes = bytes(value);
    const Bytes entry = merkle::encode_entry(
        {hash_from_hex(salt).value(), parse_u64(expiry).value(), reader_list, value_bytes});
    CHECK("= " + to_hex(entry) == encoded);
    CHECK("= " + to_hex(merkle::entry_hash(entry).view()) == hash);
    ++entries;
  }
  CHECK(entries >= 4);
}
