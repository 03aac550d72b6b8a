// The other end of TLS: certificates made for a test, and a client that takes no others. OpenSSL
// by hand, so that nothing the server is made of is taken on trust.
#pragma once

#include <memory>
#include <openssl/ssl.h>

#include "loopback.hpp"
#include "tokens.hpp"

namespace tenon::api::test {

inline constexpr std::uint64_t kDay_s = 24 * 60 * 60;

// A self-signed certificate of 127.0.0.1 in PEM form.
std::string certificate_pem(const KeyPair& key, std::uint64_t begins_at_s, std::uint64_t ends_at_s);
// One that is valid by the tests' clock and by that of this machine.
std::string certificate_pem(const KeyPair& key);
// The private key, behind a passphrase.
std::string encrypted_pem(const KeyPair& key, std::string_view passphrase);

class TlsSocket final : public Socket {
public:
  // Trusts `authority` (PEM) and nothing else; speaks `version` at most.
  TlsSocket(std::uint16_t port, const std::string& authority, int version = TLS1_3_VERSION);
  ~TlsSocket() override;

  [[nodiscard]] bool connected() const { return failure_.empty(); }
  // Why there is no connection, in OpenSSL's words.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  [[nodiscard]] std::string version() const { return SSL_get_version(ssl_.get()); }

protected:
  ssize_t write_some(std::string_view bytes) override;
  ssize_t read_some(char* bytes, std::size_t size, int timeout_ms) override;

private:
  void give_up_after(int timeout_ms) const;

  std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  std::string failure_;
};

} // namespace tenon::api::test
