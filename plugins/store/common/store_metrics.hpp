// A store's work and figures as metrics of the node (docs/operating.md). Owned by the plugin, which
// outlives its StoreCore's use of it; any thread, but for report(): one at a time.
#pragma once

#include <map>
#include <string>

#include "common/backend_figures.hpp"
#include "common/store_meter.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::store {

class StoreMetrics final : public StoreMeter {
public:
  explicit StoreMetrics(plugin::Host host);

  [[nodiscard]] std::uint64_t now_us() const override { return host_.monotonic_us(); }
  void did(Work work, std::uint64_t took_us, std::uint64_t items, std::uint64_t bytes) override;

  // Is it time to report figures again? Says so once per interval.
  [[nodiscard]] bool is_due();
  void report(const std::vector<BackendFigure>& figures);

private:
  struct Kind {
    plugin::Metric seconds;
    plugin::Metric items;
    plugin::Metric bytes;
  };

  plugin::Host host_;
  std::array<Kind, kWorkNames.size()> kinds_;
  std::map<std::string, plugin::Metric> gauges_;
  std::uint64_t reported_us_ = 0; // 0: never
};

} // namespace tenon::store
