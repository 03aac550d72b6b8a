// @CLASS@: an API plugin without a listener. It watches the ledger and logs every block, which is
// the smallest thing that uses the host's ledger service; an API with a port opens it in start()
// and names it in endpoints().
#include <memory>
#include <nlohmann/json.hpp>

#include "tenon/plugin/export_api.hpp"

namespace {

using namespace tenon;
using namespace tenon::plugin;
using nlohmann::json;

class @CLASS@ final : public Plugin, public Api {
public:
  @CLASS@(Host host, Ledger ledger, std::uint64_t every)
      : host_(host), ledger_(ledger), every_(every) {}

  // The configuration has been checked against the schema in plugin.json.
  static Result<std::unique_ptr<@CLASS@>> create(Host host, std::string_view config) {
    const json settings = json::parse(config, nullptr, false);
    TENON_ASSIGN_OR_RETURN(const Ledger ledger, host.ledger());
    return std::make_unique<@CLASS@>(host, ledger, settings.value("every", std::uint64_t{1}));
  }

  Status start() override {
    auto watch = ledger_.watch([this](std::uint64_t height) {
      if (height % every_ == 0) {
        host_.log(LogLevel::kInfo, "block committed", json{{"height", height}}.dump());
      }
    });
    if (!watch.ok()) return watch.status();
    watch_ = std::move(*watch);
    return ok_status();
  }
  Status drain(std::uint64_t) override { return ok_status(); }
  // Ends the watch, waiting for a call under way: nothing calls the host afterwards.
  void stop() override { watch_.reset(); }

  Result<Bytes> endpoints() const override { return Bytes("[]"); }

private:
  Host host_;
  Ledger ledger_;
  std::uint64_t every_;
  Ledger::Watch watch_;
};

} // namespace

TENON_API_PLUGIN(@CLASS@)
