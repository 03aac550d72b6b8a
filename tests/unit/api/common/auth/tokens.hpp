// Keys and tokens for the tests. Signatures are made by another library than the one under test
// verifies with its own code.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/json/json_text.hpp"

namespace tenon::api::test {

inline constexpr std::uint64_t kNow = 1'700'000'000;

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};
// Made once per process each.
const KeyPair& rsa_key();
const KeyPair& ec_key();
const KeyPair& other_ec_key();
KeyPair make_rsa_key(unsigned bits);

// {"alg", "kty", …} of the public half.
Json jwk_of(const KeyPair& key, const std::string& id);

std::string base64url(std::string_view bytes);

// `algorithm`: "RS256", "ES256" or "HS256" (key: the secret). `key_id`: "kid", if not empty.
std::string sign(const Json& claims, const std::string& algorithm, const std::string& key,
                 const std::string& key_id = {});
// Header and claims as given, with any signature bytes.
std::string raw_token(const Json& header, const Json& claims, std::string_view signature);

// A valid claim set: acts as the parties, ends in an hour.
Json claims_for(const std::vector<std::string>& act_as, bool admin = false);
// Signed with ec_key().
std::string token_for(const std::vector<std::string>& act_as, bool admin = false);

// A file of that content that goes away with the process.
std::string temporary_file(std::string_view content, const char* suffix);

} // namespace tenon::api::test
