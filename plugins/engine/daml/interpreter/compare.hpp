// The order of values, which EQUAL, LESS and the like ask for and which maps keep their keys in. It
// goes as deep as values do without recursion, and charges for what it looks at. One thread.
#pragma once

#include <compare>
#include <optional>

#include "interpreter/budget.hpp"
#include "interpreter/error.hpp"
#include "interpreter/word.hpp"

namespace tenon::daml::interpreter {

class Comparer {
public:
  explicit Comparer(Meter& meter) : meter_(meter) {}

  // Nothing when it stopped: for the reason in error(), or because the meter did. It stops at the
  // first difference, so what lies behind that is not met.
  std::optional<std::strong_ordering> compare(const Word& left, const Word& right);
  // Whether it may be a key at all: fails for what holds a function.
  [[nodiscard]] bool check_key(const Word& key);

  [[nodiscard]] std::optional<Error>& error() { return error_; }

private:
  class Walk;
  // Without what they contain.
  std::optional<std::strong_ordering> compare_leaves(const Word& left, const Word& right);
  std::optional<std::strong_ordering> compare_contract_ids(const Word& left, const Word& right);
  std::nullopt_t fail(ErrorKind kind, std::string message);

  Meter& meter_;
  std::optional<Error> error_;
};

} // namespace tenon::daml::interpreter
