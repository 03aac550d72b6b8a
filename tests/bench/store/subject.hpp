// What is measured: the rocksdb store, or RocksDB alone. Owned and called by one thread.
#pragma once

#include <optional>

#include "tenon/core/status.hpp"
#include "workload.hpp"

namespace tenon::bench {

class Subject {
public:
  virtual ~Subject() = default;
  virtual Status write(const Updates& updates, bool sync) = 0;
  // Everything written is committed when this returns.
  virtual Status finish() { return {}; }
  virtual Result<bool> has(BytesView key) = 0;
  // What it says itself that it has written, where it counts that.
  virtual std::optional<double> written_bytes() { return std::nullopt; }
};

} // namespace tenon::bench
