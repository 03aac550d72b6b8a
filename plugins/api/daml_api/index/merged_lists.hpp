// Many ascending lists of numbers as one, without repetitions. Each list is read in pieces, as far
// as it is needed. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <vector>

#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api::index {

class MergedLists {
public:
  // Up to `count` numbers of a list, ascending, each greater than `after`; none: it is at its end.
  using Read = FunctionRef<Result<std::vector<std::uint64_t>>(
      std::size_t list, std::uint64_t after, std::uint64_t count)>;

  // All numbers are greater than `after`.
  MergedLists(std::size_t lists, std::uint64_t after);

  // The next number; nothing at the end. `wanted`: about how many more will be asked for, so that
  // pieces have a fitting size.
  [[nodiscard]] Result<std::optional<std::uint64_t>> next(std::uint64_t wanted, Read read);

private:
  struct List {
    std::uint64_t read_to = 0;
    std::deque<std::uint64_t> numbers;
  };
  struct Head {
    std::uint64_t number;
    std::size_t list;
    friend bool operator>(const Head& left, const Head& right) {
      return left.number > right.number;
    }
  };

  // Puts the list's next number, if it has one, among the heads.
  Status advance(std::size_t list, std::uint64_t wanted, Read read);

  std::vector<List> lists_;
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads_;
  std::vector<std::size_t> unread_; // lists without a head that are not at their end
  std::uint64_t given_;
};

} // namespace tenon::daml_api::index
