#include "tenon/wire/outcome_check.hpp"

#include <vector>

#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::wire {

bool has_ledger_form(const v1::Event& event) {
  const std::vector<std::string> readers(event.readers().begin(), event.readers().end());
  const auto canonical = merkle::decode_readers(merkle::encode_readers(readers));
  return event.salt().size() == Hash::kSize && canonical && *canonical == readers;
}

std::string wrong_outcome(const v1::Outcome& outcome, BytesView transaction) {
  if (crypto::sha256(transaction).view() != outcome.transaction_id())
    return "a transaction is not the one that its outcome is of";
  if (outcome.code() != 0)
    return outcome.response().empty() ? "" : "a rejected transaction has a response";
  v1::Transaction message;
  if (!message.ParseFromArray(transaction.data(), static_cast<int>(transaction.size())))
    return "a committed transaction is malformed";
  const Hash salt = derived_salt(message.salt(), "response", {});
  if (crypto::sha256({salt.view(), outcome.response()}).view() != outcome.response_hash())
    return "a response is not the one that was certified";
  return "";
}

} // namespace tenon::wire
