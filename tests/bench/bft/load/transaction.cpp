#include "load/transaction.hpp"

#include <algorithm>
#include <charconv>
#include <random>

namespace tenon::bench {

namespace {

constexpr std::size_t kDigits = 8;
constexpr std::string_view kHex = "0123456789abcdef";

std::string hex(std::uint32_t number) {
  std::string text(kDigits, '0');
  for (std::size_t i = 0; i < kDigits; ++i)
    text[kDigits - 1 - i] = kHex[number >> (4 * i) & 0xf];
  return text;
}

} // namespace

Transactions::Transactions(std::uint32_t run, std::size_t bytes)
    : run_(hex(run)), bytes_(std::max(bytes, kKeyBytes + kDigits)) {
  std::mt19937 random(run);
  while (filling_.size() < bytes_ - kKeyBytes - kDigits)
    filling_ += kHex[random() % kHex.size()];
}

std::string Transactions::key(std::uint32_t number) const {
  return run_ + hex(number);
}

std::string Transactions::value(std::uint32_t number) const {
  return hex(number * 2654435761u) + filling_;
}

std::optional<std::uint32_t> Transactions::number_of(std::string_view key) const {
  if (key.size() < kKeyBytes || key.substr(0, kDigits) != run_)
    return std::nullopt;
  std::uint32_t number = 0;
  const char* const begin = key.data() + kDigits;
  const auto read = std::from_chars(begin, begin + kDigits, number, 16);
  if (read.ec != std::errc() || read.ptr != begin + kDigits)
    return std::nullopt;
  return number;
}

} // namespace tenon::bench
