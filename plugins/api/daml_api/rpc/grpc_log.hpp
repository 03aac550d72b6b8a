// What libgrpc has to say, which it would write to the process's standard error: goes to the host's
// log instead. libgrpc has one such outlet per process, so every server that runs hears all of it.
#pragma once

#include <string>
#include <string_view>

#include "tenon/plugin/host.hpp"

namespace tenon::daml_api::rpc {

class GrpcLog {
public:
  explicit GrpcLog(plugin::Host host);
  ~GrpcLog();
  GrpcLog(const GrpcLog&) = delete;
  GrpcLog& operator=(const GrpcLog&) = delete;

  // On any thread of libgrpc's; not once the destructor has begun.
  void write(std::string_view text);
  // The last message, for an error that libgrpc itself explains nowhere else.
  [[nodiscard]] std::string last() const;

private:
  const plugin::Host host_;
  std::string last_;
};

} // namespace tenon::daml_api::rpc
