// A client of the Ledger API that costs little beside the ledger, for both share the processors:
// one connection, calls by their names, streams whose messages are counted and not kept. Any
// thread; callbacks come on threads of gRPC.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <cstdint>
#include <functional>
#include <google/protobuf/message_lite.h>
#include <memory>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::bench {

using Message = google::protobuf::MessageLite;

// What a stream has brought.
struct StreamCount {
  std::uint64_t items = 0;  // transactions, or contracts
  std::uint64_t events = 0; // in those transactions
  std::uint64_t bytes = 0;
};

// Where a stream's messages hold what is counted: numbers of fields. `event` 0: items have none.
struct StreamShape {
  std::uint32_t item = 0;
  std::uint32_t event = 0;
};

class LedgerClient {
public:
  // Waits until the ledger answers, for a minute at most.
  [[nodiscard]] static Result<std::unique_ptr<LedgerClient>> connect(std::uint16_t port);

  // `method`: "com.daml.ledger.api.v1.Service/Method", as everywhere here.
  template <typename Response>
  [[nodiscard]] Result<Response> call(const std::string& method, const Message& request) {
    Response response;
    TENON_RETURN_IF_ERROR(call_message(method, request, response));
    return response;
  }
  // `done` is called once, with what it has come to; the answer itself is of no interest.
  void start(const std::string& method, const Message& request, std::function<void(Status)> done);
  // Reads a stream to its end.
  [[nodiscard]] Result<StreamCount> read(const std::string& method, const Message& request,
                                         StreamShape shape);

private:
  explicit LedgerClient(const std::shared_ptr<grpc::Channel>& channel) : stub_(channel) {}
  [[nodiscard]] Status call_message(const std::string& method, const Message& request,
                                    Message& response);

  grpc::GenericStub stub_;
};

} // namespace tenon::bench
