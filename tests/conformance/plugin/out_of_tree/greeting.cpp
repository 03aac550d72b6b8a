// The smallest contract: an instance keeps one text that everybody may read.
#include "tenon/contract/contract.hpp"

using namespace tenon::contract;

namespace {

constexpr Cell<text> words("words");

void init(text first) {
  words.put(first, Readers::everybody());
}

void change(text next) {
  words.put(next, Readers::everybody());
}

text read() {
  return words.get();
}

} // namespace

TENON_CONTRACT("greeting", TENON_INIT(init, first), TENON_EXECUTE(change, next), TENON_QUERY(read));
