// The id of a contract, version 1: a byte 0, a discriminator of 32 bytes, and a suffix of 0 to 94
// bytes. Values; any thread.
//
// A transaction gives its own contracts ids without suffix (local); a ledger may add one later
// (global). Until then nothing tells how a local id will stand to a global one with the same
// discriminator: to compare these two is an error of the contract that does it.
#pragma once

#include <compare>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml {

class ContractId {
public:
  static constexpr std::size_t kMaxSuffixSize = 94;

  // Without suffix.
  explicit ContractId(const Hash& discriminator) : discriminator_(discriminator) {}
  static Result<ContractId> make(const Hash& discriminator, BytesView suffix);
  static Result<ContractId> from_bytes(BytesView bytes);
  // Lower-case hexadecimal.
  static Result<ContractId> parse(std::string_view text);

  [[nodiscard]] const Hash& discriminator() const { return discriminator_; }
  [[nodiscard]] const Bytes& suffix() const { return suffix_; }
  [[nodiscard]] bool is_local() const { return suffix_.empty(); }
  [[nodiscard]] Bytes bytes() const;
  [[nodiscard]] std::string to_text() const;

  // As containers order them, and as contracts do wherever they may compare.
  friend auto operator<=>(const ContractId&, const ContractId&) = default;

private:
  Hash discriminator_;
  Bytes suffix_;
};

// Begins the message of a comparison that is not allowed.
inline constexpr std::string_view kContractIdComparability = "CONTRACT_ID_COMPARABILITY";

// Which of the two is the global id when they may not be compared, else nullptr.
[[nodiscard]] const ContractId* incomparable_global_id(const ContractId& left,
                                                       const ContractId& right);
// As contracts compare. FAILED_PRECONDITION "CONTRACT_ID_COMPARABILITY: <global id> …".
[[nodiscard]] Result<std::strong_ordering> compare(const ContractId& left,
                                                   const ContractId& right);

} // namespace tenon::daml
