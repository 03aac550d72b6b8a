#include "crypto/sha256_kernel.hpp"

#include <cstdlib>

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace tenon::crypto::kernel {

#if defined(__x86_64__)

namespace {

#define TENON_SHA_TARGET __attribute__((target("sha,sse4.1,ssse3")))

constexpr std::size_t kRoundGroups = 16; // of four rounds each

alignas(16) constexpr std::uint32_t kRoundConstants[4 * kRoundGroups] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The instructions keep the state as (a b e f) and (c d g h), highest word first.
struct Registers {
  __m128i abef;
  __m128i cdgh;
};

TENON_SHA_TARGET inline Registers load(const State& state) {
  const auto* const words = reinterpret_cast<const __m128i*>(state.words);
  const __m128i badc = _mm_shuffle_epi32(_mm_load_si128(words), 0xb1);
  const __m128i hgfe = _mm_shuffle_epi32(_mm_load_si128(words + 1), 0x1b);
  return {_mm_alignr_epi8(badc, hgfe, 8), _mm_blend_epi16(hgfe, badc, 0xf0)};
}

TENON_SHA_TARGET inline void store(const Registers& registers, State& state) {
  auto* const words = reinterpret_cast<__m128i*>(state.words);
  const __m128i feba = _mm_shuffle_epi32(registers.abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(registers.cdgh, 0xb1);
  _mm_store_si128(words, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_store_si128(words + 1, _mm_alignr_epi8(dchg, feba, 8));
}

template <std::size_t Lanes>
TENON_SHA_TARGET inline void compress_one(Registers* lanes, const std::uint8_t* const* data,
                                          std::size_t offset) {
  const __m128i to_big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  Registers saved[Lanes];
  __m128i schedule[Lanes][4]; // the last sixteen words of the message schedule, as a ring
#pragma GCC unroll 4
  for (std::size_t lane = 0; lane < Lanes; ++lane) {
    saved[lane] = lanes[lane];
    const auto* const words = reinterpret_cast<const __m128i*>(data[lane] + offset);
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i)
      schedule[lane][i] = _mm_shuffle_epi8(_mm_loadu_si128(words + i), to_big_endian);
  }
#pragma GCC unroll 16
  for (std::size_t group = 0; group < kRoundGroups; ++group) {
    const __m128i constants =
        _mm_load_si128(reinterpret_cast<const __m128i*>(kRoundConstants + 4 * group));
#pragma GCC unroll 4
    for (std::size_t lane = 0; lane < Lanes; ++lane) {
      __m128i* const ring = schedule[lane];
      const __m128i input = _mm_add_epi32(ring[group % 4], constants);
      lanes[lane].cdgh = _mm_sha256rnds2_epu32(lanes[lane].cdgh, lanes[lane].abef, input);
      lanes[lane].abef =
          _mm_sha256rnds2_epu32(lanes[lane].abef, lanes[lane].cdgh, _mm_shuffle_epi32(input, 0x0e));
      if (group + 4 < kRoundGroups) {
        const __m128i last = ring[(group + 3) % 4];
        const __m128i sum =
            _mm_add_epi32(_mm_sha256msg1_epu32(ring[group % 4], ring[(group + 1) % 4]),
                          _mm_alignr_epi8(last, ring[(group + 2) % 4], 4));
        ring[group % 4] = _mm_sha256msg2_epu32(sum, last);
      }
    }
  }
#pragma GCC unroll 4
  for (std::size_t lane = 0; lane < Lanes; ++lane) {
    lanes[lane].abef = _mm_add_epi32(lanes[lane].abef, saved[lane].abef);
    lanes[lane].cdgh = _mm_add_epi32(lanes[lane].cdgh, saved[lane].cdgh);
  }
}

template <std::size_t Lanes>
TENON_SHA_TARGET inline void compress_all(State* states, const std::uint8_t* const* data,
                                          std::size_t blocks) {
  Registers lanes[Lanes];
  for (std::size_t lane = 0; lane < Lanes; ++lane)
    lanes[lane] = load(states[lane]);
  for (std::size_t block = 0; block < blocks; ++block)
    compress_one<Lanes>(lanes, data, block * kBlockSize);
  for (std::size_t lane = 0; lane < Lanes; ++lane)
    store(lanes[lane], states[lane]);
}

} // namespace

bool available() {
  constexpr unsigned kSsse3 = 1u << 9;
  constexpr unsigned kSse41 = 1u << 19;
  constexpr unsigned kSha = 1u << 29;
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & kSsse3) == 0 || (c & kSse41) == 0)
    return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & kSha) != 0;
}

TENON_SHA_TARGET void compress(State& state, const std::uint8_t* data, std::size_t blocks) {
  compress_all<1>(&state, &data, blocks);
}

TENON_SHA_TARGET void compress_lanes(State* states, const std::uint8_t* const* data,
                                     std::size_t blocks) {
  compress_all<kLanes>(states, data, blocks);
}

#else

bool available() {
  return false;
}

void compress(State&, const std::uint8_t*, std::size_t) {
  std::abort(); // the caller asked available()
}

void compress_lanes(State*, const std::uint8_t* const*, std::size_t) {
  std::abort();
}

#endif

} // namespace tenon::crypto::kernel
