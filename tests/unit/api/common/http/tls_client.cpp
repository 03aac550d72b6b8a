#include "tls_client.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace tenon::api::test {

namespace {

using Bio = std::unique_ptr<BIO, int (*)(BIO*)>;
using Key = std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)>;
using Certificate = std::unique_ptr<X509, void (*)(X509*)>;

constexpr int kHandshakeTimeout_ms = 10'000;

Bio reader_of(const std::string& text) {
  return {BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), BIO_free};
}

std::string text_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Key private_key(const KeyPair& pair) {
  const Bio bio = reader_of(pair.private_pem);
  return {PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
}

} // namespace

std::string certificate_pem(const KeyPair& pair, std::uint64_t begins_at_s,
                            std::uint64_t ends_at_s) {
  const Key key = private_key(pair);
  const Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  ASN1_TIME_set(X509_getm_notBefore(certificate.get()), static_cast<time_t>(begins_at_s));
  ASN1_TIME_set(X509_getm_notAfter(certificate.get()), static_cast<time_t>(ends_at_s));
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("a test"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509_set_pubkey(certificate.get(), key.get());
  X509_EXTENSION* const names =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate.get(), names, -1);
  X509_EXTENSION_free(names);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(bio.get(), certificate.get());
  return text_of(bio);
}

std::string certificate_pem(const KeyPair& key) {
  return certificate_pem(key, kNow - kDay_s, kNow + 50 * 365 * kDay_s);
}

std::string encrypted_pem(const KeyPair& pair, std::string_view passphrase) {
  const Key key = private_key(pair);
  const Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key.get(), EVP_aes_256_cbc(),
                           reinterpret_cast<const unsigned char*>(passphrase.data()),
                           static_cast<int>(passphrase.size()), nullptr, nullptr);
  return text_of(bio);
}

TlsSocket::TlsSocket(std::uint16_t port, const std::string& authority, int version)
    : Socket(port), context_(SSL_CTX_new(TLS_client_method()), SSL_CTX_free),
      ssl_(nullptr, SSL_free) {
  SSL_CTX_set_max_proto_version(context_.get(), version);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  const Bio bio = reader_of(authority);
  const Certificate trusted(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr), X509_free);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context_.get()), trusted.get());
  ssl_.reset(SSL_new(context_.get()));
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()), "127.0.0.1");
  SSL_set_fd(ssl_.get(), descriptor());
  give_up_after(kHandshakeTimeout_ms);
  ERR_clear_error();
  if (SSL_connect(ssl_.get()) == 1)
    return;
  const char* const reason = ERR_reason_error_string(ERR_peek_error());
  failure_ = reason != nullptr ? reason : "the connection ended";
}

TlsSocket::~TlsSocket() = default;

void TlsSocket::give_up_after(int timeout_ms) const {
  const timeval time{timeout_ms / 1000, (timeout_ms % 1000) * 1000};
  setsockopt(descriptor(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
}

ssize_t TlsSocket::write_some(std::string_view bytes) {
  const int sent = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  return sent < 0 ? 0 : sent;
}

ssize_t TlsSocket::read_some(char* bytes, std::size_t size, int timeout_ms) {
  give_up_after(timeout_ms);
  const int received = SSL_read(ssl_.get(), bytes, static_cast<int>(size));
  if (received > 0)
    return received;
  const int error = SSL_get_error(ssl_.get(), received);
  if (error == SSL_ERROR_ZERO_RETURN)
    SSL_shutdown(ssl_.get()); // the server's goodbye is answered at once
  return error == SSL_ERROR_WANT_READ ? kNothingInTime : 0;
}

} // namespace tenon::api::test
