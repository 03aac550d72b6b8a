// What the stores' tests ask their environment.
#pragma once

#include "tenon/testkit/full_run.hpp"

namespace tenon::store {

// `./tenon test --full`: longer loops.
inline bool full_test() {
  return testkit::full_run();
}

} // namespace tenon::store
