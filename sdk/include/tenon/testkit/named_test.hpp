// One test of a conformance suite. Suites are lists of these, so that any test framework, and
// `tenon plugin check`, can run them one by one.
#pragma once

#include <functional>
#include <string>

#include "tenon/core/status.hpp"

namespace tenon::testkit {

struct NamedTest {
  std::string name; // a sentence that is true of a conforming plugin
  std::function<Status()> run;
};

} // namespace tenon::testkit
