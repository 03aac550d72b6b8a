// Migration and value types: takes over an instance and gives every type back as it came.
#include "tenon/contract/contract.hpp"

using namespace tenon::contract;

struct Everything {
  bool yes;
  u8 byte;
  u16 word;
  u32 number;
  u64 large;
  u128 largest;
  i32 signed_number;
  i64 signed_large;
  text words;
  bytes raw;
  party who;
  instance where;
  list<u32> many;
  option<text> maybe;
};
TENON_RECORD(Everything, yes, byte, word, number, large, largest, signed_number, signed_large,
             words, raw, who, where, many, maybe);

namespace {

constexpr Cell<text> note("note");

void init(text first) {
  note.put(first, Readers::everybody());
}

void migrate(text second) {
  note.put(second, Readers::everybody());
}

text read() {
  return note.get("nothing");
}

Everything echo(Everything value) {
  return value;
}

list<option<Everything>> echo_list(list<option<Everything>> values) {
  return values;
}

} // namespace

TENON_CONTRACT("ledger_v2",                    //
               TENON_INIT(init, first),        //
               TENON_MIGRATE(migrate, second), //
               TENON_QUERY(read),              //
               TENON_QUERY(echo, value),       //
               TENON_QUERY(echo_list, values), //
               TENON_USES(Everything));
