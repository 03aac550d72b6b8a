// From a token to an identity, once per token: signatures are verified on first sight and the
// result kept until the token ends or the keys change. Step 1 of a request's path. Owned by the
// service; any thread.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "auth/identity.hpp"
#include "common/auth/verifier.hpp"
#include "message.hpp"

namespace tenon::api::rest {

class Authenticator {
public:
  using WallClock = std::function<std::uint64_t()>; // seconds since the Unix epoch

  // `keys` outlives this.
  Authenticator(auth::KeySource& keys, std::string audience, std::string chain_id, WallClock now_s);

  // The token from `Authorization: Bearer …` or `Sec-WebSocket-Protocol: bearer, …`, verified.
  [[nodiscard]] Result<std::shared_ptr<const Identity>> authenticate(const RequestHead& head);
  [[nodiscard]] std::uint64_t now_s() const { return now_s_(); }

private:
  const std::string audience_;
  const std::string chain_id_;
  const WallClock now_s_;
  auth::Verifier<Identity> verifier_;
};

// The 401 answer: WWW-Authenticate as RFC 6750 has it.
[[nodiscard]] Response unauthorized(const Status& status, std::string_view instance);

} // namespace tenon::api::rest
