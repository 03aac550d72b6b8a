// Values of definitions that take no arguments. The first interpretation that needs one evaluates
// it, into a heap and on a stack of its own, and keeps it for all. What an interpretation is
// charged does not depend on whether it was the first: every constant that it uses, directly or
// through others, is charged once, with the steps and bytes that its own evaluation took.
//
// A constant whose evaluation took much memory, or that rests on such a one, is kept only until the
// end of the interpretation.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "interpreter/heap.hpp"
#include "interpreter/stack.hpp"
#include "interpreter/word.hpp"

namespace tenon::daml::interpreter {

// Of one constant, and of those of one package together.
inline constexpr std::uint64_t kMaxKeptConstantBytes = 1u << 20;
inline constexpr std::uint64_t kMaxKeptPackageBytes = 64u << 20;
// How many constants may rest on each other in a row.
inline constexpr std::uint32_t kMaxConstantNesting = 1000;

struct Constant {
  Word word;                 // the value, or the exception that was thrown instead
  bool thrown = false;       //
  std::uint64_t steps = 0;   // without those of other constants
  std::uint64_t bytes = 0;   //
  std::uint32_t nesting = 1; // with the constants that it rests on
  std::vector<const Definition*> uses; // other constants, each once
  std::unique_ptr<Heap> heap;
};

// A constant that is being evaluated.
struct OpenConstant {
  const Definition* definition = nullptr;
  std::unique_ptr<Constant> constant;
  std::unordered_set<const Definition*> uses;
  Stack outer_stack;
  Heap* outer_heap = nullptr;
  const Cell* resume = nullptr;      // the instruction that needs it, to be begun again
  std::uint64_t steps_before = 0;    // used by the machine when it began
  std::uint64_t steps_of_others = 0; // for other constants meanwhile
};

// What one machine knows of constants.
struct ConstantLedger {
  std::vector<bool> charged; // by Definition::serial
  std::unordered_map<const Definition*, std::unique_ptr<const Constant>> own;
  std::vector<OpenConstant> open;
  std::uint64_t bytes = 0; // of all that were charged
};

} // namespace tenon::daml::interpreter
