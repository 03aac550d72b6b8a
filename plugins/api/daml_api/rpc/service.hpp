// The methods of one service as gRPC knows them: by name, with requests and answers as bytes.
// Owned by the server; constant once made.
#pragma once

#include <deque>
#include <grpcpp/impl/service_type.h>
#include <memory>
#include <vector>

#include "rpc/exchange.hpp"

namespace tenon::daml_api::rpc {

class Service final : public grpc::Service {
public:
  explicit Service(std::vector<Route> routes, const std::shared_ptr<Exchange>& exchange);

private:
  void add(const Route& route, int index, const std::shared_ptr<Exchange>& exchange);

  const std::deque<Route> routes_; // gRPC keeps pointers to their paths
};

// One for each service that the table names.
[[nodiscard]] std::vector<std::unique_ptr<Service>>
make_services(const Methods& methods, const std::shared_ptr<Exchange>& exchange);

// "package.Service" of "package.Service/Method".
[[nodiscard]] std::string service_of(std::string_view method);

} // namespace tenon::daml_api::rpc
