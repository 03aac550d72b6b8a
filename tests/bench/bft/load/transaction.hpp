// The transactions of a run: a key and a value that are `bytes` together, no two of them alike. The
// key is 16 hex digits, the run's number and the transaction's. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::bench {

inline constexpr std::size_t kKeyBytes = 16;

class Transactions {
public:
  Transactions(std::uint32_t run, std::size_t bytes);

  [[nodiscard]] std::string key(std::uint32_t number) const;
  // Differs from one transaction to the next.
  [[nodiscard]] std::string value(std::uint32_t number) const;
  // The transaction with that key, if it is one of this run.
  [[nodiscard]] std::optional<std::uint32_t> number_of(std::string_view key) const;
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
  std::string run_; // 8 hex digits
  std::size_t bytes_;
  std::string filling_; // 8 digits of the transaction's own go before it
};

} // namespace tenon::bench
