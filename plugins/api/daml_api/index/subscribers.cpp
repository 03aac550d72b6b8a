#include "index/subscribers.hpp"

namespace tenon::daml_api::index {

class Subscribers::Handle final : public Subscription {
public:
  Handle(std::shared_ptr<Shared> shared, std::uint64_t id) : shared_(std::move(shared)), id_(id) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() override {
    const std::lock_guard lock(shared_->mutex);
    shared_->callbacks.erase(id_);
  }

private:
  const std::shared_ptr<Shared> shared_;
  const std::uint64_t id_;
};

std::unique_ptr<Subscription> Subscribers::add(std::function<void()> moved) {
  const std::lock_guard lock(shared_->mutex);
  const std::uint64_t id = shared_->next++;
  shared_->callbacks.emplace(id, std::move(moved));
  return std::make_unique<Handle>(shared_, id);
}

void Subscribers::call() {
  const std::lock_guard lock(shared_->mutex);
  for (const auto& [id, moved] : shared_->callbacks)
    moved();
}

} // namespace tenon::daml_api::index
