// Keeps a text under a key: what the built-in application of the ledger beside it does.
#include "tenon/contract/contract.hpp"

using namespace tenon::contract;

namespace {

constexpr Map<text, text> values("value");

void init() {}

void put(text key, text value) {
  values.put(key, value, Readers::sender());
}

text get(text key) {
  return values.get(key);
}

} // namespace

TENON_CONTRACT("kvstore", TENON_INIT(init), TENON_EXECUTE(put, key, value), TENON_QUERY(get, key));
