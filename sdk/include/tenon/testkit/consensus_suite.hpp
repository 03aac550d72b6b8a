// What every consensus plugin must do, as tests over plugin::Consensus alone. Link Tenon::testkit,
// say how to make your protocol, and run the lists.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tenon/plugin/consensus.hpp"
#include "tenon/plugin/plugin.hpp"
#include "tenon/testkit/named_test.hpp"

namespace tenon::testkit {

struct ConsensusSuiteOptions {
  // One object, as both of its faces.
  struct Made {
    std::unique_ptr<plugin::Plugin> plugin;
    plugin::Consensus* consensus = nullptr;
  };
  // With a queue bound of about `max_queued_bytes`.
  std::function<Result<Made>(plugin::Host host, std::size_t max_queued_bytes)> make;
  std::uint32_t seed = 1;
  // Multiplies the length of the random tests.
  std::uint32_t rounds = 1;
};

// On a chain of a single validator: this host's key "node".
[[nodiscard]] std::vector<NamedTest> consensus_suite(const ConsensusSuiteOptions& options);

// For protocols of several validators: four of them, in one thread, with hosts that hand their
// frames to each other, late, in any order between two pairs, and not at all to who is down. How
// liars are borne is not among it: that takes knowledge of the protocol's messages.
[[nodiscard]] std::vector<NamedTest> consensus_network_suite(const ConsensusSuiteOptions& options);

} // namespace tenon::testkit
