// Fills a ledger: numbered keys of 32 characters, values of 100 bytes, which depend on the number.
#include "tenon/contract/contract.hpp"

using namespace tenon::contract;

namespace {

constexpr u32 kKeySize = 32;
constexpr u32 kValueSize = 100;
constexpr Map<text, text> values("v");

u64 mixed(u64 number) {
  number = (number ^ (number >> 30)) * 0xbf58'476d'1ce4'e5b9;
  number = (number ^ (number >> 27)) * 0x94d0'49bb'1331'11eb;
  return number ^ (number >> 31);
}

void init() {}

// The keys from `first`, `count` of them.
void fill(u64 first, u64 count) {
  char key[kKeySize];
  char value[kValueSize];
  for (u64 number = first; number < first + count; ++number) {
    u64 left = mixed(number + 1);
    for (u32 i = 0; i < kKeySize; ++i, left = (left >> 2) | (left << 62))
      key[i] = static_cast<char>('a' + (left & 15));
    for (u32 i = 0; i < kValueSize; ++i)
      value[i] = static_cast<char>('a' + ((number >> (i % 32)) & 15));
    values.put(text(key, kKeySize), text(value, kValueSize), Readers::sender());
  }
}

} // namespace

TENON_CONTRACT("filler", TENON_INIT(init), TENON_EXECUTE(fill, first, count));
