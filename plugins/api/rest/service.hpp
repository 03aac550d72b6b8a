// The business layer: from a request to its answer, without sockets. admit() is step 1 of a
// request's path and needs the head only, so that nobody's body is read who may not send one; the
// admission runs the handler or opens a stream. Owned by the plugin object; any thread,
// concurrently.
#pragma once

#include <memory>
#include <string>
#include <variant>

#include "auth/authenticator.hpp"
#include "common/http/application.hpp"
#include "common/ledger/ledger.hpp"
#include "message.hpp"
#include "route.hpp"
#include "settings.hpp"

namespace tenon::api::rest {

class Service final : public http::Application {
public:
  // All outlive this.
  Service(Ledger& ledger, const Settings& settings, Authenticator& authenticator,
          std::string openapi, Log log);

  std::variant<http::Admission, Response> admit(const RequestHead& head) override;
  Response refuse(const http::Refusal& refusal, std::string_view target) override;
  Response unanswered(std::string_view target) override;
  Result<std::unique_ptr<Watch>> watch(std::function<void()> moved) override;
  std::uint64_t now_s() const override { return authenticator_.now_s(); }

private:
  [[nodiscard]] std::optional<Response> check_access(const RequestHead& head, Call& call);
  // A call that may go on.
  [[nodiscard]] http::Admission admission_of(Call call, const RequestHead& head);

  Authenticator& authenticator_;
  const std::string openapi_;
  const Log log_;
  const Context context_;
};

} // namespace tenon::api::rest
