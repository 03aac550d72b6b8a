// A backend that forgets: ordered maps under one lock. Its views are live, not fixed; the store's
// versions make reads through them stable all the same.
#pragma once

#include <map>
#include <shared_mutex>

#include "common/backend.hpp"

namespace tenon::store {

class MemoryBackend final : public Backend {
public:
  MemoryBackend();
  ~MemoryBackend() override;

  [[nodiscard]] bool durable() const override { return false; }
  [[nodiscard]] std::shared_ptr<const BackendView> view(Slot slot) const override {
    return views_[static_cast<std::size_t>(slot)];
  }
  [[nodiscard]] std::unique_ptr<Batch> batch(Slot slot) const override;
  [[nodiscard]] Status write(Batch& batch, bool sync) override;
  [[nodiscard]] Status verify() const override { return {}; }

private:
  struct Columns;
  class Gathered;
  class View;
  class Iterator;
  std::shared_ptr<Columns> columns_;
  std::array<std::shared_ptr<const BackendView>, kSlots> views_;
};

} // namespace tenon::store
