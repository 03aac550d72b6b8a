#include "network/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace tenon::host::network {

namespace {

struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using Certificate = std::unique_ptr<X509, FreeCertificate>;

constexpr const char* kCipherSuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";
// Of what a stranger may send before it is known who it is.
constexpr long kMaxCertificateBytes = 8192;
// Every time there is (RFC 5280, 4.1.2.5): keys are replaced by their owners, not by the calendar.
constexpr const char* kBegins = "19700101000000Z";
constexpr const char* kEnds = "99991231235959Z";

Status openssl_fault(const std::string& what) {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return fault("OpenSSL could not " + what + (reason != nullptr ? ": " : "") +
               (reason != nullptr ? reason : ""));
}

Result<Certificate> self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new());
  X509* const made = certificate.get();
  if (made == nullptr || X509_set_version(made, X509_VERSION_3) != 1 ||
      ASN1_INTEGER_set(X509_get_serialNumber(made), 1) != 1 ||
      ASN1_TIME_set_string_X509(X509_getm_notBefore(made), kBegins) != 1 ||
      ASN1_TIME_set_string_X509(X509_getm_notAfter(made), kEnds) != 1)
    return openssl_fault("make a certificate");
  X509_NAME* const name = X509_get_subject_name(made);
  if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                 reinterpret_cast<const unsigned char*>("tenon"), -1, -1, 0) != 1 ||
      X509_set_issuer_name(made, name) != 1 || X509_set_pubkey(made, key) != 1 ||
      X509_sign(made, key, nullptr) == 0)
    return openssl_fault("sign a certificate");
  return certificate;
}

// In place of OpenSSL's own verification, which asks authorities. TLS itself checks that the other
// side holds the certificate's key.
int takes_ed25519(X509_STORE_CTX* store, void*) {
  const X509* const certificate = X509_STORE_CTX_get0_cert(store);
  const EVP_PKEY* const key = certificate != nullptr ? X509_get0_pubkey(certificate) : nullptr;
  const bool taken = key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519;
  X509_STORE_CTX_set_error(store, taken ? X509_V_OK : X509_V_ERR_CERT_REJECTED);
  return taken ? 1 : 0;
}

Result<std::shared_ptr<SSL_CTX>> make_context(const SSL_METHOD* method, EVP_PKEY* key,
                                              X509* certificate) {
  const std::shared_ptr<SSL_CTX> made(SSL_CTX_new(method), SSL_CTX_free);
  SSL_CTX* const context = made.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) != 1 ||
      SSL_CTX_set_ciphersuites(context, kCipherSuites) != 1 ||
      SSL_CTX_set1_sigalgs_list(context, "ed25519") != 1 ||
      SSL_CTX_set1_groups_list(context, "X25519") != 1 ||
      SSL_CTX_use_certificate(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_set_num_tickets(context, 0) != 1)
    return openssl_fault("set up TLS 1.3 with an Ed25519 key");
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kMaxCertificateBytes);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, takes_ed25519, nullptr);
  return made;
}

} // namespace

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::make(const crypto::PrivateKey& key) {
  auto* const openssl_key = static_cast<EVP_PKEY*>(key.openssl_key());
  TENON_ASSIGN_OR_RETURN(const Certificate certificate, self_signed(openssl_key));
  TENON_ASSIGN_OR_RETURN(Context client,
                         make_context(TLS_client_method(), openssl_key, certificate.get()));
  TENON_ASSIGN_OR_RETURN(Context server,
                         make_context(TLS_server_method(), openssl_key, certificate.get()));
  return std::shared_ptr<const TlsIdentity>(
      new TlsIdentity(key.public_key(), std::move(client), std::move(server)));
}

ssl_st* TlsIdentity::new_client() const {
  return SSL_new(client_.get());
}

ssl_st* TlsIdentity::new_server() const {
  return SSL_new(server_.get());
}

Bytes peer_key(const ssl_st* connection) {
  const X509* const certificate = SSL_get0_peer_certificate(connection);
  const EVP_PKEY* const key = certificate != nullptr ? X509_get0_pubkey(certificate) : nullptr;
  Bytes bytes(crypto::kPublicKeySize, '\0');
  std::size_t size = bytes.size();
  if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_ED25519 ||
      EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(bytes.data()), &size) != 1)
    return {};
  return bytes;
}

} // namespace tenon::host::network
