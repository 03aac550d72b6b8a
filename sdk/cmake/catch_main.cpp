// Wasmtime and the sanitizers need the signals of traps and faults for themselves.
#define CATCH_CONFIG_NO_POSIX_SIGNALS
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>

#ifdef __SANITIZE_THREAD__
// RocksDB is not instrumented: its atomics are not seen, the memory it copies is. And Wasmtime's
// handler of traps allocates; the signals it takes come from its own code, which does not. Visible,
// for it is ThreadSanitizer's library that asks.
extern "C" __attribute__((visibility("default"))) const char* __tsan_default_suppressions() {
  return "race:librocksdb.so\n"
         "signal:wasmtime::runtime::vm::traphandlers\n";
}
#endif
