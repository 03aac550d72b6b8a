#include "tenon/crypto/ed25519.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>

#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::crypto;

TEST_CASE("ed25519: gives the vectors of RFC 8032", "[sdk][crypto]") {
  const struct {
    const char* seed;
    const char* public_key;
    const char* message;
    const char* signature;
  } vectors[] = {
      {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
       "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
       "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
       "f9b46bd25bf5f0595bbe24655141438e7a100b"},
      {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
       "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
       "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
       "f11d8c387b2eaeb4302aeeb00d291612bb0c00"},
  };
  for (const auto& vector : vectors) {
    const auto key = PrivateKey::from_seed(*from_hex(vector.seed));
    REQUIRE(key.ok());
    const Bytes message = *from_hex(vector.message);
    CHECK(to_hex(key->public_key()) == vector.public_key);
    CHECK(to_hex(key->sign(message).value()) == vector.signature);
    CHECK(verify(key->public_key(), message, *from_hex(vector.signature)));
  }
}

TEST_CASE("ed25519: any changed bit of key, message or signature is refused", "[sdk][crypto]") {
  const auto key = PrivateKey::generate();
  REQUIRE(key.ok());
  const Bytes message = "pay bob 5";
  const Bytes signature = key->sign(message).value();
  REQUIRE(verify(key->public_key(), message, signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << (bit % 8)));
    REQUIRE_FALSE(verify(key->public_key(), message, changed));
  }
  CHECK_FALSE(verify(key->public_key(), "pay bob 6", signature));
  CHECK_FALSE(verify(PrivateKey::generate()->public_key(), message, signature));
  CHECK_FALSE(verify("short", message, signature));
  CHECK_FALSE(verify(key->public_key(), message, "short"));
}

TEST_CASE("ed25519: where libraries differ, the one rule holds", "[sdk][crypto]") {
  // The neutral element as key and commitment: the equation holds for every message.
  Bytes neutral(kPublicKeySize, '\0');
  neutral[0] = 1;
  CHECK_FALSE(verify(neutral, "anything", neutral + Bytes(32, '\0')));

  // The group's order, little-endian, on top of a right scalar.
  const Bytes order = from_hex("edd3f55c1a631258d69cf7a2def9de14"
                               "00000000000000000000000000000010")
                          .value();
  const auto key = PrivateKey::from_seed(Bytes(32, 's'));
  REQUIRE(key.ok());
  Bytes signature = key->sign("message").value();
  REQUIRE(verify(key->public_key(), "message", signature));
  unsigned carry = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    carry += static_cast<unsigned char>(signature[32 + i]) + static_cast<unsigned char>(order[i]);
    signature[32 + i] = static_cast<char>(carry & 0xFF);
    carry >>= 8;
  }
  CHECK_FALSE(verify(key->public_key(), "message", signature));
}

TEST_CASE("ed25519: a key survives PEM, and other PEM is refused with a sentence",
          "[sdk][crypto]") {
  const auto key = PrivateKey::generate();
  REQUIRE(key.ok());
  const auto again = PrivateKey::from_pem(key->to_pem().value());
  REQUIRE(again.ok());
  CHECK(again->public_key() == key->public_key());
  CHECK(PrivateKey::from_pem("nonsense").status().message() == "not a private key in PEM (PKCS#8)");
  CHECK(PrivateKey::from_seed("short").status().code() == Code::kInvalidArgument);
}

TEST_CASE("ed25519: every shared signature is judged as other verifiers judge it",
          "[sdk][crypto]") {
  std::ifstream file(TENON_SOURCE_DIR "/sdk/testdata/crypto/ed25519.txt");
  const auto bytes = [](const std::string& word) {
    return word == "-" ? Bytes() : from_hex(word).value();
  };
  std::size_t signatures = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("#"))
      continue;
    std::istringstream words(line);
    std::string verdict, key, message, signature;
    words >> verdict >> key >> message >> signature;
    INFO(line);
    CHECK(verify(bytes(key), bytes(message), bytes(signature)) == (verdict == "valid"));
    ++signatures;
  }
  CHECK(signatures > 20);
}
