// Does, one per function, what contracts must not be able to do. Written against the C imports
// alone.
#include "tenon/contract/imports.h"

namespace {

const char kDescription[] =
    R"({"name":"hostile","init":{},"execute":[)"
    R"({"name":"spin"},{"name":"recurse"},{"name":"recurse_indirectly"},{"name":"grow"},)"
    R"({"name":"leave_memory"},{"name":"divide"},{"name":"trap"},{"name":"call_nothing"},)"
    R"({"name":"nan","result":"u64"},{"name":"bad_range"},{"name":"huge_range"},)"
    R"({"name":"many_writes"},{"name":"long_key"},{"name":"bad_readers"},{"name":"unknown_event"},)"
    R"({"name":"malformed_event"},{"name":"bad_result","result":"text"},{"name":"many_scans"},)"
    R"({"name":"abort_oddly"},{"name":"call_self"},{"name":"call_unknown"},{"name":"big_value"},)"
    R"({"name":"fill"},{"name":"write_then_trap"},{"name":"deep_frame","result":"u32"},)"
    R"({"name":"descend","arguments":[{"name":"path","type":"text"}]}],)"
    R"("query":[{"name":"write"},{"name":"spin"},{"name":"emit"}],)"
    R"("events":[{"name":"Text","fields":[{"name":"text","type":"text"}]}]})";

constexpr int kPage = 65536;

volatile int sink;
volatile int zero;

__attribute__((noinline)) int recurse(int depth) {
  sink = depth;
  return zero != 0 ? depth : recurse(depth + 1) + sink;
}

using Step = int (*)(int);
int step(int depth);
Step volatile next_step = step;
int step(int depth) {
  return next_step(depth + 1) + sink;
}

// Frames with many live values: what a native stack would notice first.
__attribute__((noinline)) unsigned deep_frame(unsigned depth, unsigned a, unsigned b, unsigned c,
                                              unsigned d, unsigned e, unsigned f) {
  sink = static_cast<int>(a);
  const unsigned below =
      depth == 0 ? 0 : deep_frame(depth - 1, a + b, b + c, c + d, d + e, e + f, f + a);
  return below + a * b + c * d + e * f + static_cast<unsigned>(sink);
}

void put(const void* key, int size) {
  tenon_put(key, size, "v", 1, nullptr, 0);
}

void many_writes() {
  for (int i = 0; i < 100000; ++i)
    put(&i, sizeof i);
}

void nan() {
  volatile double infinity = 1e308 * 10.0;
  volatile double negative = -infinity;
  const double results[2] = {infinity + negative, -(infinity + negative)};
  union {
    double number;
    unsigned long long bits;
  } first, again;
  first.number = results[0];
  again.number = negative * zero;
  const unsigned long long bits = first.bits == again.bits ? first.bits : 0;
  tenon_return(&bits, sizeof bits);
}

void call(const char* function, int size) {
  char id[64];
  char reply[16];
  const int id_size = tenon_self(id, sizeof id);
  tenon_call(id, id_size, function, size, nullptr, 0, reply, sizeof reply);
}

// Deep in frames of the same kind, calls the instance that stands first in `path`, which goes on.
__attribute__((noinline)) unsigned descend(unsigned depth, char* path, int size, unsigned c,
                                           unsigned d, unsigned e, unsigned f) {
  constexpr int kIdSize = 40;
  sink = static_cast<int>(c);
  unsigned below = 0;
  if (depth > 0) {
    below = descend(depth - 1, path, size, c + d, d + e, e + f, f + c);
  } else if (size >= kIdSize) {
    static char rest[4 + 8 * kIdSize];
    const int rest_size = size - kIdSize;
    __builtin_memcpy(rest, &rest_size, sizeof rest_size);
    __builtin_memcpy(rest + sizeof rest_size, path + kIdSize, static_cast<unsigned>(rest_size));
    char reply[16];
    tenon_call(path, kIdSize, "descend", 7, rest, rest_size + 4, reply, sizeof reply);
  }
  return below + c * d + e * f + static_cast<unsigned>(sink);
}

char area[4 * kPage];

__attribute__((target("bulk-memory"))) void fill() {
  for (;;)
    __builtin_memset(area, sink, sizeof area);
}

void more(int function) {
  switch (function) {
  case 15:
    return tenon_emit(0, "\xff\xff\xff\xff", 4, nullptr, 0);
  case 16:
    return tenon_return("\5\0\0\0ab", 6);
  case 17:
    for (;;)
      tenon_scan("a", 1, nullptr, 0);
  case 18:
    tenon_abort("lower case", 10, "\xff\xfe", 2);
  case 19:
    return call("trap", 4);
  case 20:
    tenon_call("\xff", 1, "f", 1, nullptr, 0, area, 0);
    return;
  case 21:
    for (int pages = 0; pages < 20; ++pages)
      __builtin_wasm_memory_grow(0, 1);
    return tenon_put("k", 1, area, 5 * kPage, nullptr, 0);
  case 22:
    return fill();
  case 23:
    put("k", 1);
    __builtin_trap();
  case 24: {
    const unsigned result = deep_frame(150, 1, 2, 3, 4, 5, 6);
    return tenon_return(&result, sizeof result);
  }
  case 25: {
    const int size = tenon_input(area, sizeof area);
    sink = static_cast<int>(descend(150, area + 4, size - 4, 3, 4, 5, 6));
    return;
  }
  default:
    return;
  }
}

} // namespace

extern "C" {

TENON_CONTRACT_EXPORT("describe") void describe() {
  tenon_return(kDescription, sizeof kDescription - 1);
}
TENON_CONTRACT_EXPORT("init") void init() {}

TENON_CONTRACT_EXPORT("execute") void execute(int function) {
  switch (function) {
  case 0:
    for (;;)
      sink = sink + 1;
  case 1:
    sink = recurse(0);
    return;
  case 2:
    sink = step(0);
    return;
  case 3:
    for (;;)
      __builtin_wasm_memory_grow(0, 16);
  case 4:
    sink = *reinterpret_cast<volatile int*>(static_cast<unsigned long>(0x7fffff00 + zero));
    return;
  case 5:
    sink = 5;
    sink = sink / zero;
    return;
  case 6:
    __builtin_trap();
  case 7:
    reinterpret_cast<void (*)()>(static_cast<unsigned long>(9999 + zero))();
    return;
  case 8:
    return nan();
  case 9:
    return put(reinterpret_cast<void*>(static_cast<unsigned long>(0x7fff0000 + zero)), 8);
  case 10:
    return put(kDescription, -1);
  case 11:
    return many_writes();
  case 12:
    return put(kDescription, 1025);
  case 13:
    return tenon_put("k", 1, "v", 1, "\xff\xff", 2);
  case 14:
    return tenon_emit(7, nullptr, 0, nullptr, 0);
  default:
    return more(function);
  }
}

TENON_CONTRACT_EXPORT("query") void query(int function) {
  if (function == 0)
    return put("k", 1);
  if (function == 2)
    return tenon_emit(0, "\0\0\0\0", 4, nullptr, 0);
  for (;;)
    sink = sink + 1;
}
}
