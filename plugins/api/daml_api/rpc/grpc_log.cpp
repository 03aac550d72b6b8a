#include "rpc/grpc_log.hpp"

#include <algorithm>
#include <grpc/support/log.h>
#include <mutex>
#include <vector>

namespace tenon::daml_api::rpc {

namespace {

struct Outlets {
  std::mutex mutex;
  std::vector<GrpcLog*> all;
};

// Never destroyed: libgrpc's threads outlive the servers.
Outlets& outlets() {
  static Outlets& made = *new Outlets;
  return made;
}

void tell_all(gpr_log_func_args* args) {
  Outlets& known = outlets();
  const std::lock_guard lock(known.mutex);
  for (GrpcLog* const log : known.all)
    log->write(args->message);
}

} // namespace

GrpcLog::GrpcLog(plugin::Host host) : host_(host) {
  Outlets& known = outlets();
  const std::lock_guard lock(known.mutex);
  known.all.push_back(this);
  gpr_set_log_function(tell_all);
}

GrpcLog::~GrpcLog() {
  Outlets& known = outlets();
  const std::lock_guard lock(known.mutex);
  std::erase(known.all, this);
}

// Under the outlets' lock. Most of it is about clients that do not speak as they should, which is
// for whoever asks to see everything.
void GrpcLog::write(std::string_view text) {
  last_ = text;
  host_.log(plugin::LogLevel::kDebug, "libgrpc: " + last_);
}

std::string GrpcLog::last() const {
  const std::lock_guard lock(outlets().mutex);
  return last_;
}

} // namespace tenon::daml_api::rpc
