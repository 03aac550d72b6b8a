#include "tenon/core/nearest_word.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tenon {

namespace {

// Nobody's slip, and comparing takes time with the product of two lengths.
constexpr std::size_t kMaxCompared = 64;

// Levenshtein's.
std::size_t edit_distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= left.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t replaced = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row.back();
}

} // namespace

std::string_view nearest_word(std::string_view word,
                              std::span<const std::string_view> candidates) {
  if (word.size() > kMaxCompared)
    return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate.substr(0, kMaxCompared));
    if (distance < best_distance && distance < candidate.size()) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace tenon
