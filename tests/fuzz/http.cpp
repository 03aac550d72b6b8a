// What strangers send over HTTP: request targets, JSON bodies, tokens and key sets. The first byte
// says which of them the rest is.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "body_reader.hpp"
#include "common/auth/jwt.hpp"
#include "router.hpp"

using namespace tenon::api;
using namespace tenon::api::rest;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 4) {
  case 0:
    static_cast<void>(find_route("GET", input));
    static_cast<void>(find_route("POST", input));
    break;
  case 1: {
    BodyReader body(input);
    static_cast<void>(body.text("function", ValueKind::kText, true));
    static_cast<void>(body.object_text("arguments"));
    static_cast<void>(body.list("act_as", ValueKind::kParty, 64));
    static_cast<void>(body.number("height", 0, 1000));
    static_cast<void>(body.finish());
    break;
  }
  case 2:
    // Nothing is signed by a key that is not there.
    if (auth::verify_token(input, {}).ok())
      __builtin_trap();
    break;
  default:
    static_cast<void>(auth::keys_from_jwks(input, "fuzz"));
  }
  return 0;
}
