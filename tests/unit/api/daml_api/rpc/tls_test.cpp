#include <catch2/catch.hpp>
#include <grpcpp/security/credentials.h>

#include "rpc_kit.hpp"
#include "tls_client.hpp"

namespace tenon::daml_api::rpc::test {

namespace {

using api::test::certificate_pem;
using api::test::ec_key;
using api::test::KeyPair;
using api::test::other_ec_key;
using api::test::temporary_file;
using api::test::TlsSocket;

ServerSettings settings_with(const std::string& certificate, const KeyPair& key) {
  ServerSettings settings;
  settings.tls.certificate_file = temporary_file(certificate, ".pem");
  settings.tls.key_file = temporary_file(key.private_pem, ".pem");
  return settings;
}

std::shared_ptr<grpc::ChannelCredentials> credentials(const std::string& authority,
                                                      const std::string& certificate = {},
                                                      const std::string& key = {}) {
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = authority;
  options.pem_cert_chain = certificate;
  options.pem_private_key = key;
  return grpc::SslCredentials(options);
}

grpc::StatusCode code_of(Lab& lab, const std::shared_ptr<grpc::ChannelCredentials>& with) {
  return Client(lab.server->port(), with)
      .call(kIdentity, "", {.metadata = {}, .deadline = std::chrono::seconds(5)})
      .status.error_code();
}

std::string refusal(ServerSettings settings) {
  Lab lab(std::move(settings));
  const Status status = lab.start();
  CHECK_FALSE(status.ok());
  return status.message();
}

} // namespace

TEST_CASE("tls: by default nothing before 1.3 is spoken", "[daml_api][rpc][tls]") {
  const std::string certificate = certificate_pem(ec_key());
  Lab lab(settings_with(certificate, ec_key()));
  REQUIRE(lab.start().ok());
  CHECK(code_of(lab, credentials(certificate)) == grpc::StatusCode::OK);
  const TlsSocket newer(lab.server->port(), certificate, TLS1_3_VERSION);
  REQUIRE(newer.connected());
  CHECK(newer.version() == "TLSv1.3");
  const TlsSocket older(lab.server->port(), certificate, TLS1_2_VERSION);
  CHECK_FALSE(older.connected());
  CHECK(code_of(lab, grpc::InsecureChannelCredentials()) == grpc::StatusCode::UNAVAILABLE);
}

TEST_CASE("tls: 1.2 is spoken where the configuration allows it", "[daml_api][rpc][tls]") {
  const std::string certificate = certificate_pem(ec_key());
  ServerSettings settings = settings_with(certificate, ec_key());
  settings.tls.minimum_version = TlsVersion::k12;
  Lab lab(settings);
  REQUIRE(lab.start().ok());
  const TlsSocket older(lab.server->port(), certificate, TLS1_2_VERSION);
  REQUIRE(older.connected());
  CHECK(older.version() == "TLSv1.2");
  const TlsSocket oldest(lab.server->port(), certificate, TLS1_1_VERSION);
  CHECK_FALSE(oldest.connected());
  CHECK(code_of(lab, credentials(certificate)) == grpc::StatusCode::OK);
}

TEST_CASE("tls: a client's certificate is asked for as the configuration says",
          "[daml_api][rpc][tls]") {
  const std::string certificate = certificate_pem(ec_key());
  const std::string client = certificate_pem(other_ec_key()); // signed by itself, and trusted
  const KeyPair stranger_key = api::test::make_rsa_key(2048);
  const std::string stranger = certificate_pem(stranger_key);
  ServerSettings settings = settings_with(certificate, ec_key());
  settings.tls.client_ca_file = temporary_file(client, ".pem");
  const auto without = credentials(certificate);
  const auto with = credentials(certificate, client, other_ec_key().private_pem);
  const auto wrong = credentials(certificate, stranger, stranger_key.private_pem);

  SECTION("required") {
    settings.tls.client_certificate = ClientCertificate::kRequired;
    Lab lab(settings);
    REQUIRE(lab.start().ok());
    CHECK(code_of(lab, with) == grpc::StatusCode::OK);
    CHECK(code_of(lab, without) == grpc::StatusCode::UNAVAILABLE);
    CHECK(code_of(lab, wrong) == grpc::StatusCode::UNAVAILABLE);
  }
  SECTION("optional") {
    settings.tls.client_certificate = ClientCertificate::kOptional;
    Lab lab(settings);
    REQUIRE(lab.start().ok());
    CHECK(code_of(lab, with) == grpc::StatusCode::OK);
    CHECK(code_of(lab, without) == grpc::StatusCode::OK);
    CHECK(code_of(lab, wrong) == grpc::StatusCode::UNAVAILABLE);
  }
  SECTION("none") {
    Lab lab(settings);
    REQUIRE(lab.start().ok());
    CHECK(code_of(lab, with) == grpc::StatusCode::OK);
    CHECK(code_of(lab, without) == grpc::StatusCode::OK);
    CHECK(code_of(lab, wrong) == grpc::StatusCode::OK);
  }
}

TEST_CASE("tls: what cannot work is refused at start with a sentence", "[daml_api][rpc][tls]") {
  const std::string certificate = certificate_pem(ec_key());
  const ServerSettings good = settings_with(certificate, ec_key());

  ServerSettings settings = good;
  settings.tls.key_file = "/nowhere/key.pem";
  CHECK(refusal(settings).find("tls.key_file: /nowhere/key.pem") != std::string::npos);

  settings = settings_with(certificate, other_ec_key());
  CHECK(refusal(settings).find("is not the key of") != std::string::npos);

  settings = settings_with(certificate_pem(ec_key(), 1000, 2000), ec_key());
  CHECK(refusal(settings).find("has expired") != std::string::npos);

  settings = good;
  settings.tls.client_certificate = ClientCertificate::kRequired;
  CHECK(refusal(settings).find("tls.client_ca_file: missing") != std::string::npos);

  settings.tls.client_ca_file = "/nowhere/ca.pem";
  CHECK(refusal(settings).find("tls.client_ca_file: /nowhere/ca.pem") != std::string::npos);
}

TEST_CASE("tls: without it only this machine may be listened on", "[daml_api][rpc][tls]") {
  for (const char* const listen : {"0.0.0.0:0", "[::]:0", "192.0.2.1:6865", "example.com:6865"}) {
    Lab lab;
    lab.settings.listen = listen;
    const Status status = lab.start();
    CHECK(status.code() == Code::kInvalidArgument);
    CHECK(status.message().find("configure tls") != std::string::npos);
  }
  Lab lab;
  lab.settings.listen = "nonsense";
  CHECK(lab.start().message().find("expected an address and a port") != std::string::npos);
}

} // namespace tenon::daml_api::rpc::test
