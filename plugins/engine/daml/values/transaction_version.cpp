#include "values/transaction_version.hpp"

#include "tenon/core/encoding.hpp"
#include "values/text.hpp"

namespace tenon::daml {

namespace {

Status unknown(std::string_view found) {
  return {Code::kUnimplemented, "transaction version " + quote(found) +
                                    " is not known; known are 10 to 15 and 17"};
}

} // namespace

Result<TransactionVersion> transaction_version(std::uint64_t number) {
  if (number < 10 || number > 17 || number == 16)
    return unknown(std::to_string(number));
  return static_cast<TransactionVersion>(number);
}

Result<TransactionVersion> parse_transaction_version(std::string_view text) {
  const auto number = parse_u64(text);
  return number ? transaction_version(*number) : unknown(text);
}

std::string to_string(TransactionVersion version) {
  return std::to_string(static_cast<unsigned>(version));
}

} // namespace tenon::daml
