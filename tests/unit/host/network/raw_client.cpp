#include "raw_client.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "cluster.hpp"
#include "network/frame.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::host::network::test {

namespace {

using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

void show_certificate(SSL_CTX* context, EVP_PKEY* key, const EVP_MD* digest) {
  const Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  // Long over: nobody here asks the calendar.
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), 0);
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), 1);
  X509_set_pubkey(certificate.get(), key);
  X509_sign(certificate.get(), key, digest);
  REQUIRE(SSL_CTX_use_certificate(context, certificate.get()) == 1);
  REQUIRE(SSL_CTX_use_PrivateKey(context, key) == 1);
}

} // namespace

RawSocket::RawSocket(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
  REQUIRE(descriptor_ >= 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  const timeval patience{static_cast<time_t>(kPatience_ms / 1000), 0};
  setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawSocket::~RawSocket() {
  close(descriptor_);
}

void RawSocket::write(BytesView bytes) const {
  REQUIRE(send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

bool RawSocket::is_closed() const {
  char dropped[4096];
  for (;;) {
    const ssize_t size = recv(descriptor_, dropped, sizeof dropped, 0);
    if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR))
      return true;
    if (size < 0)
      return false;
  }
}

RawClient::RawClient(std::uint16_t port, const RawTls& settings)
    : socket_(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
      ssl_(nullptr, SSL_free) {
  SSL_CTX_set_max_proto_version(context_.get(), settings.version);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
  if (settings.with_rsa) {
    const Key key(EVP_RSA_gen(2048), EVP_PKEY_free);
    show_certificate(context_.get(), key.get(), EVP_sha256());
  } else if (settings.key) {
    show_certificate(context_.get(), static_cast<EVP_PKEY*>(settings.key->openssl_key()), nullptr);
  }
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_.descriptor());
  ERR_clear_error();
  shook_hands_ = SSL_connect(ssl_.get()) == 1;
}

void RawClient::write(BytesView bytes) {
  ERR_clear_error();
  static_cast<void>(SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())));
}

bool RawClient::read(char* bytes, std::size_t size) {
  while (size > 0) {
    ERR_clear_error();
    const int got = SSL_read(ssl_.get(), bytes, static_cast<int>(size));
    if (got <= 0)
      return false;
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::optional<Control> RawClient::hear() {
  for (;;) {
    Bytes head(kFrameHeadBytes, '\0');
    if (!read(head.data(), head.size()))
      return std::nullopt;
    Bytes payload(read_be32(head), '\0');
    if (!read(payload.data(), payload.size()))
      return std::nullopt;
    if (head.back() != static_cast<char>(kOwnSlot))
      continue;
    auto control = decode_control(payload);
    REQUIRE(control.has_value());
    if (!std::holds_alternative<Ping>(*control))
      return control;
  }
}

std::optional<Goodbye> RawClient::hear_goodbye() {
  while (const auto control = hear()) {
    if (const auto* const goodbye = std::get_if<Goodbye>(&*control))
      return *goodbye;
  }
  return std::nullopt;
}

Hello hello_of(const NetworkOptions& options, plugin::Lane lane, std::uint64_t wall_us,
               BytesView instance) {
  return {kProtocolVersion,
          options.chain.str(),
          options.name,
          static_cast<std::uint32_t>(options.role),
          options.engines_fingerprint.str(),
          wall_us,
          static_cast<std::uint32_t>(lane),
          Bytes(instance)};
}

} // namespace tenon::host::network::test
