// What the parts of the store suite share. Used by the suite's own sources only; one thread.
#pragma once

#include <string>

#include "tenon/testkit/store_model.hpp"
#include "tenon/testkit/store_suite.hpp"

namespace tenon::testkit {

using StorePointer = std::unique_ptr<plugin::Store>;

inline Status expect(bool condition, const std::string& what) {
  return condition ? Status() : failed_precondition("expected: " + what);
}
#define TENON_EXPECT(condition) TENON_RETURN_IF_ERROR(expect((condition), #condition))

inline ModelBlock block_of(std::map<Bytes, std::optional<Bytes>> state) {
  return {std::move(state), {}};
}

// Random blocks that were committed; the model and the roots are what came out.
struct History {
  StoreModel model;
  std::vector<Hash> roots;
};
[[nodiscard]] Status extend(plugin::Store& store, History& history, std::mt19937& random,
                            std::size_t blocks);

// Checks the whole store.
[[nodiscard]] inline Status verified(plugin::Store& store) {
  return store.verify([](std::uint64_t, std::uint64_t) { return true; });
}

// Pruning, and what replicas send each other of the state.
void add_transfer_tests(const StoreSuiteOptions& options, std::vector<NamedTest>& tests);
// What people and tools that look into a store are told.
void add_looking_tests(const StoreSuiteOptions& options, std::vector<NamedTest>& tests);

} // namespace tenon::testkit
