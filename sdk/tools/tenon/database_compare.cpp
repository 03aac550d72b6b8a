#include "database_compare.hpp"

#include <algorithm>
#include <deque>

#include "chain_check.hpp"

namespace tenon::tool {
namespace {

using plugin::BlockPart;
using Progress = FunctionRef<void(std::uint64_t done)>;

// What every replica has of a block, byte for byte; certificates may differ.
constexpr std::pair<BlockPart, const char*> kEqualParts[] = {
    {BlockPart::kHeader, "header"},
    {BlockPart::kBody, "body"},
    {BlockPart::kResultHeader, "result header"},
    {BlockPart::kResults, "results"}};

// Entries of a view, one after another, read in groups.
class EntryCursor {
public:
  explicit EntryCursor(const plugin::StoreSnapshot& view) : view_(view) {}

  // The one that is next; null at the end.
  [[nodiscard]] Result<const std::pair<Bytes, Bytes>*> peek() {
    if (group_.empty() && !ended_)
      TENON_RETURN_IF_ERROR(fill());
    return group_.empty() ? nullptr : &group_.front();
  }
  void next() { group_.pop_front(); }

private:
  static constexpr std::size_t kGroupBytes = 1u << 20;

  Status fill() {
    std::size_t bytes = 0;
    bool full = false;
    const auto visit = [&](BytesView key, BytesView entry) {
      full = bytes >= kGroupBytes;
      if (full)
        return false;
      group_.emplace_back(key, entry);
      bytes += key.size() + entry.size();
      return true;
    };
    TENON_RETURN_IF_ERROR(view_.scan(plugin::KeyClass::kState, from_, "", visit));
    ended_ = !full;
    if (!group_.empty())
      from_ = group_.back().first + '\0';
    return {};
  }

  const plugin::StoreSnapshot& view_;
  std::deque<std::pair<Bytes, Bytes>> group_;
  Bytes from_;
  bool ended_ = false;
};

Status compare_blocks(const plugin::Store& first, const plugin::Store& second, Progress progress,
                      Comparison& comparison) {
  for (std::uint64_t height = comparison.common->first; height <= comparison.common->second;
       ++height) {
    TENON_ASSIGN_OR_RETURN(const LoggedBlock a, read_block(first, height));
    TENON_ASSIGN_OR_RETURN(const LoggedBlock b, read_block(second, height));
    comparison.state_roots_differ = a.result.state_root() != b.result.state_root();
    for (const auto& [part, name] : kEqualParts) {
      if (a.part(part) != b.part(part))
        comparison.what += (comparison.what.empty() ? "" : ", ") + std::string(name);
    }
    if (!comparison.what.empty()) {
      comparison.first_difference = height;
      return {};
    }
    progress(height - comparison.common->first + 1);
  }
  return {};
}

Status compare_entries(const plugin::StoreSnapshot& first, const plugin::StoreSnapshot& second,
                       std::size_t limit, Progress progress, Comparison& comparison) {
  using Kind = KeyDifference::Kind;
  EntryCursor a(first);
  EntryCursor b(second);
  const auto note = [&](const Bytes& key, Kind kind) {
    if (comparison.different_keys++ < limit)
      comparison.keys.push_back({key, kind});
  };
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const auto* const left, a.peek());
    TENON_ASSIGN_OR_RETURN(const auto* const right, b.peek());
    if (left == nullptr && right == nullptr)
      return {};
    const bool only_left = right == nullptr || (left != nullptr && left->first < right->first);
    const bool only_right = left == nullptr || (right != nullptr && right->first < left->first);
    if (only_left || only_right) {
      note(only_left ? left->first : right->first,
           only_left ? Kind::kOnlyFirst : Kind::kOnlySecond);
    } else if (left->second != right->second) {
      note(left->first, Kind::kOtherEntry);
    }
    if (!only_right)
      a.next();
    if (!only_left)
      b.next();
    progress(++comparison.entries);
  }
}

} // namespace

Result<Comparison> compare_stores(const plugin::Store& first, const plugin::Store& second,
                                  std::size_t limit, Progress progress) {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead a, first.head());
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead b, second.head());
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon a_from, first.horizon());
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon b_from, second.horizon());
  Comparison comparison;
  const std::uint64_t begin = std::max(a_from.oldest_block, b_from.oldest_block);
  const std::uint64_t end = std::min(a.height, b.height);
  if (a.empty || b.empty || begin > end)
    return comparison;
  comparison.common = {begin, end};
  TENON_RETURN_IF_ERROR(compare_blocks(first, second, progress, comparison));
  const std::uint64_t height = comparison.first_difference.value_or(end);
  if (height < std::max(a_from.oldest_version, b_from.oldest_version))
    return comparison;
  comparison.state_height = height;
  TENON_ASSIGN_OR_RETURN(const auto a_view, first.snapshot(height));
  TENON_ASSIGN_OR_RETURN(const auto b_view, second.snapshot(height));
  TENON_RETURN_IF_ERROR(compare_entries(*a_view, *b_view, limit, progress, comparison));
  return comparison;
}

} // namespace tenon::tool
