// What the server presents in a TLS handshake: its certificate, its key, and no version of TLS
// before the least that is allowed.
// Made once by the server's start(), on the host's main thread, and refused there with a sentence
// rather than in every handshake without one.
#pragma once

#include <cstdint>
#include <memory>

#include "common/http/beast.hpp"
#include "common/http/settings.hpp"

namespace tenon::api::http {

// Null when the settings name no certificate. `now_s`: Unix time; a certificate that is not valid
// then is refused.
[[nodiscard]] Result<std::unique_ptr<asio::ssl::context>>
load_tls(const ServerSettings& settings, std::uint64_t now_s);

} // namespace tenon::api::http
