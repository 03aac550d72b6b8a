#include "interpreter/stack.hpp"

#include <algorithm>

namespace tenon::daml::interpreter {

namespace {

constexpr std::size_t kFirstWords = 256;
constexpr std::size_t kFirstRecords = 256;

template <typename Item> Item* resize(Item* memory, std::size_t count) {
  void* const moved = std::realloc(static_cast<void*>(memory), count * sizeof(Item));
  if (moved == nullptr)
    std::abort(); // this host is out of memory: no result may come of that
  return static_cast<Item*>(moved);
}

} // namespace

Stack::Stack() {
  (void)grow_words(kFirstWords);
  (void)grow_records();
}

bool Stack::grow_words(std::uint32_t words) {
  const std::size_t offset = words_ == nullptr ? 0 : frame_offset();
  const std::size_t needed = offset + words;
  if (needed > kMaxStackWords)
    return false;
  const auto size = static_cast<std::size_t>(words_end_ - words_);
  const std::size_t grown =
      std::min<std::size_t>(std::max({needed, 2 * size, kFirstWords}), kMaxStackWords);
  word_memory_.reset(resize(word_memory_.release(), grown));
  words_ = word_memory_.get();
  words_end_ = words_ + grown;
  frame_ = words_ + offset;
  // Registers are read only after they were written; what a mistaken program reads is still a word.
  std::uninitialized_fill(words_ + size, words_end_, Word());
  return true;
}

bool Stack::grow_records() {
  const auto size = static_cast<std::size_t>(records_end_ - records_);
  if (size >= kMaxStackFrames)
    return false;
  const std::size_t grown =
      std::min<std::size_t>(std::max(2 * size, kFirstRecords), kMaxStackFrames);
  const auto used = static_cast<std::size_t>(top_ - records_);
  record_memory_.reset(resize(record_memory_.release(), grown));
  records_ = record_memory_.get();
  records_end_ = records_ + grown;
  top_ = records_ + used;
  return true;
}

} // namespace tenon::daml::interpreter
