// What the server shows and asks for when a client connects. Made by the server's start().
#pragma once

#include <cstdint>
#include <grpcpp/security/server_credentials.h>
#include <memory>

#include "rpc/settings.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api::rpc {

// Plain text without a certificate, which only a loopback address may have. `now_s`: Unix time; a
// certificate that is not valid then is refused with a sentence, rather than in every handshake
// without one.
[[nodiscard]] Result<std::shared_ptr<grpc::ServerCredentials>>
make_credentials(const ServerSettings& settings, std::uint64_t now_s);

} // namespace tenon::daml_api::rpc
