// What all calls of one server share: the threads, the rules for letting a call in, and who is
// still under way. Shared by the server and its calls; any thread.
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rpc/methods.hpp"
#include "rpc/settings.hpp"
#include "rpc/telemetry.hpp"
#include "rpc/worker_pool.hpp"

namespace tenon::daml_api::rpc {

// How the server asks who calls and whether it may. Called on the server's worker threads.
struct Hooks {
  // From the metadata "authorization"; empty when there is none.
  std::function<Answer<std::shared_ptr<const Claims>>(std::string_view authorization)> authenticate;
  // Whether the claims allow this request; may fill in what it leaves to the token.
  std::function<Outcome(std::string_view method, const Claims& claims,
                        google::protobuf::Message& request)>
      authorize;
  // Of a stream that is open already, every now and then.
  std::function<Outcome(const Claims& claims)> still_valid;
  // Whether the node can do its work, for the health service.
  std::function<bool()> serving;
};

// A method as it is served.
struct Route {
  std::string name; // "package.Service/Method"
  std::string path; // "/package.Service/Method"
  Method method;
  bool open = false; // without asking who calls
};

class StreamCall;

class Exchange {
public:
  Exchange(ServerSettings settings, Hooks hooks, plugin::Host host)
      : settings(std::move(settings)), hooks(std::move(hooks)), telemetry(host),
        pool(this->settings.max_waiting_calls) {}

  // Nothing: the call may begin. Otherwise why not.
  [[nodiscard]] Outcome call_begins();
  void call_ends();
  [[nodiscard]] bool wait_for_calls(std::uint64_t timeout_ms);
  // From now on no call begins, and no stream is added.
  void refuse_calls();

  // Who calls, what it sends, whether it may: what comes before a handler. Fills in the claims.
  [[nodiscard]] Answer<std::unique_ptr<google::protobuf::Message>>
  let_in(const Route& route, const std::string& authorization, const grpc::ByteBuffer& bytes,
         Call& call);

  // Nothing: the stream is counted until it is removed. Otherwise there are too many.
  [[nodiscard]] Outcome add_stream(std::shared_ptr<StreamCall> stream);
  void remove_stream(const std::shared_ptr<StreamCall>& stream);
  [[nodiscard]] std::vector<std::shared_ptr<StreamCall>> streams() const;

  [[nodiscard]] Failure overloaded();
  // What a client gets; the operator reads what it is not told.
  [[nodiscard]] grpc::Status to_grpc(const Failure& failure, const Route& route, const Call& call);

  const ServerSettings settings;
  const Hooks hooks;
  Telemetry telemetry;
  WorkerPool pool;

private:
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  bool refusing_ = false;
  std::size_t calls_ = 0;
  std::set<std::shared_ptr<StreamCall>> streams_;
};

[[nodiscard]] Failure shutting_down();
[[nodiscard]] Failure unexpected(const std::string& what);

// What a handler throws ends its call, not the process. `step` gives an Outcome.
template <typename Step> Outcome contained(Step step) {
  std::string what;
  try {
    return step();
  } catch (const std::exception& error) {
    what = error.what();
  } catch (...) {
    what = "an exception of unknown type";
  }
  return unexpected(what);
}

} // namespace tenon::daml_api::rpc
