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
  [[nodiscard]] std::shared_ptr<const BackendView> view() const override { return view_; }
  [[nodiscard]] std::unique_ptr<Batch> batch() const override;
  [[nodiscard]] Status write(Batch& batch, bool sync) override;
  [[nodiscard]] Status verify() const override { return {}; }

private:
  struct Columns;
  class Gathered;
  class View;
  class Iterator;
  std::shared_ptr<Columns> columns_;
  std::shared_ptr<const BackendView> view_;
};

} // namespace tenon::store
