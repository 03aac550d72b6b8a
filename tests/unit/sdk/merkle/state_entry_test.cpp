#include "tenon/merkle/state_entry.hpp"

#include <catch2/catch.hpp>

#include "tenon/crypto/sha256.hpp"

using namespace tenon;
using namespace tenon::merkle;

namespace {

using Parties = std::vector<std::string>;

} // namespace

TEST_CASE("state entry: encoding keeps salt, expiry, readers and value", "[sdk][merkle]") {
  const Bytes readers = encode_readers(Parties{"bob", "alice", "bob"});
  const Bytes encoded = encode_entry({crypto::sha256("salt"), 123456789, readers, "value"});
  const auto entry = decode_entry(encoded);
  REQUIRE(entry.ok());
  CHECK(entry->salt == crypto::sha256("salt"));
  CHECK(entry->expires_at_us == 123456789);
  CHECK(decode_readers(entry->readers) == Parties{"alice", "bob"});
  CHECK(entry->value == "value");
}

TEST_CASE("state entry: malformed bytes are data loss, at every length", "[sdk][merkle]") {
  const Bytes encoded = encode_entry({Hash{}, 1, encode_readers(Parties{"alice"}), ""});
  for (std::size_t size = 0; size < encoded.size(); ++size) {
    const auto entry = decode_entry(BytesView(encoded).substr(0, size));
    REQUIRE_FALSE(entry.ok());
    REQUIRE(entry.status().fault());
  }
}

TEST_CASE("state entry: the hash covers every field", "[sdk][merkle]") {
  const Bytes alice = encode_readers(Parties{"alice"});
  const Bytes bob = encode_readers(Parties{"bob"});
  const Hash base = entry_hash(encode_entry({Hash{}, 0, alice, "v"}));
  CHECK(base == entry_hash(Hash{}, crypto::sha256(alice), 0, "v"));
  CHECK(base != entry_hash(encode_entry({crypto::sha256("s"), 0, alice, "v"})));
  CHECK(base != entry_hash(encode_entry({Hash{}, 1, alice, "v"})));
  CHECK(base != entry_hash(encode_entry({Hash{}, 0, bob, "v"})));
  CHECK(base != entry_hash(encode_entry({Hash{}, 0, alice, "w"})));
}

TEST_CASE("readers: only those named may read, or everyone when public", "[sdk][merkle]") {
  const Bytes named = encode_readers(Parties{"alice", "bob"});
  CHECK(may_read(named, Parties{"carol", "bob"}));
  CHECK_FALSE(may_read(named, Parties{"carol", "bo", "bobby", ""}));
  CHECK_FALSE(may_read(named, Parties{}));
  CHECK(may_read(encode_readers(Parties{"*"}), Parties{}));
  CHECK_FALSE(may_read(encode_readers(Parties{}), Parties{"alice"}));
  CHECK(encode_readers(Parties{"*", "alice"}) == encode_readers(Parties{"*"}));
  CHECK_FALSE(decode_readers(Bytes("\0\5ab", 4)));
}

TEST_CASE("state entry: hashes of many entries are those of each, malformed ones too",
          "[sdk][merkle]") {
  const Bytes alice = encode_readers(std::vector<std::string>{"alice"});
  const Bytes bob = encode_readers(std::vector<std::string>{"bob"});
  std::vector<Bytes> entries;
  for (std::size_t i = 0; i < 100; ++i) {
    const BytesView readers = i % 7 < 3 ? BytesView(alice) : i % 7 < 5 ? BytesView(bob) : "";
    entries.push_back(
        encode_entry({crypto::sha256(std::to_string(i)), i, readers, Bytes(i * 3, 'v')}));
    if (i % 10 == 0)
      entries.push_back(entries.back().substr(0, 20));
  }
  entries.emplace_back();
  const std::vector<BytesView> views(entries.begin(), entries.end());
  const std::vector<Hash> hashes = entry_hashes(views);
  REQUIRE(hashes.size() == entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i)
    REQUIRE(hashes[i] == entry_hash(entries[i]));
}
