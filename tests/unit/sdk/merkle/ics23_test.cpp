#include "tenon/merkle/ics23.hpp"

#include <catch2/catch.hpp>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

using namespace tenon;
using namespace tenon::merkle;

// That the bytes are those of the jmt crate is shown by the recorded sdk/testdata/merkle/ics23.txt.

TEST_CASE("ics23: the preimage of an entry has the value hash of its leaf", "[sdk][merkle]") {
  const std::string parties[] = {"alice", "bob"};
  const Bytes readers = encode_readers(parties);
  const Hash salt = crypto::sha256("salt");
  const Bytes entry = encode_entry({salt, 77, readers, "value"});
  const Bytes preimage = entry_preimage(salt, crypto::sha256(readers), 77, "value");
  CHECK(crypto::sha256(preimage) == entry_hash(entry));
}

TEST_CASE("ics23: the siblings of the path stand from the leaf upwards, on their sides",
          "[sdk][merkle]") {
  // SHA-256("alice") begins with the bits 0 0 1.
  SparseProof proof;
  proof.end = SparseProof::End::kLeaf;
  proof.siblings = {crypto::sha256("first"), empty_hash(), crypto::sha256("third")};
  const Bytes encoded = encode_ics23_existence(proof, "alice", "100").value();
  const auto at = [&](const Bytes& piece) { return encoded.find(piece); };
  const Bytes right = "\x1a\x20"; // a suffix of 32 bytes
  const Bytes left(kInnerTag);    // the tag of an inner node, followed by a left sibling
  const auto third = at(left + Bytes(proof.siblings[2].view()));
  const auto second = at(right + Bytes(proof.siblings[1].view()));
  const auto first = at(right + Bytes(proof.siblings[0].view()));
  REQUIRE(first != Bytes::npos);
  CHECK(third < second);
  CHECK(second < first);
  CHECK(first + right.size() + Hash::kSize == encoded.size());
}

TEST_CASE("ics23: absence, an empty key or value, and a path above 64 nodes are refused",
          "[sdk][merkle]") {
  SparseProof proof;
  CHECK_FALSE(encode_ics23_existence(proof, "key", "value").ok());
  proof.end = SparseProof::End::kOtherLeaf;
  CHECK_FALSE(encode_ics23_existence(proof, "key", "value").ok());
  proof.end = SparseProof::End::kLeaf;
  CHECK(encode_ics23_existence(proof, "key", "value").ok());
  CHECK_FALSE(encode_ics23_existence(proof, "", "value").ok());
  CHECK_FALSE(encode_ics23_existence(proof, "key", "").ok());
  proof.siblings.assign(64, empty_hash());
  CHECK(encode_ics23_existence(proof, "key", "value").ok());
  proof.siblings.push_back(empty_hash());
  CHECK_FALSE(encode_ics23_existence(proof, "key", "value").ok());
}
