// The versions of the transaction format, and what each can carry. Constants and pure functions;
// any thread.
#pragma once

#include <cstdint>

#include "tenon/core/status.hpp"

namespace tenon::daml {

enum class TransactionVersion : std::uint8_t {
  k10 = 10,
  k11 = 11,
  k12 = 12,
  k13 = 13,
  k14 = 14,
  k15 = 15,
  k17 = 17,
};

inline constexpr TransactionVersion kOldestTransactionVersion = TransactionVersion::k10;
inline constexpr TransactionVersion kNewestTransactionVersion = TransactionVersion::k17;

// UNIMPLEMENTED names the version found and those known.
[[nodiscard]] Result<TransactionVersion> transaction_version(std::uint64_t number);
// "14"
[[nodiscard]] Result<TransactionVersion> parse_transaction_version(std::string_view text);
[[nodiscard]] std::string to_string(TransactionVersion version);

// Generic maps may occur.
[[nodiscard]] constexpr bool has_gen_map(TransactionVersion version) {
  return version >= TransactionVersion::k11;
}
// Values carry neither type names nor labels.
[[nodiscard]] constexpr bool erases_types(TransactionVersion version) {
  return version >= TransactionVersion::k12;
}
// Rollback nodes may occur, and nodes tell whether they were reached by key.
[[nodiscard]] constexpr bool has_rollback(TransactionVersion version) {
  return version >= TransactionVersion::k14;
}
[[nodiscard]] constexpr bool has_interfaces(TransactionVersion version) {
  return version >= TransactionVersion::k15;
}
// Contracts carry the name of their package, and keys are hashed under it.
[[nodiscard]] constexpr bool has_package_names(TransactionVersion version) {
  return version >= TransactionVersion::k17;
}

} // namespace tenon::daml
