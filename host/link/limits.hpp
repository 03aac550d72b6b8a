// The bounds of the replica link (docs/spec/network.md), the same on both ends. Values only.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tenon::host::link {

// Of one client at one replica, all at once.
inline constexpr std::size_t kMostRequests = 64;
inline constexpr std::size_t kMostBatchBytes = 16u << 20;
inline constexpr std::size_t kMostProofs = 2;
// The content of a request that is no batch.
inline constexpr std::size_t kMostQuestionBytes = 256u << 10;

// A page, in bytes: when the client names no bound, and whatever it names.
inline constexpr std::uint64_t kUsualPageBytes = 1u << 20;
inline constexpr std::uint64_t kMostPageBytes = 8u << 20;
inline constexpr std::uint64_t kLongestWait_ms = 10'000;

// A larger frame goes on the bulk lane.
inline constexpr std::size_t kMostControlRequestBytes = 16u << 10;
inline constexpr std::size_t kMostControlAnswerBytes = 64u << 10;

inline constexpr std::size_t kMostRefusalTextBytes = 1024;

// What an answer may take in memory once it is parsed: at most, and as a multiple of its size.
inline constexpr std::uint64_t kMostParsedBytes = 192u << 20;
inline constexpr std::uint64_t kMostParsedFactor = 24;

} // namespace tenon::host::link
