#include "common/sorted_reader.hpp"

#include <algorithm>
#include <numeric>

namespace tenon::store {

void SortedReader::add(BytesView key) {
  if (count_ == added_.size())
    added_.emplace_back();
  added_[count_++].assign(key);
}

Status SortedReader::read(Read read, BackendView::FoundVisitor visit) {
  order_.resize(count_);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::sort(order_.begin(), order_.end(),
            [this](std::size_t a, std::size_t b) { return added_[a] < added_[b]; });
  sorted_.clear();
  for (const std::size_t number : order_)
    sorted_.push_back(added_[number]);
  return read(sorted_, [&](std::size_t index, std::optional<BytesView> value) {
    return visit(order_[index], value);
  });
}

} // namespace tenon::store
