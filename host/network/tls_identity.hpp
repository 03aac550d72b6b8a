// The node as its peers see it: an Ed25519 key, in a self-signed certificate made in memory, and
// the settings of every TLS connection made with it: version 1.3 only, no resumption, both sides
// show a certificate, and its key is all that counts: no authority, no name, no expiry.
//
// TLS proves that the other side holds the key that it shows. Whether that is the key of a peer is
// checked right after the handshake and before the first byte is read, so that whoever is refused
// can be told. Owned by the network and by the connections made with it; any thread.
#pragma once

#include <memory>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/crypto/ed25519.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace tenon::host::network {

class TlsIdentity {
public:
  [[nodiscard]] static Result<std::shared_ptr<const TlsIdentity>>
  make(const crypto::PrivateKey& key);

  [[nodiscard]] const Bytes& public_key() const { return public_key_; }
  // One end of a new connection, which the caller owns; null when memory is exhausted.
  [[nodiscard]] ssl_st* new_client() const;
  [[nodiscard]] ssl_st* new_server() const;

private:
  using Context = std::shared_ptr<ssl_ctx_st>;
  TlsIdentity(Bytes public_key, Context client, Context server)
      : public_key_(std::move(public_key)), client_(std::move(client)), server_(std::move(server)) {
  }

  Bytes public_key_;
  Context client_;
  Context server_;
};

// The Ed25519 key that the other side has proved to hold; empty before the handshake is over.
[[nodiscard]] Bytes peer_key(const ssl_st* connection);

} // namespace tenon::host::network
