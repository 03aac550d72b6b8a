// The SHA-256 compression function on processors that have instructions for it. Internal to
// crypto/sha256.cpp and its test. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

#include "tenon/core/bytes.hpp"

namespace tenon::crypto::kernel {

inline constexpr std::size_t kBlockSize = 64;
// How many messages go through compress_lanes() side by side: the instructions have a latency of
// several cycles, and independent messages fill them.
inline constexpr std::size_t kLanes = 4;

// The chaining value, as the eight words of FIPS 180-4.
struct State {
  alignas(16) std::uint32_t words[8];
};
inline constexpr State kInitial = {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                    0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};

// Does this processor have them? Asked once by the caller; the functions below need a yes.
[[nodiscard]] bool available();

// Takes `blocks` consecutive blocks into the state.
void compress(State& state, const std::uint8_t* data, std::size_t blocks);

// The same for kLanes messages: lane i's blocks start at data[i].
void compress_lanes(State* states, const std::uint8_t* const* data, std::size_t blocks);

// What stands in on other processors, and the oracle of the test.
[[nodiscard]] Hash openssl_digest(std::initializer_list<BytesView> parts);

} // namespace tenon::crypto::kernel
