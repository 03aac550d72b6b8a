#include "auth/authenticator.hpp"

#include "problem.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::string_view kMissing = "TOKEN_MISSING: ";

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size())
    return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(left[i]) != lower(right[i]))
      return false;
  }
  return true;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

Result<std::string_view> token_of(const RequestHead& head) {
  if (!head.authorization.empty()) {
    const std::string_view value = trim(head.authorization);
    const auto space = value.find(' ');
    if (space == std::string_view::npos ||
        !equals_ignoring_case(value.substr(0, space), "bearer")) {
      return Status(Code::kUnauthenticated,
                    "TOKEN_MALFORMED: the header Authorization must be \"Bearer <token>\"");
    }
    return trim(value.substr(space + 1));
  }
  const std::string_view offered = trim(head.websocket_protocol);
  const auto comma = offered.find(',');
  if (comma != std::string_view::npos &&
      equals_ignoring_case(trim(offered.substr(0, comma)), "bearer"))
    return trim(offered.substr(comma + 1));
  return Status(Code::kUnauthenticated,
                std::string(kMissing) +
                    "send a token in the header \"Authorization: Bearer <token>\"");
}

} // namespace

Authenticator::Authenticator(KeySource& keys, std::string audience, std::string chain_id,
                             WallClock now_s)
    : keys_(keys), audience_(std::move(audience)), chain_id_(std::move(chain_id)),
      now_s_(std::move(now_s)) {}

Result<std::shared_ptr<const Identity>> Authenticator::authenticate(const RequestHead& head) {
  TENON_ASSIGN_OR_RETURN(const std::string_view token, token_of(head));
  return verify(token);
}

Result<std::shared_ptr<const Identity>> Authenticator::verify(std::string_view token) {
  const Hash hash = crypto::sha256(token);
  Shard& shard = shards_[hash.bytes[31] % kShards];
  const std::uint64_t now = now_s_();
  const auto keys = keys_.keys();
  {
    const std::lock_guard lock(shard.mutex);
    if (shard.keys != keys) {
      shard.identities.clear();
      shard.keys = keys;
    }
    const auto found = shard.identities.find(hash);
    if (found != shard.identities.end()) {
      if (found->second->expires_at_s > now)
        return found->second;
      shard.identities.erase(found);
    }
  }
  auto verified = verify_token(token, *keys, {audience_, chain_id_, now});
  if (!verified.ok()) {
    if (is_unknown_key(verified.status()))
      keys_.refresh_soon();
    return verified.status();
  }
  auto identity = std::make_shared<const Identity>(std::move(*verified));
  const std::lock_guard lock(shard.mutex);
  if (shard.identities.size() >= kMaxEntriesPerShard)
    shard.identities.clear();
  if (shard.keys == keys)
    shard.identities.emplace(hash, identity);
  return identity;
}

Response unauthorized(const Status& status, std::string_view instance) {
  const Problem problem = problem_of(status);
  Response response = to_response(problem, instance);
  std::string challenge = "Bearer realm=\"tenon\"";
  if (!status.message().starts_with(kMissing)) {
    // A quoted string of the header grammar: what it cannot hold is left out.
    std::string description;
    for (const char c : problem.detail) {
      if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
        description += c;
    }
    challenge += ", error=\"invalid_token\", error_description=\"" + description + "\"";
  }
  response.headers.emplace_back("WWW-Authenticate", std::move(challenge));
  return response;
}

} // namespace tenon::api::rest
