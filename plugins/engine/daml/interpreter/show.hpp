// Values that are no containers as the program's own text: what the conversions to Text give, and
// what messages of arithmetic errors show. Pure; any thread.
#pragma once

#include <string>

#include "interpreter/word.hpp"

namespace tenon::daml::interpreter {

// Empty for a word of another kind.
[[nodiscard]] std::string show(const Word& word);

// Steps for one operation on numbers of so many digits together.
[[nodiscard]] std::uint64_t big_numeric_steps(std::uint64_t digits);

} // namespace tenon::daml::interpreter
