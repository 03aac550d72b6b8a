// What every store must do, as tests over plugin::Store alone. Link Tenon::testkit, say how to open
// your store, and run the list; both shipped stores are held to it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tenon/plugin/store.hpp"
#include "tenon/testkit/named_test.hpp"

namespace tenon::testkit {

struct StoreSuiteOptions {
  // Opens the store called `name`, empty the first time a name is given. A durable store given a
  // name again, after the last one was destroyed, comes back with what it held.
  std::function<Result<std::unique_ptr<plugin::Store>>(const std::string& name)> open;
  std::uint32_t seed = 1;
  // Multiplies the length of the random tests.
  std::uint32_t rounds = 1;
};

[[nodiscard]] std::vector<NamedTest> store_suite(const StoreSuiteOptions& options);

} // namespace tenon::testkit
