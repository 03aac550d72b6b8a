// What two nodes say about the connection between them: who they are, that they agree, that they
// live, and why they part. Messages of slot 0 (docs/spec/network.md). Pure; any thread.
#pragma once

#include <optional>
#include <variant>

#include "network/options.hpp"
#include "network/refusal.hpp"

namespace tenon::host::network {

inline constexpr std::uint32_t kProtocolVersion = 1;
inline constexpr std::size_t kInstanceIdBytes = 16;
// The largest message of slot 0, and the largest frame before both sides know each other.
inline constexpr std::size_t kMaxControlBytes = 4096;

struct Hello {
  std::uint32_t protocol_version = kProtocolVersion;
  Bytes chain;
  std::string name;
  std::uint32_t role = 0; // as received: perhaps none
  Bytes engines_fingerprint;
  std::uint64_t wall_us = 0;
  std::uint32_t lane = 0;
  Bytes instance;
};
struct Welcome {};
struct Ping {};
using Control = std::variant<Hello, Welcome, Goodbye, Ping>;

// A whole frame. A Goodbye's text is cut where it is too long.
[[nodiscard]] Bytes encode_control(const Control& control);
// Of a frame's payload. Nothing: it is no message of this protocol.
[[nodiscard]] std::optional<Control> decode_control(BytesView payload);

[[nodiscard]] std::string_view role_name(PeerRole role);

// Why `hello`, from the node that has the key of `peer`, cannot be agreed with. Whether another
// process already speaks for that node is for the caller to know.
[[nodiscard]] std::optional<Goodbye> check_hello(const NetworkOptions& own, const PeerConfig& peer,
                                                 const Hello& hello, std::uint64_t wall_us);

} // namespace tenon::host::network
