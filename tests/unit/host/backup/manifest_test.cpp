#include "backup/manifest.hpp"

#include <catch2/catch.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::backup {
namespace {

using Catch::Matchers::Contains;

class KeySigner final : public Signer {
public:
  explicit KeySigner(char seed) : key_(*crypto::PrivateKey::from_seed(Bytes(32, seed))) {}
  [[nodiscard]] Bytes public_key() const override { return key_.public_key(); }
  [[nodiscard]] Result<Bytes> sign(BytesView message) const override { return key_.sign(message); }
  [[nodiscard]] bool unused() const override { return false; }

private:
  crypto::PrivateKey key_;
};

Hash filled(std::uint8_t byte) {
  Hash hash;
  hash.bytes.fill(byte);
  return hash;
}

Manifest example(const Signer& signer) {
  Manifest manifest;
  manifest.id = 7;
  manifest.node = "replica-1";
  manifest.store = "rocksdb";
  manifest.time_us = 1'700'000'000'000'001;
  manifest.chain = filled(1);
  manifest.height = 18'446'744'073'709'551'615U;
  manifest.block_id = filled(2);
  manifest.result_hash = filled(3);
  manifest.state_root = filled(4);
  manifest.new_bytes = 12;
  manifest.files = {{"rocksdb/000012.sst", 34, filled(5), "id"}};
  manifest.public_key = signer.public_key();
  return manifest;
}

Bytes written(const Manifest& manifest, const Signer& signer) {
  auto document = write_manifest(manifest, signer);
  REQUIRE(document.ok());
  return *std::move(document);
}

} // namespace

TEST_CASE("backup manifest: what is read is what was written", "[host][backup]") {
  const KeySigner signer('a');
  const Manifest manifest = example(signer);
  const Bytes document = written(manifest, signer);
  const auto read = read_manifest(document, "m");
  REQUIRE(read.ok());
  CHECK(read->height == manifest.height);
  CHECK(read->state_root == manifest.state_root);
  REQUIRE(read->files.size() == 1);
  CHECK(read->files[0].name == manifest.files[0].name);
  CHECK(read->files[0].size == 34);
  CHECK(written(*read, signer) == document);
}

TEST_CASE("backup manifest: every bit of it matters", "[host][backup]") {
  const KeySigner signer('a');
  const Bytes document = written(example(signer), signer);
  std::size_t accepted = 0;
  for (std::size_t bit = 0; bit < document.size() * 8; ++bit) {
    Bytes changed = document;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    accepted += read_manifest(changed, "m").ok() ? 1 : 0;
  }
  CHECK(accepted == 0);
  for (std::size_t size = 0; size < document.size(); ++size)
    accepted += read_manifest(BytesView(document).substr(0, size), "m").ok() ? 1 : 0;
  CHECK(accepted == 0);
  CHECK_FALSE(read_manifest(document + "\n", "m").ok());
}

TEST_CASE("backup manifest: what is wrong with it is told", "[host][backup]") {
  const KeySigner signer('a');
  const KeySigner other('b');
  const Manifest manifest = example(signer);
  const Bytes document = written(manifest, signer);
  SECTION("changed") {
    Bytes changed = document;
    changed.replace(changed.find("\"12\""), 4, "\"13\"");
    CHECK_THAT(read_manifest(changed, "m").status().message(),
               Contains("m is damaged or was changed: its signature does not fit"));
  }
  SECTION("signed by another key than it names") {
    CHECK_THAT(read_manifest(written(manifest, other), "m").status().message(),
               Contains("its signature does not fit"));
  }
  SECTION("of another node") {
    const Status refused = check_signer(manifest, other.public_key());
    CHECK(refused.code() == Code::kDataLoss);
    CHECK_THAT(refused.message(), Contains("was made by another node") &&
                                      Contains("\"replica-1\"") &&
                                      Contains("expected the key " + to_hex(other.public_key())));
    CHECK(check_signer(manifest, signer.public_key()).ok());
  }
  SECTION("of a newer format") {
    Bytes newer = document;
    newer.replace(newer.find("\"format\": 1"), 11, "\"format\": 2");
    const Status refused = read_manifest(newer, "m").status();
    CHECK(refused.code() == Code::kFailedPrecondition);
    CHECK_THAT(refused.message(), Contains("is of format 2, expected format 1"));
  }
  SECTION("with files that would lie elsewhere") {
    for (const char* const name : {"../x", "a/../../x", "/etc/x", "", "a/.."}) {
      Manifest outside = manifest;
      outside.files[0].name = name;
      CHECK_THAT(read_manifest(written(outside, signer), "m").status().message(),
                 Contains("missing or malformed"));
    }
  }
}

} // namespace tenon::host::backup
