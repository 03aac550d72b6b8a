// The JSON API as an application of the HTTP server: its routes, who may ask for them, and the
// threads on which requests are answered, because that may block. Owned by the plugin object; any
// thread.
#pragma once

#include <memory>

#include "common/http/application.hpp"
#include "json/exchange.hpp"
#include "json/parts.hpp"
#include "rpc/worker_pool.hpp"

namespace tenon::daml_api::json {

class JsonApi final : public api::http::Application {
public:
  JsonApi(Parts parts, JsonLimits limits);

  // The threads. Requests that are under way when they stop are answered before.
  void start(std::size_t threads);
  void stop();

  std::variant<api::http::Admission, api::http::Response>
  admit(const api::http::RequestHead& head) override;
  api::http::Response refuse(const api::http::Refusal& refusal, std::string_view target) override;
  api::http::Response unanswered(std::string_view target) override;
  Result<std::unique_ptr<Watch>> watch(std::function<void()> moved) override;
  std::uint64_t now_s() const override { return parts_.now_s(); }

private:
  struct Route;
  static const std::vector<Route>& routes();
  static const Route* find_route(std::string_view method, std::string_view path,
                                 std::string& tail);
  [[nodiscard]] api::http::Admission admission_of(const Route& route, Exchange exchange);
  [[nodiscard]] std::variant<api::http::Admission, api::http::Response>
  admit_stream(const Route& route, const api::http::RequestHead& head);
  [[nodiscard]] std::uint64_t body_limit(const Route& route) const;

  const Parts parts_;
  const JsonLimits limits_;
  rpc::WorkerPool pool_;
};

} // namespace tenon::daml_api::json
