// Memory of one package's syntax tree: blocks that are filled and then freed at once, so that a
// tree of any depth goes without recursion. Owned by the package; filled by one thread.
//
// Only trivially destructible things live here. Addresses stay when the arena is moved.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace tenon::daml::lf {

class Arena {
public:
  Arena() = default;
  Arena(Arena&&) = default;
  Arena& operator=(Arena&&) = default;

  template <typename T> T* make(T value) {
    static_assert(std::is_trivially_destructible_v<T>);
    return new (allocate(sizeof(T), alignof(T))) T(std::move(value));
  }
  template <typename T> std::span<const T> copy(std::span<const T> items) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (items.empty())
      return {};
    auto* target = static_cast<T*>(allocate(items.size_bytes(), alignof(T)));
    std::uninitialized_copy(items.begin(), items.end(), target);
    return {target, items.size()};
  }
  template <typename T> std::span<const T> copy(const std::vector<T>& items) {
    return copy(std::span<const T>(items));
  }
  std::string_view copy_text(std::string_view text);

  // Bytes of all blocks.
  [[nodiscard]] std::size_t size() const { return size_; }

private:
  void* allocate(std::size_t size, std::size_t alignment);

  std::vector<std::unique_ptr<std::byte[]>> blocks_;
  std::byte* next_ = nullptr;
  std::size_t room_ = 0;
  std::size_t size_ = 0;
};

} // namespace tenon::daml::lf
