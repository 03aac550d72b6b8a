#include "common/http/tls_context.hpp"

#include <ctime>
#include <openssl/err.h>
#include <openssl/x509.h>

namespace tenon::api::http {

namespace {

std::string text_of(const ASN1_TIME* time) {
  const std::unique_ptr<BIO, int (*)(BIO*)> bio(BIO_new(BIO_s_mem()), BIO_free);
  ASN1_TIME_print(bio.get(), time);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

Status check_validity(const X509* certificate, const std::string& file, std::uint64_t now_s) {
  const auto now = static_cast<std::time_t>(now_s);
  const ASN1_TIME* const begins = X509_get0_notBefore(certificate);
  const ASN1_TIME* const ends = X509_get0_notAfter(certificate);
  if (ASN1_TIME_cmp_time_t(begins, now) > 0) {
    return failed_precondition("tls.certificate_file: " + file + " is not valid before " +
                               text_of(begins) + "; is this machine's clock right?");
  }
  if (ASN1_TIME_cmp_time_t(ends, now) <= 0) {
    return failed_precondition("tls.certificate_file: " + file + " has expired on " +
                               text_of(ends) + "; no client would take it: renew it");
  }
  return {};
}

} // namespace

Result<std::unique_ptr<asio::ssl::context>> load_tls(const ServerSettings& settings,
                                                     std::uint64_t now_s) {
  if (!settings.tls())
    return std::unique_ptr<asio::ssl::context>();
  auto tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* const context = tls->native_handle();
  const bool only_13 = settings.minimum_tls == TlsVersion::k13;
  SSL_CTX_set_min_proto_version(context, only_13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  ErrorCode error;
  // Without this, OpenSSL would ask whoever sits at the terminal for a passphrase.
  static_cast<void>(tls->set_password_callback(
      [](std::size_t, asio::ssl::context::password_purpose) { return std::string(); }, error));
  // The key comes first: a certificate that does not fit then takes its place alone, and what is
  // wrong with each file can be told from what is wrong with the pair.
  static_cast<void>(tls->use_private_key_file(settings.key_file, asio::ssl::context::pem, error));
  if (error) {
    return invalid_argument("tls.key_file: " + settings.key_file + ": " + error.message() +
                            "; expected a private key in PEM form, without a passphrase");
  }
  static_cast<void>(tls->use_certificate_chain_file(settings.certificate_file, error));
  if (error) {
    return invalid_argument("tls.certificate_file: " + settings.certificate_file + ": " +
                            error.message() + "; expected a chain of certificates in PEM form");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    ERR_clear_error();
    return invalid_argument("tls.key_file: " + settings.key_file + " is not the key of " +
                            settings.certificate_file +
                            "; expected the private key that the first certificate was made for");
  }
  TENON_RETURN_IF_ERROR(
      check_validity(SSL_CTX_get0_certificate(context), settings.certificate_file, now_s));
  return tls;
}

} // namespace tenon::api::http
