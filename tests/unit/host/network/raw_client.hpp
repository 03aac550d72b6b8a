// The other end by hand, for what no node does: OpenSSL on a blocking socket, and frames written
// byte by byte.
#pragma once

#include <memory>
#include <openssl/ssl.h>
#include <optional>
#include <string>

#include "network/hello.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::host::network::test {

// A TCP connection to a port of this machine.
class RawSocket {
public:
  explicit RawSocket(std::uint16_t port);
  ~RawSocket();
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  void write(BytesView bytes) const;
  // Whether the other side ends the connection while patience lasts.
  [[nodiscard]] bool is_closed() const;

private:
  int descriptor_;
};

struct RawTls {
  int version = TLS1_3_VERSION; // at most
  // Without a key no certificate is shown.
  std::optional<crypto::PrivateKey> key;
  bool with_rsa = false; // a certificate of another kind of key
};

class RawClient {
public:
  RawClient(std::uint16_t port, const RawTls& settings);

  // Whether the TLS handshake came to its end on this side, which for TLS 1.3 says nothing of the
  // other one.
  [[nodiscard]] bool shook_hands() const { return shook_hands_; }
  void write(BytesView bytes);
  void say(const Control& control) { write(encode_control(control)); }
  // The next message of slot 0 but pings; nothing when the connection ends first.
  [[nodiscard]] std::optional<Control> hear();
  // The code of the Goodbye with which the connection ends; nothing when it just ends.
  [[nodiscard]] std::optional<Goodbye> hear_goodbye();
  [[nodiscard]] bool is_closed() const { return socket_.is_closed(); }

private:
  [[nodiscard]] bool read(char* bytes, std::size_t size);

  RawSocket socket_;
  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  bool shook_hands_ = false;
};

// What a node with those options would say.
[[nodiscard]] Hello hello_of(const NetworkOptions& options, plugin::Lane lane,
                             std::uint64_t wall_us, BytesView instance);

} // namespace tenon::host::network::test
