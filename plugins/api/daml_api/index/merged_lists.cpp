#include "index/merged_lists.hpp"

#include <algorithm>

namespace tenon::daml_api::index {

namespace {

constexpr std::uint64_t kLeastPiece = 16;
constexpr std::uint64_t kLargestPiece = 4096;

} // namespace

MergedLists::MergedLists(std::size_t lists, std::uint64_t after) : lists_(lists), given_(after) {
  for (std::size_t list = 0; list < lists; ++list) {
    lists_[list].read_to = after;
    unread_.push_back(list);
  }
}

Status MergedLists::advance(std::size_t list, std::uint64_t wanted, Read read) {
  List& from = lists_[list];
  if (from.numbers.empty()) {
    const std::uint64_t piece =
        std::clamp(wanted / lists_.size() + 1, kLeastPiece, kLargestPiece);
    TENON_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> numbers,
                           read(list, from.read_to, piece));
    if (numbers.empty())
      return {};
    from.read_to = numbers.back();
    from.numbers.assign(numbers.begin(), numbers.end());
  }
  heads_.push({from.numbers.front(), list});
  from.numbers.pop_front();
  return {};
}

Result<std::optional<std::uint64_t>> MergedLists::next(std::uint64_t wanted, Read read) {
  for (;;) {
    while (!unread_.empty()) {
      TENON_RETURN_IF_ERROR(advance(unread_.back(), wanted, read));
      unread_.pop_back();
    }
    if (heads_.empty())
      return std::optional<std::uint64_t>();
    const Head head = heads_.top();
    heads_.pop();
    unread_.push_back(head.list);
    if (head.number <= given_)
      continue;
    given_ = head.number;
    return std::optional(head.number);
  }
}

} // namespace tenon::daml_api::index
