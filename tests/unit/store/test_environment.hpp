// What the stores' tests ask their environment.
#pragma once

#include <cstdlib>
#include <string_view>

namespace tenon::store {

// `./tenon test --full`: longer loops.
inline bool full_test() {
  const char* const full = std::getenv("TENON_TEST_FULL");
  return full != nullptr && std::string_view(full) == "1";
}

} // namespace tenon::store
