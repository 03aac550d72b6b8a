// Byte strings and digests. Values only; any thread.
//
// Tenon keeps bytes in std::string and views them through std::string_view, as protobuf and RocksDB
// do, so that nothing is copied between the three. A BytesView borrows; a Bytes owns.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "tenon/abi/base.h"

namespace tenon {

using Bytes = std::string;
using BytesView = std::string_view;

// A SHA-256 digest; all zeros where the format says "none".
struct Hash {
  std::array<std::uint8_t, 32> bytes{};

  static constexpr std::size_t kSize = 32;

  // The digest in `view`, which must be 32 bytes long (checked by the caller; see from_view_or_zero
  // for bytes of unknown origin).
  static Hash from_view(BytesView view) {
    Hash hash;
    std::memcpy(hash.bytes.data(), view.data(), kSize);
    return hash;
  }
  // All zeros when `view` is not 32 bytes long.
  static Hash from_view_or_zero(BytesView view) {
    return view.size() == kSize ? from_view(view) : Hash{};
  }
  static Hash from_abi(const tenon_hash& hash) {
    Hash result;
    std::memcpy(result.bytes.data(), hash.bytes, kSize);
    return result;
  }

  [[nodiscard]] BytesView view() const {
    return {reinterpret_cast<const char*>(bytes.data()), kSize};
  }
  [[nodiscard]] Bytes str() const { return Bytes(view()); }
  [[nodiscard]] bool is_zero() const { return *this == Hash{}; }
  [[nodiscard]] tenon_hash to_abi() const {
    tenon_hash result;
    std::memcpy(result.bytes, bytes.data(), kSize);
    return result;
  }

  friend auto operator<=>(const Hash&, const Hash&) = default;
};

// For hash maps: a digest is already uniformly distributed.
struct HashHasher {
  std::size_t operator()(const Hash& hash) const {
    std::size_t value = 0;
    std::memcpy(&value, hash.bytes.data(), sizeof value);
    return value;
  }
};

// Lets unordered containers keyed by Bytes be searched by BytesView.
struct BytesHasher {
  using is_transparent = void;
  std::size_t operator()(BytesView view) const { return std::hash<BytesView>{}(view); }
};

inline tenon_bytes to_abi(BytesView view) {
  return {reinterpret_cast<const std::uint8_t*>(view.data()), view.size()};
}
inline BytesView from_abi(tenon_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

// The smallest byte string greater than every string that starts with `prefix`; empty (which scans
// read as "to the last key") when there is none.
inline Bytes prefix_end(BytesView prefix) {
  Bytes end(prefix);
  while (!end.empty() && static_cast<std::uint8_t>(end.back()) == 0xff)
    end.pop_back();
  if (!end.empty())
    end.back() = static_cast<char>(static_cast<std::uint8_t>(end.back()) + 1);
  return end;
}

} // namespace tenon
