// The service by which load balancers and people ask whether this node can do its work
// (grpc.health.v1). All services of a node are serving, or none is. Owned by the server; any
// thread.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "rpc/methods.hpp"

namespace tenon::daml_api::rpc {

inline constexpr std::string_view kHealthService = "grpc.health.v1.Health";
inline constexpr std::string_view kReflectionService = "grpc.reflection.v1alpha.ServerReflection";

class Health {
public:
  explicit Health(std::function<bool()> serving) : serving_(std::move(serving)) {}

  // Adds its methods to the table, and answers for every service that is there then. The table's
  // methods refer to this.
  void add_to(Methods& methods);
  // Asks again; who watches is told if the answer is not what it was told before.
  void refresh();

private:
  class Watch;
  [[nodiscard]] bool knows(const std::string& service) const { return services_.contains(service); }

  const std::function<bool()> serving_;
  std::set<std::string> services_; // constant after add_to()
  std::mutex mutex_;
  std::map<Watch*, std::function<void()>> watches_;
};

} // namespace tenon::daml_api::rpc
