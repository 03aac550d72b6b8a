// Wasmtime and the sanitizers need the signals of traps and faults for themselves.
#define CATCH_CONFIG_NO_POSIX_SIGNALS
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
