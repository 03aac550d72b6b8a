#include "common/backend.hpp"

namespace tenon::store {

namespace {

class BatchedBulk final : public Bulk {
public:
  BatchedBulk(Backend& backend, Slot slot) : backend_(backend), batch_(backend.batch(slot)) {}

  [[nodiscard]] Status put(Column column, BytesView key, BytesView value) override {
    batch_->put(column, key, value);
    return {};
  }
  [[nodiscard]] Status finish() override { return backend_.write(*batch_, false); }

private:
  Backend& backend_;
  std::unique_ptr<Batch> batch_;
};

} // namespace

std::unique_ptr<Bulk> Backend::bulk(Slot slot) {
  return std::make_unique<BatchedBulk>(*this, slot);
}

} // namespace tenon::store
