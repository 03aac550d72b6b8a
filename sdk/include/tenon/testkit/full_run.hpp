// Whether tests take their long form: more seeds, longer loops. Asked by tests, in any thread.
#pragma once

#include <cstdlib>
#include <string_view>

namespace tenon::testkit {

// True under TENON_TEST_FULL=1, which `./tenon test --full` sets; any other value is a no.
[[nodiscard]] inline bool full_run() {
  const char* const value = std::getenv("TENON_TEST_FULL");
  return value != nullptr && std::string_view(value) == "1";
}

} // namespace tenon::testkit
