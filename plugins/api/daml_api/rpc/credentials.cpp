#include "rpc/credentials.hpp"

#include <fstream>
#include <grpc/grpc_security.h>
#include <sstream>

#include "common/http/tls_context.hpp"
#include "tenon/core/endpoint.hpp"

// libgrpc's own class, of which its headers tell nothing: it has the one way to refuse TLS 1.2.
class grpc_ssl_server_credentials {
public:
  void set_min_tls_version(grpc_tls_version version);
};

namespace tenon::daml_api::rpc {

namespace {

struct Release {
  void operator()(grpc_server_credentials* credentials) const {
    grpc_server_credentials_release(credentials);
  }
};
using Owned = std::unique_ptr<grpc_server_credentials, Release>;

class TlsCredentials final : public grpc::ServerCredentials {
public:
  explicit TlsCredentials(Owned credentials) : credentials_(std::move(credentials)) {}

  void SetAuthMetadataProcessor(const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_.get());
  }

  const Owned credentials_;
};

Result<std::string> read_file(const std::string& setting, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file || text.str().empty())
    return invalid_argument(setting + ": " + path + " cannot be read, or is empty");
  return text.str();
}

grpc_ssl_client_certificate_request_type request_type(ClientCertificate policy) {
  switch (policy) {
  case ClientCertificate::kNone:
    break;
  case ClientCertificate::kOptional:
    return GRPC_SSL_REQUEST_CLIENT_CERTIFICATE_AND_VERIFY;
  case ClientCertificate::kRequired:
    return GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY;
  }
  return GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE;
}

Status check_plain(const ServerSettings& settings) {
  const auto endpoint = parse_endpoint(settings.listen);
  if (!endpoint) {
    return invalid_argument("listen: expected an address and a port, such as 127.0.0.1:6865; "
                            "found \"" + settings.listen + "\"");
  }
  if (!settings.tls.enabled() && !is_loopback(*endpoint)) {
    return invalid_argument("listen: " + settings.listen +
                            " can be reached from other machines, and without tls everybody on "
                            "the way reads along; configure tls, or listen on 127.0.0.1");
  }
  return {};
}

} // namespace

Result<std::shared_ptr<grpc::ServerCredentials>> make_credentials(const ServerSettings& settings,
                                                                  std::uint64_t now_s) {
  TENON_RETURN_IF_ERROR(check_plain(settings));
  const TlsSettings& tls = settings.tls;
  if (!tls.enabled())
    return grpc::InsecureServerCredentials();
  const bool asks = tls.client_certificate != ClientCertificate::kNone;
  if (asks && tls.client_ca_file.empty()) {
    return invalid_argument("tls.client_ca_file: missing; clients' certificates are asked for, and "
                            "it says who may sign them");
  }
  api::http::ServerSettings checked;
  checked.certificate_file = tls.certificate_file;
  checked.key_file = tls.key_file;
  TENON_RETURN_IF_ERROR(api::http::load_tls(checked, now_s).status());
  TENON_ASSIGN_OR_RETURN(const std::string certificate,
                         read_file("tls.certificate_file", tls.certificate_file));
  TENON_ASSIGN_OR_RETURN(const std::string key, read_file("tls.key_file", tls.key_file));
  std::string client_ca;
  if (asks) {
    TENON_ASSIGN_OR_RETURN(client_ca, read_file("tls.client_ca_file", tls.client_ca_file));
  }
  grpc_ssl_pem_key_cert_pair pair = {key.c_str(), certificate.c_str()};
  Owned credentials(grpc_ssl_server_credentials_create_ex(
      asks ? client_ca.c_str() : nullptr, &pair, 1, request_type(tls.client_certificate), nullptr));
  if (credentials == nullptr)
    return invalid_argument("tls: the certificates of the configuration cannot be used");
  if (tls.minimum_version == TlsVersion::k13) {
    reinterpret_cast<grpc_ssl_server_credentials*>(credentials.get())
        ->set_min_tls_version(grpc_tls_version::TLS1_3);
  }
  return std::shared_ptr<grpc::ServerCredentials>(
      std::make_shared<TlsCredentials>(std::move(credentials)));
}

} // namespace tenon::daml_api::rpc
