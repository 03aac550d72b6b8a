// Memory of values: filled by one machine, freed at once. A transaction has one; each constant that
// outlives it has its own. One thread fills it; what it holds may then be read by any.
//
// Counted is what was asked for, rounded to eight, so that the count does not depend on how blocks
// happen to be filled. When the limit is reached the meter stops the machine at its next
// instruction; until then memory is still given. Whatever grows with the size of a value is
// announced with reserve() first, so that what one instruction takes beyond the limit is small.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "interpreter/budget.hpp"
#include "interpreter/word.hpp"

namespace tenon::daml::interpreter {

class Heap {
public:
  static constexpr std::size_t kFirstBlockSize = 16u << 10;
  static constexpr std::size_t kMaxBlockSize = 4u << 20;

  // The meter must live as long as memory is taken.
  Heap(Meter& meter, std::uint64_t limit) : meter_(&meter), limit_(limit) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap();

  void* allocate(std::size_t bytes) {
    const std::size_t size = rounded(bytes);
    if (size > static_cast<std::size_t>(end_ - next_)) [[unlikely]]
      return allocate_slowly(size);
    std::byte* const result = next_;
    next_ += size;
    return result;
  }
  // Whether so many bytes may still be taken; if not, the machine stops.
  [[nodiscard]] bool reserve(std::uint64_t bytes);

  // Counts what stands elsewhere for the program's sake. False, and the machine stops, when that is
  // too much.
  [[nodiscard]] bool account(std::uint64_t bytes);

  [[nodiscard]] std::uint64_t used() const {
    return used_before_ + static_cast<std::uint64_t>(next_ - block_);
  }
  [[nodiscard]] std::uint64_t limit() const { return limit_; }
  // Lowers or raises what may be used in all.
  void set_limit(std::uint64_t limit);

  // --- Things that hold words.
  Word* words(std::size_t count) { return static_cast<Word*>(allocate(count * sizeof(Word))); }
  const Word* box(const Word& word) {
    Word* const boxed = words(1);
    *boxed = word;
    return boxed;
  }
  template <typename Box> Box* make() { return static_cast<Box*>(allocate(sizeof(Box))); }
  Word text(Kind kind, std::string_view bytes);
  Word numeric(__int128 unscaled, std::uint8_t scale);
  Word big_numeric(BigNumeric value);
  Word some(const Word& word);
  Word variant(std::uint32_t rank, const Word& word);
  Word any(const RuntimeType* type, const Word& value);
  Word contract(const TemplateCode* contract, const Word& record);
  const ListCell* cell(const Word& head, const ListCell* tail);
  Word list(std::span<const Word> items, const ListCell* tail = nullptr);

private:
  struct Block {
    std::unique_ptr<std::byte[]> bytes;
    std::size_t size;
  };

  static std::size_t rounded(std::size_t bytes) {
    constexpr std::size_t kAlignment = 8;
    return (bytes + (kAlignment - 1)) & ~(kAlignment - 1);
  }
  void* allocate_slowly(std::size_t size);
  void open_block(std::size_t least);
  // Where the block ends, or the limit.
  void set_end();

  Meter* meter_;
  std::uint64_t limit_;
  std::uint64_t used_before_ = 0; // in all blocks but the open one
  std::byte* block_ = nullptr;    // the open one
  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::size_t block_size_ = 0;
  std::vector<Block> blocks_;
  std::vector<BigNumeric*> big_numerics_;
};

// The number of a word of kind kNumeric.
inline __int128 unscaled_of(const Word& word) {
  if (!word.boxed)
    return word.integer;
  return static_cast<__int128>(static_cast<unsigned __int128>(word.wide->high) << 64 |
                               word.wide->low);
}

} // namespace tenon::daml::interpreter
