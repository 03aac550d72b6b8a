// What the operator decides about the gRPC server. Immutable; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace tenon::daml_api::rpc {

enum class TlsVersion { k12, k13 };
enum class ClientCertificate { kNone, kOptional, kRequired };

struct TlsSettings {
  std::string certificate_file; // a chain in PEM form; empty: no TLS, allowed on loopback only
  std::string key_file;
  std::string client_ca_file; // who signs clients' certificates
  ClientCertificate client_certificate = ClientCertificate::kNone;
  TlsVersion minimum_version = TlsVersion::k13;

  [[nodiscard]] bool enabled() const { return !certificate_file.empty(); }
};

struct ServerSettings {
  std::string listen = "127.0.0.1:6865";
  TlsSettings tls;
  std::size_t threads = 0; // on which handlers run; 0: twice as many as there are processors
  std::size_t max_waiting_calls = 4096; // for a thread
  std::size_t max_streams = 1000;
  std::size_t max_streams_per_connection = 1000; // calls of any kind
  std::size_t max_message_bytes = 64 * 1024 * 1024; // of a request
  std::size_t max_metadata_bytes = 64 * 1024; // of a request: tokens of many parties are long
  std::uint64_t stream_stall_ms = 60'000; // a message not taken for so long: the reader is cut off
  std::uint64_t stream_recheck_ms = 1'000; // between two looks at whether a stream may go on
  std::uint64_t keepalive_time_ms = 120'000;
  std::uint64_t keepalive_timeout_ms = 20'000;
};

} // namespace tenon::daml_api::rpc
