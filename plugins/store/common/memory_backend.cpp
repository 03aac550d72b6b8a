#include "common/memory_backend.hpp"

#include <mutex>

namespace tenon::store {

struct MemoryBackend::Columns {
  mutable std::shared_mutex mutex;
  std::array<std::map<Bytes, Bytes, std::less<>>, kColumns> maps;
};

// Remembers its place by key, so that writers may come between two steps.
class MemoryBackend::Iterator final : public BackendIterator {
public:
  Iterator(std::shared_ptr<const Columns> columns, Column column, BytesView begin, BytesView end)
      : columns_(std::move(columns)), column_(column), end_(end) {
    const std::shared_lock lock(columns_->mutex);
    settle(map().lower_bound(begin));
  }

  [[nodiscard]] bool valid() const override { return valid_; }
  [[nodiscard]] BytesView key() const override { return key_; }
  [[nodiscard]] BytesView value() const override { return value_; }
  void next() override {
    const std::shared_lock lock(columns_->mutex);
    settle(map().upper_bound(key_));
  }
  [[nodiscard]] Status status() const override { return {}; }

private:
  using Map = std::map<Bytes, Bytes, std::less<>>;
  [[nodiscard]] const Map& map() const { return columns_->maps[static_cast<std::size_t>(column_)]; }
  void settle(Map::const_iterator place) {
    valid_ = place != map().end() && (end_.empty() || place->first < end_);
    if (!valid_)
      return;
    key_ = place->first;
    value_ = place->second;
  }

  std::shared_ptr<const Columns> columns_;
  Column column_;
  Bytes end_;
  bool valid_ = false;
  Bytes key_;
  Bytes value_;
};

class MemoryBackend::View final : public BackendView {
public:
  explicit View(std::shared_ptr<const Columns> columns) : columns_(std::move(columns)) {}

  [[nodiscard]] bool fixed() const override { return false; }
  [[nodiscard]] Result<std::optional<Bytes>> get(Column column, BytesView key) const override {
    const std::shared_lock lock(columns_->mutex);
    const auto& map = columns_->maps[static_cast<std::size_t>(column)];
    const auto found = map.find(key);
    if (found == map.end())
      return std::optional<Bytes>();
    return std::optional<Bytes>(found->second);
  }
  [[nodiscard]] std::unique_ptr<BackendIterator> iterate(Column column, BytesView begin,
                                                         BytesView end) const override {
    return std::make_unique<Iterator>(columns_, column, begin, end);
  }

private:
  std::shared_ptr<const Columns> columns_;
};

MemoryBackend::MemoryBackend()
    : columns_(std::make_shared<Columns>()), view_(std::make_shared<View>(columns_)) {}

MemoryBackend::~MemoryBackend() = default;

class MemoryBackend::Gathered final : public Batch {
public:
  struct Operation {
    Column column;
    Bytes key;
    std::optional<Bytes> value; // nothing: remove
  };

  void put(Column column, BytesView key, BytesView value) override {
    operations.push_back({column, Bytes(key), Bytes(value)});
  }
  void remove(Column column, BytesView key) override {
    operations.push_back({column, Bytes(key), std::nullopt});
  }

  std::vector<Operation> operations;
};

std::unique_ptr<Batch> MemoryBackend::batch() const {
  return std::make_unique<Gathered>();
}

Status MemoryBackend::write(Batch& batch, bool) {
  const std::unique_lock lock(columns_->mutex);
  for (auto& operation : static_cast<Gathered&>(batch).operations) {
    auto& map = columns_->maps[static_cast<std::size_t>(operation.column)];
    if (operation.value) {
      map.insert_or_assign(std::move(operation.key), *std::move(operation.value));
    } else {
      map.erase(operation.key);
    }
  }
  return {};
}

} // namespace tenon::store
