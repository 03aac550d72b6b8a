// The plugin "api/daml_api": answers the host's lifecycle.
#include "application.hpp"
#include "tenon/plugin/export_api.hpp"

namespace tenon::daml_api {

class DamlApi final : public plugin::Plugin, public plugin::Api {
public:
  static Result<std::unique_ptr<DamlApi>> create(plugin::Host host, std::string_view config) {
    TENON_ASSIGN_OR_RETURN(Settings settings, parse_settings(config));
    TENON_ASSIGN_OR_RETURN(auto application, Application::create(host, std::move(settings)));
    return std::unique_ptr<DamlApi>(new DamlApi(std::move(application)));
  }

  Status start() override { return application_->start(); }
  Status drain(std::uint64_t deadline_ms) override { return application_->drain(deadline_ms); }
  void stop() override { application_->stop(); }
  [[nodiscard]] Result<Bytes> endpoints() const override { return application_->endpoints(); }

private:
  explicit DamlApi(std::unique_ptr<Application> application)
      : application_(std::move(application)) {}

  const std::unique_ptr<Application> application_;
};

} // namespace tenon::daml_api

TENON_API_PLUGIN(tenon::daml_api::DamlApi)
