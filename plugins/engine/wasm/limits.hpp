// Everything that bounds a contract. The values decide which transactions are rejected, so they are
// part of the engine's fingerprint. Constants; any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/runtime.h"

namespace tenon::wasm {

inline constexpr tenon_wasm_limits kModuleLimits = {
    1u << 20,   // module_bytes
    1000,       // types
    10000,      // functions
    1000,       // globals
    1000,       // exports
    512,        // memory_pages
    10000,      // table_elements
    4096,       // locals
    4096,       // operand_stack
    256u << 10, // function_bytes
    10000,      // data_segments
    10000,      // element_segments
    16384,      // stack_units
    1u << 21,   // branching
};

inline constexpr std::uint64_t kPageSize = 65536;
inline constexpr std::uint64_t kFuelPerTransaction = 50'000'000;
inline constexpr std::uint64_t kFuelPerQuery = 200'000'000;
inline constexpr int kMaxCallDepth = 8;
inline constexpr std::size_t kMaxKeySize = 1024;
inline constexpr std::size_t kMaxValueSize = 256u << 10;
inline constexpr std::size_t kMaxReaders = 64;
inline constexpr std::size_t kMaxReplySize = 1u << 20;
inline constexpr std::size_t kMaxWrites = 4096;
inline constexpr std::size_t kMaxEvents = 1024;
inline constexpr std::size_t kMaxOpenScans = 16;
inline constexpr std::size_t kMaxLabelSize = 256;
inline constexpr std::size_t kMaxDescriptionSize = 64u << 10;
inline constexpr int kMaxDescriptionDepth = 16;
inline constexpr std::size_t kMaxDecodedSize = 4u << 20; // JSON of one event or result

// Fuel of a host function: a fixed part and one per byte that it moves.
inline constexpr std::uint64_t kFuelPerHostCall = 200;
inline constexpr std::uint64_t kFuelPerRead = 2000;
inline constexpr std::uint64_t kFuelPerWrite = 5000;
inline constexpr std::uint64_t kFuelPerContractCall = 20000;

// Room on the native stack for WebAssembly. A stack unit stands for at most 64 bytes, and contracts
// that call each other share the units, so the deterministic limit always comes first.
inline constexpr std::size_t kNativeStackSize = kModuleLimits.stack_units * 64 + (256u << 10);

} // namespace tenon::wasm
