#include "rpc/service.hpp"

#include <grpcpp/impl/rpc_service_method.h>
#include <grpcpp/impl/codegen/server_callback_handlers.h>
#include <iterator>
#include <map>

#include "rpc/health.hpp"
#include "rpc/stream_call.hpp"
#include "rpc/unary_call.hpp"

namespace tenon::daml_api::rpc {

using grpc::ByteBuffer;
using grpc::internal::CallbackServerStreamingHandler;
using grpc::internal::CallbackUnaryHandler;
using grpc::internal::RpcMethod;
using grpc::internal::RpcServiceMethod;

Service::Service(std::vector<Route> routes, const std::shared_ptr<Exchange>& exchange)
    : routes_(std::make_move_iterator(routes.begin()), std::make_move_iterator(routes.end())) {
  int index = 0;
  for (const Route& route : routes_)
    add(route, index++, exchange);
}

void Service::add(const Route& route, int index, const std::shared_ptr<Exchange>& exchange) {
  if (route.method.stream) {
    AddMethod(new RpcServiceMethod(route.path.c_str(), RpcMethod::SERVER_STREAMING, nullptr));
    MarkMethodRawCallback(index, new CallbackServerStreamingHandler<ByteBuffer, ByteBuffer>(
                                     [exchange, &route](grpc::CallbackServerContext* context,
                                                        const ByteBuffer* request) {
                                       return StreamCall::begin(exchange, route, context, request);
                                     }));
    return;
  }
  AddMethod(new RpcServiceMethod(route.path.c_str(), RpcMethod::NORMAL_RPC, nullptr));
  MarkMethodRawCallback(
      index, new CallbackUnaryHandler<ByteBuffer, ByteBuffer>(
                 [exchange, &route](grpc::CallbackServerContext* context, const ByteBuffer* request,
                                    ByteBuffer* response) {
                   return UnaryCall::begin(exchange, route, context, request, response);
                 }));
}

std::vector<std::unique_ptr<Service>> make_services(const Methods& methods,
                                                    const std::shared_ptr<Exchange>& exchange) {
  std::map<std::string, std::vector<Route>> by_service;
  for (const auto& [name, method] : methods.all()) {
    const std::string service = service_of(name);
    by_service[service].push_back({name, "/" + name, method, service == kHealthService});
  }
  std::vector<std::unique_ptr<Service>> services;
  for (auto& [name, routes] : by_service)
    services.push_back(std::make_unique<Service>(std::move(routes), exchange));
  return services;
}

std::string service_of(std::string_view method) {
  return std::string(method.substr(0, method.find('/')));
}

} // namespace tenon::daml_api::rpc
