#include "rpc/health.hpp"

#include <optional>

#include "grpc/health/v1/health.pb.h"
#include "rpc/service.hpp"

namespace tenon::daml_api::rpc {

namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Not one of the Ledger API's: the health protocol asks for its gRPC code only.
constexpr ErrorCode kUnknownService = {"UNKNOWN_SERVICE",
                                       Category::kInvalidGivenCurrentSystemStateResourceMissing};

HealthCheckResponse::ServingStatus status_of(bool serving) {
  return serving ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

} // namespace

// Tells its reader what is so, and again whenever that changes.
class Health::Watch final : public Source {
public:
  Watch(Health& health, bool known) : health_(health), known_(known) {}
  ~Watch() override {
    const std::lock_guard lock(health_.mutex_);
    health_.watches_.erase(this);
  }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  Step next() override {
    const auto now = known_ ? status_of(health_.serving_()) : HealthCheckResponse::SERVICE_UNKNOWN;
    const std::lock_guard lock(health_.mutex_);
    if (told_ == now)
      return Pending{};
    told_ = now;
    HealthCheckResponse response;
    response.set_status(now);
    return response.SerializeAsString();
  }

  void on_wake(std::function<void()> wake) override {
    const std::lock_guard lock(health_.mutex_);
    health_.watches_[this] = std::move(wake);
  }

  // Under the lock.
  [[nodiscard]] bool would_tell(bool serving) const {
    return known_ && told_ != status_of(serving);
  }

private:
  Health& health_;
  const bool known_;
  std::optional<HealthCheckResponse::ServingStatus> told_; // under the lock
};

void Health::add_to(Methods& methods) {
  const std::string name(kHealthService);
  methods.unary<HealthCheckRequest, HealthCheckResponse>(
      name + "/Check", [this](const Call&, HealthCheckRequest& request,
                              const Reply<HealthCheckResponse>& reply) {
        if (!knows(request.service())) {
          reply(Failure(kUnknownService,
                        "this server has no service \"" + request.service() + "\""));
          return;
        }
        HealthCheckResponse response;
        response.set_status(status_of(serving_()));
        reply(std::move(response));
      });
  methods.stream<HealthCheckRequest>(
      name + "/Watch",
      [this](const Call&, HealthCheckRequest& request) -> Answer<std::unique_ptr<Source>> {
        return std::unique_ptr<Source>(std::make_unique<Watch>(*this, knows(request.service())));
      });
  services_ = {"", std::string(kReflectionService)};
  for (const auto& [method, unused] : methods.all())
    services_.insert(service_of(method));
}

void Health::refresh() {
  const bool now = serving_();
  const std::lock_guard lock(mutex_);
  for (const auto& [watch, wake] : watches_) {
    if (watch->would_tell(now))
      wake();
  }
}

} // namespace tenon::daml_api::rpc
