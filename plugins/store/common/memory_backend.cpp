#include "common/memory_backend.hpp"

#include <mutex>

namespace tenon::store {

struct MemoryBackend::Columns {
  mutable std::shared_mutex mutex;
  std::array<std::map<Bytes, Bytes, std::less<>>, kPlaces> maps;
};

// Remembers its place by key, so that writers may come between two steps.
class MemoryBackend::Iterator final : public BackendIterator {
public:
  Iterator(std::shared_ptr<const Columns> columns, std::size_t place, BytesView begin,
           BytesView end)
      : columns_(std::move(columns)), place_(place), end_(end) {
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
  [[nodiscard]] const Map& map() const { return columns_->maps[place_]; }
  void settle(Map::const_iterator place) {
    valid_ = place != map().end() && (end_.empty() || place->first < end_);
    if (!valid_)
      return;
    key_ = place->first;
    value_ = place->second;
  }

  std::shared_ptr<const Columns> columns_;
  std::size_t place_;
  Bytes end_;
  bool valid_ = false;
  Bytes key_;
  Bytes value_;
};

class MemoryBackend::View final : public BackendView {
public:
  View(std::shared_ptr<const Columns> columns, Slot slot)
      : columns_(std::move(columns)), slot_(slot) {}

  [[nodiscard]] bool fixed() const override { return false; }
  [[nodiscard]] Result<std::optional<Bytes>> get(Column column, BytesView key) const override {
    const std::shared_lock lock(columns_->mutex);
    const auto& map = columns_->maps[place_of(column, slot_)];
    const auto found = map.find(key);
    if (found == map.end())
      return std::optional<Bytes>();
    return std::optional<Bytes>(found->second);
  }
  [[nodiscard]] std::unique_ptr<BackendIterator> iterate(Column column, BytesView begin,
                                                         BytesView end) const override {
    return std::make_unique<Iterator>(columns_, place_of(column, slot_), begin, end);
  }

private:
  std::shared_ptr<const Columns> columns_;
  Slot slot_;
};

MemoryBackend::MemoryBackend()
    : columns_(std::make_shared<Columns>()),
      views_({std::make_shared<View>(columns_, Slot::kFirst),
              std::make_shared<View>(columns_, Slot::kSecond)}) {}

MemoryBackend::~MemoryBackend() = default;

class MemoryBackend::Gathered final : public Batch {
public:
  struct Operation {
    std::size_t place;
    Bytes key;
    std::optional<Bytes> value; // nothing: remove
    std::optional<Bytes> end;   // of a range that is removed; empty: to the last key
  };

  explicit Gathered(Slot slot) : slot_(slot) {}

  void put(Column column, BytesView key, BytesView value) override {
    operations.push_back({place_of(column, slot_), Bytes(key), Bytes(value), std::nullopt});
  }
  void remove(Column column, BytesView key) override {
    operations.push_back({place_of(column, slot_), Bytes(key), std::nullopt, std::nullopt});
  }
  void remove_range(Column column, BytesView begin, BytesView end) override {
    operations.push_back({place_of(column, slot_), Bytes(begin), std::nullopt, Bytes(end)});
  }
  void clear(Slot slot) override {
    for (const Column column : kSlottedColumns)
      operations.push_back({place_of(column, slot), Bytes(), std::nullopt, Bytes()});
  }

  std::vector<Operation> operations;

private:
  Slot slot_;
};

std::unique_ptr<Batch> MemoryBackend::batch(Slot slot) const {
  return std::make_unique<Gathered>(slot);
}

Status MemoryBackend::write(Batch& batch, bool) {
  const std::unique_lock lock(columns_->mutex);
  for (auto& operation : static_cast<Gathered&>(batch).operations) {
    auto& map = columns_->maps[operation.place];
    if (operation.value) {
      map.insert_or_assign(std::move(operation.key), *std::move(operation.value));
    } else if (operation.end) {
      map.erase(map.lower_bound(operation.key),
                operation.end->empty() ? map.end() : map.lower_bound(*operation.end));
    } else {
      map.erase(operation.key);
    }
  }
  return {};
}

} // namespace tenon::store
