// From a token to what an API makes of it, once per token: signatures are verified on first sight
// and the result is kept until the token ends or the keys change. Owned by what authenticates an
// API's requests; any thread.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "common/auth/jwt.hpp"
#include "common/auth/key_source.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::api::auth {

// `Identity` has expires_at_s (Unix time; 0: never).
template <typename Identity> class Verifier {
public:
  // `keys` outlives this.
  explicit Verifier(KeySource& keys) : keys_(keys) {}

  // `read`: Result<Identity>(const Json& claims), of claims that a trusted key has signed.
  template <typename Read>
  [[nodiscard]] Result<std::shared_ptr<const Identity>> verify(std::string_view token,
                                                               std::uint64_t now_s, Read read) {
    const Hash hash = crypto::sha256(token);
    Shard& shard = shards_[hash.bytes[31] % kShards];
    const auto keys = keys_.keys();
    if (auto known = find(shard, hash, keys, now_s))
      return known;
    const Result<Json> claims = verify_token(token, *keys);
    if (!claims.ok()) {
      if (is_unknown_key(claims.status()))
        keys_.refresh_soon();
      return claims.status();
    }
    TENON_ASSIGN_OR_RETURN(Identity identity, read(*claims));
    auto shared = std::make_shared<const Identity>(std::move(identity));
    const std::lock_guard lock(shard.mutex);
    if (shard.identities.size() >= kMaxEntriesPerShard)
      shard.identities.clear();
    if (shard.keys == keys)
      shard.identities.emplace(hash, shared);
    return shared;
  }

private:
  using Keys = std::shared_ptr<const KeySet>;
  struct Shard {
    std::mutex mutex;
    Keys keys; // that the entries were verified with
    std::unordered_map<Hash, std::shared_ptr<const Identity>, HashHasher> identities;
  };
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kMaxEntriesPerShard = 1024;

  std::shared_ptr<const Identity> find(Shard& shard, const Hash& hash, const Keys& keys,
                                       std::uint64_t now_s) {
    const std::lock_guard lock(shard.mutex);
    if (shard.keys != keys) {
      shard.identities.clear();
      shard.keys = keys;
    }
    const auto found = shard.identities.find(hash);
    if (found == shard.identities.end())
      return nullptr;
    if (found->second->expires_at_s == 0 || found->second->expires_at_s > now_s)
      return found->second;
    shard.identities.erase(found);
    return nullptr;
  }

  KeySource& keys_;
  std::array<Shard, kShards> shards_;
};

} // namespace tenon::api::auth
