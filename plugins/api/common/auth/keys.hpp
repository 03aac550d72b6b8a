// The public keys that token signatures are checked with, from PEM files and from JSON Web Key Sets
// (RFC 7517). RSA of at least 2048 bits for RS256 and P-256 for ES256; nothing else. A KeySet is
// immutable once made; any thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/core/status.hpp"

using EVP_PKEY = struct evp_pkey_st;

namespace tenon::api::auth {

enum class Algorithm { kRs256, kEs256 };

struct VerificationKey {
  std::string id; // "kid"; empty: unnamed
  Algorithm algorithm = Algorithm::kEs256;
  std::shared_ptr<EVP_PKEY> key;
};

using KeySet = std::vector<VerificationKey>;

inline constexpr std::size_t kMaxKeys = 64;

// `where` names the source in messages.
[[nodiscard]] Result<VerificationKey> key_from_pem(std::string_view pem, std::string_view where);
// Keys of other types or uses are passed over; a set without one usable key is an error.
[[nodiscard]] Result<KeySet> keys_from_jwks(std::string_view text, std::string_view where);

// Over the exact bytes that were signed; `signature` is in the form of RFC 7518.
[[nodiscard]] bool verify_signature(const VerificationKey& key, std::string_view message,
                                    std::string_view signature);

// RFC 4648 section 5, without padding. Nothing when it is not that.
[[nodiscard]] bool decode_base64url(std::string_view text, std::string& out);

} // namespace tenon::api::auth
