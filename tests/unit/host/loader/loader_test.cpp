#include "loader/loader.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "../fakes.hpp"
#include "loader/elf_file.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::host::loader {
namespace {

using testkit::TemporaryFolder;

std::filesystem::path fixture(const std::string& fault) {
  return std::filesystem::path(TENON_BINARY_DIR) / "lib/fixtures" / plugin_file_name("api", fault);
}

Bytes read_bytes(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_bytes(const std::filesystem::path& file, BytesView bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

// Inspects and, where that succeeds, loads.
std::string outcome(const std::string& fault) {
  auto inspected = inspect(fixture(fault), {"api", fault, std::nullopt});
  if (!inspected.ok())
    return std::string(refusal_name(inspected.refusal().code));
  auto loaded = load(*std::move(inspected));
  return loaded.ok() ? "LOADED" : std::string(refusal_name(loaded.refusal().code));
}

} // namespace

TEST_CASE("loader: a good plugin loads, with its descriptor and one export", "[host][loader]") {
  auto inspected = inspect(fixture("good"), {"api", "good", std::nullopt});
  REQUIRE(inspected.ok());
  CHECK(inspected->descriptor.name == "good");
  CHECK(inspected->descriptor.offers == std::vector<std::string>{"tenon.api/1"});
  CHECK(inspected->exports == std::vector<std::string>{TENON_ENTRY_SYMBOL});
  const auto loaded = load(*std::move(inspected));
  REQUIRE(loaded.ok());
  CHECK(loaded->table->create != nullptr);
}

TEST_CASE("loader: each fault of a plugin file has its own refusal", "[host][loader]") {
  const std::pair<const char*, const char*> expected[] = {
      {"wrong_major", "WRONG_MAJOR"},
      {"newer_minor", "WRONG_MINOR"},
      {"no_note", "NO_NOTE"},
      {"corrupt_note", "BAD_NOTE"},
      {"short_note", "BAD_NOTE"},
      {"two_notes", "BAD_NOTE"},
      {"descriptor_not_json", "BAD_DESCRIPTOR"},
      {"descriptor_no_object", "BAD_DESCRIPTOR"},
      {"unknown_kind", "BAD_DESCRIPTOR"},
      {"bad_name", "BAD_DESCRIPTOR"},
      {"schema_missing", "BAD_DESCRIPTOR"},
      {"name_mismatch", "WRONG_NAME"},
      {"missing_offer", "MISSING_OFFER"},
      {"unknown_need", "MISSING_NEED"},
      {"extra_exports", "EXTRA_EXPORTS"},
      {"no_entry", "NO_ENTRY"},
      {"missing_symbol", "LINK_FAILED"},
      {"entry_null", "ENTRY_FAILED"},
      {"entry_throws", "ENTRY_FAILED"},
      {"short_table", "BAD_TABLE"},
      {"huge_table", "BAD_TABLE"},
      {"table_version", "BAD_TABLE"},
      {"null_function", "BAD_TABLE"},
      {"no_such_file", "UNREADABLE"},
  };
  for (const auto& [fault, refusal] : expected) {
    INFO(fault);
    CHECK(outcome(fault) == refusal);
  }
}

TEST_CASE("loader: a refusal says what, expected, found and how to fix", "[host][loader]") {
  const auto refused = inspect(fixture("wrong_major"), {});
  REQUIRE_FALSE(refused.ok());
  const std::string sentence = refused.refusal().sentence();
  for (const char* part :
       {"tenon_api_wrong_major.so", "WRONG_MAJOR", "expected 0.1", "found 1.1", "How to fix"}) {
    INFO(sentence);
    CHECK(sentence.find(part) != std::string::npos);
  }
}

TEST_CASE("loader: a plugin of another kind or content than named is refused", "[host][loader]") {
  const auto kind = inspect(fixture("good"), {"store", "good", std::nullopt});
  REQUIRE_FALSE(kind.ok());
  CHECK(kind.refusal().code == RefusalCode::kWrongKind);
  const auto digest = inspect(fixture("good"), {"api", "good", Hash{}});
  REQUIRE_FALSE(digest.ok());
  CHECK(digest.refusal().code == RefusalCode::kWrongDigest);
  const auto honest = inspect(fixture("good"), {});
  REQUIRE(honest.ok());
  CHECK(inspect(fixture("good"), {"api", "good", honest->image.digest()}).ok());
}

TEST_CASE("loader: files that are no shared object for this machine are refused",
          "[host][loader]") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "x.so";
  const auto refusal_of = [&](BytesView bytes) {
    write_bytes(file, bytes);
    const auto inspected = inspect(file, {});
    return inspected.ok() ? RefusalCode::kStartFailed : inspected.refusal().code;
  };
  Bytes good = read_bytes(fixture("good"));
  CHECK(refusal_of("") == RefusalCode::kNotElf);
  CHECK(refusal_of("#!/bin/sh\n") == RefusalCode::kNotElf);
  CHECK(refusal_of(BytesView(good).substr(0, 40)) == RefusalCode::kTruncated);
  CHECK(refusal_of(BytesView(good).substr(0, 200)) == RefusalCode::kTruncated);
  Bytes other = good;
  other[4] = 1; // 32-bit
  CHECK(refusal_of(other) == RefusalCode::kWrongMachine);
  other = good;
  other[18] = 40; // ARM
  CHECK(refusal_of(other) == RefusalCode::kWrongMachine);
  CHECK(inspect(folder.path(), {}).refusal().code == RefusalCode::kUnreadable);
}

TEST_CASE("loader: damaged and hostile files never get past the bounds", "[host][loader]") {
  const Bytes good = read_bytes(fixture("good"));
  std::mt19937 random(20240501);
  for (std::size_t size = 0; size < 4096 && size < good.size(); size += 7)
    static_cast<void>(read_elf(BytesView(good).substr(0, size), "cut"));
  for (int round = 0; round < 3000; ++round) {
    Bytes damaged = good;
    // Where the headers stand: damage there reaches every offset and size.
    const std::size_t zone = round % 2 == 0 ? 1024 : damaged.size();
    for (int i = 0; i < 4; ++i)
      damaged[random() % zone] = static_cast<char>(random());
    static_cast<void>(read_elf(damaged, "damaged"));
  }
  for (std::size_t offset = 64; offset < 64 + 8 * 56; offset += 8) {
    Bytes damaged = good;
    for (std::size_t i = 0; i < 8; ++i)
      damaged[offset + i] = '\xff';
    static_cast<void>(read_elf(damaged, "all ones"));
  }
  SUCCEED("nothing read outside the file");
}

TEST_CASE("loader: what was inspected is what is loaded, even when the file is replaced",
          "[host][loader]") {
  const TemporaryFolder folder;
  const auto file = folder.path() / plugin_file_name("api", "good");
  std::filesystem::copy_file(fixture("good"), file);
  auto inspected = inspect(file, {"api", "good", std::nullopt});
  REQUIRE(inspected.ok());
  write_bytes(file, "replaced by something that would not load");
  CHECK(load(*std::move(inspected)).ok());
}

TEST_CASE("loader: a name that is nowhere on the path is told with what is there",
          "[host][loader]") {
  const auto folder = fixture("good").parent_path();
  CHECK(find_plugin({folder}, "api", "good").ok());
  const auto refused = find_plugin({folder}, "api", "goood");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.refusal().code == RefusalCode::kNotFound);
  CHECK(refused.refusal().sentence().find(folder.string()) != std::string::npos);
  CHECK(list_plugins({folder}).size() > 30);
}

} // namespace tenon::host::loader
