#include "network/refusal.hpp"

namespace tenon::host::network {

std::string_view code_name(GoodbyeCode code) {
  switch (code) {
  case GoodbyeCode::kLeaving:
    return "LEAVING";
  case GoodbyeCode::kWrongChain:
    return "WRONG_CHAIN";
  case GoodbyeCode::kWrongEngines:
    return "WRONG_ENGINES";
  case GoodbyeCode::kWrongVersion:
    return "WRONG_VERSION";
  case GoodbyeCode::kUnknownKey:
    return "UNKNOWN_KEY";
  case GoodbyeCode::kWrongName:
    return "WRONG_NAME";
  case GoodbyeCode::kWrongClock:
    return "WRONG_CLOCK";
  case GoodbyeCode::kDuplicateIdentity:
    return "DUPLICATE_IDENTITY";
  case GoodbyeCode::kFrameTooLarge:
    return "FRAME_TOO_LARGE";
  case GoodbyeCode::kMisbehaved:
    return "MISBEHAVED";
  }
  return "UNKNOWN";
}

} // namespace tenon::host::network
