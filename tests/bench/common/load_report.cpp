#include "common/load_report.hpp"

#include <algorithm>

namespace tenon::bench {

double LoadReport::percentile_ms(double share) const {
  if (latencies_us.empty())
    return 0;
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(latencies_us.size()));
  return latencies_us[std::min(rank, latencies_us.size() - 1)] / 1000.0;
}

} // namespace tenon::bench
