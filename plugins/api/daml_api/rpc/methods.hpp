// What the services offer, and what they are given: a table from the full names of gRPC methods to
// functions over protobuf messages. The server (rpc/server.hpp) serves the table; the JSON API and
// tests call the same services without it. Built at start and constant from then on.
#pragma once

#include <cstdint>
#include <functional>
#include <google/protobuf/message.h>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "auth/claims.hpp"
#include "errors/failure.hpp"

namespace tenon::daml_api::rpc {

// One request's circumstances. Lives as long as its handler and whatever it starts keep a copy.
struct Call {
  std::shared_ptr<const Claims> claims;
  std::string request_id; // of the trace, where the client sent one, or made up; in errors and logs
  // Monotonic time of the host; nothing when the client set none.
  std::optional<std::uint64_t> deadline_us;
  std::string traceparent; // W3C trace context as it came, or empty
  std::string tracestate;
};

// Gives the answer; called exactly once, on any thread.
template <typename Response> using Reply = std::function<void(Answer<Response>)>;

// Where the messages of a stream come from. Pulled: next() is called when the transport can take a
// message, one call at a time, on a worker thread where it may block on the disk. Destroyed when
// the stream is over, however it ended.
class Source {
public:
  struct Pending {}; // nothing yet: `wake` will be called
  struct Ended {
    Outcome outcome;
  };
  // std::string: an encoded message.
  using Step = std::variant<std::string, Pending, Ended>;

  virtual ~Source() = default;
  virtual Step next() = 0;
  // Before the first next(). `wake` may be called on any thread, at any time until the destructor
  // has returned, and also when there is nothing new; it never calls next() itself.
  virtual void on_wake(std::function<void()> wake) = 0;
};

using Encoded = std::string;
// The call and the request live until the reply is given, or until the stream is over.
using UnaryMethod =
    std::function<void(const Call& call, google::protobuf::Message& request, Reply<Encoded> reply)>;
using StreamMethod = std::function<Answer<std::unique_ptr<Source>>(
    const Call& call, google::protobuf::Message& request)>;

struct Method {
  const google::protobuf::Message* request = nullptr; // the default instance of its request
  UnaryMethod unary;                                  // one of the two is set
  StreamMethod stream;
};

class Methods {
public:
  // `name`: "com.daml.ledger.api.v1.PackageService/ListPackages".
  template <typename Request, typename Response, typename Handler>
  void unary(std::string name, Handler handler) {
    methods_[std::move(name)] = {
        &Request::default_instance(),
        [handler = std::move(handler)](const Call& call, google::protobuf::Message& request,
                                       Reply<Encoded> reply) {
          handler(call, static_cast<Request&>(request),
                  Reply<Response>([reply = std::move(reply)](Answer<Response> answer) {
                    if (answer.ok())
                      reply(answer->SerializeAsString());
                    else
                      reply(answer.failure());
                  }));
        },
        nullptr};
  }
  // For handlers that encode their answers themselves.
  template <typename Request, typename Handler> void encoded(std::string name, Handler handler) {
    methods_[std::move(name)] = {
        &Request::default_instance(),
        [handler = std::move(handler)](const Call& call, google::protobuf::Message& request,
                                       Reply<Encoded> reply) {
          handler(call, static_cast<Request&>(request), std::move(reply));
        },
        nullptr};
  }
  template <typename Request, typename Handler> void stream(std::string name, Handler handler) {
    methods_[std::move(name)] = {
        &Request::default_instance(), nullptr,
        [handler = std::move(handler)](const Call& call, google::protobuf::Message& request) {
          return handler(call, static_cast<Request&>(request));
        }};
  }
  [[nodiscard]] const std::map<std::string, Method>& all() const { return methods_; }

private:
  std::map<std::string, Method> methods_; // by name, so that those of a service stand together
};

} // namespace tenon::daml_api::rpc
