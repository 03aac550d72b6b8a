// A closed loop of commands: so many under way at any time, the next sent when one is answered.
// Callbacks on threads of gRPC; the caller waits.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "com/daml/ledger/api/v1/command_service.pb.h"
#include "common/load_report.hpp"
#include "ledger_client.hpp"

namespace tenon::bench {

using SubmitRequest = com::daml::ledger::api::v1::SubmitAndWaitRequest;

struct ClosedLoop {
  std::uint64_t in_flight = 64;
  double warm_up_s = 0;
  double measured_s = 0; // 0: until there is no request any more, and that is the time measured
  // The request of that number; nothing: there are no more. Any thread.
  std::function<std::optional<SubmitRequest>(std::uint64_t number)> request;
};

// Every command sent has been answered when this returns.
[[nodiscard]] LoadReport run_closed_loop(LedgerClient& client, const ClosedLoop& loop);

} // namespace tenon::bench
