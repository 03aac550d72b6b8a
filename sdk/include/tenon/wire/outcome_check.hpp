// What the certified hashes of a block's results leave open: whether a response is the one that its
// outcome names, and whether an event has the one form in which the ledger writes it. For whoever
// takes results from others: clients of a stream, replicas that take over a state. Pure; any
// thread.
#pragma once

#include <string>

#include "tenon/core/bytes.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::wire {

// Different bytes may have one hash where a field has no size of its own, or is put in order before
// it is hashed.
[[nodiscard]] bool has_ledger_form(const v1::Event& event);

// Why the outcome, whose leaf is certified, is not that of this encoded transaction, or its
// response is not the one that was certified; empty when all is well.
[[nodiscard]] std::string wrong_outcome(const v1::Outcome& outcome, BytesView transaction);

} // namespace tenon::wire
