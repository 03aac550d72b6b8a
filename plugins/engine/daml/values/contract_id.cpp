#include "values/contract_id.hpp"

#include "tenon/core/encoding.hpp"
#include "values/text.hpp"

namespace tenon::daml {

namespace {

constexpr char kVersion = 0;
constexpr std::size_t kSuffixStart = 1 + Hash::kSize;

bool is_lower_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

} // namespace

Result<ContractId> ContractId::make(const Hash& discriminator, BytesView suffix) {
  if (suffix.size() > kMaxSuffixSize) {
    return invalid_argument("contract id: a suffix of " + std::to_string(suffix.size()) +
                            " bytes, at most " + std::to_string(kMaxSuffixSize));
  }
  ContractId id(discriminator);
  id.suffix_ = suffix;
  return id;
}

Result<ContractId> ContractId::from_bytes(BytesView bytes) {
  if (bytes.size() < kSuffixStart || bytes[0] != kVersion) {
    return invalid_argument("contract id " + quote(to_hex(bytes.substr(0, kSuffixStart))) +
                            ": expected 00 and at least 32 more bytes, found " +
                            std::to_string(bytes.size()) + " byte(s)");
  }
  return make(Hash::from_view(bytes.substr(1, Hash::kSize)), bytes.substr(kSuffixStart));
}

Result<ContractId> ContractId::parse(std::string_view text) {
  const auto bytes = is_lower_hex(text) ? from_hex(text) : std::nullopt;
  if (!bytes) {
    return invalid_argument("contract id " + quote(text) +
                            ": expected an even number of lower-case hex digits");
  }
  return from_bytes(*bytes);
}

Bytes ContractId::bytes() const {
  return Bytes(1, kVersion).append(discriminator_.view()).append(suffix_);
}

std::string ContractId::to_text() const {
  return to_hex(bytes());
}

const ContractId* incomparable_global_id(const ContractId& left, const ContractId& right) {
  if (left.discriminator() != right.discriminator() || left.is_local() == right.is_local())
    return nullptr;
  return left.is_local() ? &right : &left;
}

Result<std::strong_ordering> compare(const ContractId& left, const ContractId& right) {
  if (const ContractId* const global = incomparable_global_id(left, right)) {
    return failed_precondition(std::string(kContractIdComparability) + ": " + global->to_text() +
                               " is compared with a contract id of this transaction that has the "
                               "same discriminator");
  }
  return left <=> right;
}

} // namespace tenon::daml
