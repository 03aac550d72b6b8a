// Names that nobody has used before. Any thread.
#pragma once

#include <array>
#include <openssl/rand.h>
#include <string>

#include "tenon/core/encoding.hpp"

namespace tenon::api {

// 32 hexadecimal digits.
[[nodiscard]] inline std::string random_id() {
  std::array<unsigned char, 16> random{};
  RAND_bytes(random.data(), static_cast<int>(random.size()));
  return to_hex({reinterpret_cast<const char*>(random.data()), random.size()});
}

} // namespace tenon::api
