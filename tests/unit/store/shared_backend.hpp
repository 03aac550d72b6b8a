// A backend in memory that outlives its store, so that a test can open it again and look into it.
#pragma once

#include "common/memory_backend.hpp"

namespace tenon::store {

class SharedBackend final : public Backend {
public:
  explicit SharedBackend(std::shared_ptr<MemoryBackend> inner) : inner_(std::move(inner)) {}
  [[nodiscard]] bool durable() const override { return true; }
  [[nodiscard]] std::shared_ptr<const BackendView> view(Slot slot) const override {
    return inner_->view(slot);
  }
  [[nodiscard]] std::unique_ptr<Batch> batch(Slot slot) const override {
    return inner_->batch(slot);
  }
  [[nodiscard]] Status write(Batch& batch, bool sync) override {
    return inner_->write(batch, sync);
  }
  [[nodiscard]] Status verify() const override { return {}; }

private:
  std::shared_ptr<MemoryBackend> inner_;
};

} // namespace tenon::store
