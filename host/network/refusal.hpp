// Why a node will not talk to another: a code for machines and metrics, and one sentence that says
// what was expected, what was found and how to put it right. Sent to the other side as the last
// frame. Values only; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::host::network {

// The numbers travel in Goodbye frames.
enum class GoodbyeCode : std::uint32_t {
  kLeaving = 0, // no refusal: the sender stops, or makes its connections anew
  kWrongChain = 1,
  kWrongEngines = 2,
  kWrongVersion = 3,
  kUnknownKey = 4,
  kWrongName = 5,
  kWrongClock = 6,
  kDuplicateIdentity = 7,
  kFrameTooLarge = 8,
  kMisbehaved = 9,
};

// "WRONG_CHAIN" …; "UNKNOWN" for a number that is none.
[[nodiscard]] std::string_view code_name(GoodbyeCode code);

struct Goodbye {
  GoodbyeCode code = GoodbyeCode::kLeaving;
  std::string text;
};

} // namespace tenon::host::network
