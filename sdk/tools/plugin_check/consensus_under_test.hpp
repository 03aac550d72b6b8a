// A consensus in its plugin file as the suite of the test kit wants it: made and called through its
// C table, in the one thread of the suite's own host. Lives in the child process of one test.
#pragma once

#include "subject.hpp"
#include "tenon/testkit/consensus_suite.hpp"

namespace tenon::tool {

// `max_queued_bytes` goes into the plugin's configuration where its schema has a property of that
// name. `host` and the subject outlive the result.
[[nodiscard]] Result<testkit::ConsensusSuiteOptions::Made>
make_consensus(const Subject& subject, plugin::Host host, std::size_t max_queued_bytes);

} // namespace tenon::tool
