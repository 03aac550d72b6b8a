// What an answer takes in memory once it is parsed, found out before it is: two bytes on the wire
// can be an object of a hundred and more, and a replica is not trusted. Step: envelope, before the
// message is made. Pure; any thread.
#pragma once

#include "link/envelope.hpp"

namespace tenon::host::link {

// INVALID_ARGUMENT for an answer of that kind that would take more than kMostParsedBytes, or than
// kMostParsedFactor times its own size, or that is no message. No honest answer does: the smallest
// things that a ledger can make a replica repeat, names of one letter, cost 18 times their size.
[[nodiscard]] Status check_parse_cost(BytesView content, Kind kind);

} // namespace tenon::host::link
