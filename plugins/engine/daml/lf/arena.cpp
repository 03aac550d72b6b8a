#include "lf/arena.hpp"

#include <algorithm>
#include <cstring>

namespace tenon::daml::lf {

namespace {

constexpr std::size_t kFirstBlock = 4096;
constexpr std::size_t kLargestBlock = std::size_t{1} << 20;

} // namespace

std::string_view Arena::copy_text(std::string_view text) {
  if (text.empty())
    return {};
  auto* target = static_cast<char*>(allocate(text.size(), 1));
  std::memcpy(target, text.data(), text.size());
  return {target, text.size()};
}

void* Arena::allocate(std::size_t size, std::size_t alignment) {
  void* place = next_;
  if (next_ == nullptr || std::align(alignment, size, place, room_) == nullptr) {
    // Blocks begin aligned for everything. Twice as large each time, so that small packages stay
    // small and large ones have few.
    const std::size_t block = std::max(size, std::clamp(size_, kFirstBlock, kLargestBlock));
    blocks_.push_back(std::make_unique<std::byte[]>(block));
    size_ += block;
    room_ = block;
    place = blocks_.back().get();
  }
  next_ = static_cast<std::byte*>(place) + size;
  room_ -= size;
  return place;
}

} // namespace tenon::daml::lf
