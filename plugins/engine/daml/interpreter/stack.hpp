// The machine's stack: words of frames, and a record for each call that is under way. No call of a
// program is a call of the host, so its depth is bounded by kMaxStackFrames and kMaxStackWords and
// nothing else. Owned by one machine; one thread.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>

#include "interpreter/budget.hpp"
#include "interpreter/code.hpp"
#include "interpreter/word.hpp"

namespace tenon::daml::interpreter {

struct StackRecord {
  enum class Kind : std::uint8_t {
    kCall,     // a function returns here
    kTry,      // an exception is caught here
    kExercise, // an exercise is open
    kNoCatch,  // an exception is caught nowhere further out
  };

  const Cell* resume = nullptr;
  std::uint32_t frame = 0; // where the caller's frame begins
  Register target = 0;     // of the caller's frame
  Kind kind = Kind::kCall;
};
static_assert(sizeof(StackRecord) == 16);

class Stack {
public:
  Stack();
  Stack(Stack&&) = default;
  Stack& operator=(Stack&&) = default;

  // Moves when the stack grows.
  [[nodiscard]] Word* frame() { return frame_; }
  [[nodiscard]] std::uint32_t frame_offset() const {
    return static_cast<std::uint32_t>(frame_ - words_);
  }
  void set_frame(std::uint32_t offset) { frame_ = words_ + offset; }
  void advance_frame(std::uint32_t words) { frame_ += words; }
  // Room for so many words from where the frame begins. False when the stack is too large.
  [[nodiscard]] bool ensure(std::uint32_t words) {
    return words <= static_cast<std::size_t>(words_end_ - frame_) || grow_words(words);
  }

  // False when calls lie too deep.
  [[nodiscard]] bool push(const StackRecord& record) {
    if (top_ == records_end_ && !grow_records()) [[unlikely]]
      return false;
    *top_++ = record;
    return true;
  }
  StackRecord pop() { return *--top_; }
  [[nodiscard]] bool empty() const { return top_ == records_; }
  [[nodiscard]] const StackRecord& top() const { return top_[-1]; }
  [[nodiscard]] std::uint32_t depth() const { return static_cast<std::uint32_t>(top_ - records_); }
  [[nodiscard]] const StackRecord& at(std::uint32_t index) const { return records_[index]; }

private:
  bool grow_words(std::uint32_t words);
  bool grow_records();

  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };
  std::unique_ptr<Word[], Free> word_memory_;
  std::unique_ptr<StackRecord[], Free> record_memory_;
  Word* words_ = nullptr;
  Word* words_end_ = nullptr;
  Word* frame_ = nullptr;
  StackRecord* records_ = nullptr;
  StackRecord* records_end_ = nullptr;
  StackRecord* top_ = nullptr;
};

} // namespace tenon::daml::interpreter
