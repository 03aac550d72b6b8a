#include "network/hello.hpp"

#include "network/frame.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/peer/v1/peer.pb.h"

namespace tenon::host::network {

namespace {

constexpr std::size_t kMaxNameBytes = 256;
constexpr std::size_t kMaxTextBytes = 1024;

namespace v1 = peer::v1;

void write(const Hello& hello, v1::Control& out) {
  v1::Hello& message = *out.mutable_hello();
  message.set_protocol_version(hello.protocol_version);
  message.set_chain_id(hello.chain);
  message.set_node_name(hello.name);
  message.set_role(hello.role);
  message.set_engines_fingerprint(hello.engines_fingerprint);
  message.set_wall_clock_us(hello.wall_us);
  message.set_lane(hello.lane);
  message.set_instance_id(hello.instance);
}

void write(const Welcome&, v1::Control& out) {
  out.mutable_welcome();
}

void write(const Goodbye& goodbye, v1::Control& out) {
  std::string text = as_utf8(goodbye.text);
  if (text.size() > kMaxTextBytes) {
    std::size_t end = kMaxTextBytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
      --end; // not inside a character
    text.resize(end);
  }
  out.mutable_goodbye()->set_code(static_cast<std::uint32_t>(goodbye.code));
  out.mutable_goodbye()->set_text(text);
}

void write(const Ping&, v1::Control& out) {
  out.mutable_ping();
}

// Nothing when a field has a length that it cannot have. Another version may have other fields, so
// of its Hello only the version is read.
std::optional<Control> read(const v1::Hello& message) {
  Hello hello;
  hello.protocol_version = message.protocol_version();
  if (hello.protocol_version != kProtocolVersion)
    return hello;
  if (message.chain_id().size() != Hash::kSize || message.node_name().size() > kMaxNameBytes ||
      message.engines_fingerprint().size() != Hash::kSize ||
      message.instance_id().size() != kInstanceIdBytes || message.lane() >= plugin::kLanes)
    return std::nullopt;
  hello.chain = message.chain_id();
  hello.name = message.node_name();
  hello.role = message.role();
  hello.engines_fingerprint = message.engines_fingerprint();
  hello.wall_us = message.wall_clock_us();
  hello.lane = message.lane();
  hello.instance = message.instance_id();
  return hello;
}

Goodbye refuse(GoodbyeCode code, const NetworkOptions& own, const PeerConfig& peer,
               const std::string& text) {
  return {code, own.name + " refuses " + peer.name + ": " + text};
}

std::string known_role(std::uint32_t role) {
  if (role == static_cast<std::uint32_t>(PeerRole::kReplica))
    return "replica";
  return role == static_cast<std::uint32_t>(PeerRole::kClient) ? "client"
                                                               : "role " + std::to_string(role);
}

} // namespace

Bytes encode_control(const Control& control) {
  v1::Control message;
  std::visit([&](const auto& value) { write(value, message); }, control);
  const Bytes payload = message.SerializeAsString();
  Bytes frame;
  frame.reserve(kFrameHeadBytes + payload.size());
  append_frame_head(frame, kOwnSlot, payload.size());
  return frame.append(payload);
}

std::optional<Control> decode_control(BytesView payload) {
  v1::Control message;
  if (payload.size() > kMaxControlBytes ||
      !message.ParseFromArray(payload.data(), static_cast<int>(payload.size())))
    return std::nullopt;
  switch (message.control_case()) {
  case v1::Control::kHello:
    return read(message.hello());
  case v1::Control::kWelcome:
    return Welcome{};
  case v1::Control::kGoodbye:
    return Goodbye{static_cast<GoodbyeCode>(message.goodbye().code()),
                   message.goodbye().text().substr(0, kMaxTextBytes)};
  case v1::Control::kPing:
    return Ping{};
  case v1::Control::CONTROL_NOT_SET:
    break;
  }
  return std::nullopt;
}

std::string_view role_name(PeerRole role) {
  return role == PeerRole::kReplica ? "replica" : "client";
}

std::optional<Goodbye> check_hello(const NetworkOptions& own, const PeerConfig& peer,
                                   const Hello& hello, std::uint64_t wall_us) {
  if (hello.protocol_version != kProtocolVersion) {
    return refuse(GoodbyeCode::kWrongVersion, own, peer,
                  "it speaks version " + std::to_string(hello.protocol_version) +
                      " of the peer protocol; expected " + std::to_string(kProtocolVersion) +
                      ": run the same release on both nodes");
  }
  if (hello.chain != own.chain.view()) {
    return refuse(GoodbyeCode::kWrongChain, own, peer,
                  "its chain id is " + to_hex(hello.chain) + "; expected " +
                      to_hex(own.chain.view()) +
                      ": start both nodes from the same genesis document");
  }
  if (hello.engines_fingerprint != own.engines_fingerprint.view()) {
    return refuse(GoodbyeCode::kWrongEngines, own, peer,
                  "its engines have the fingerprint " + to_hex(hello.engines_fingerprint) +
                      "; expected " + to_hex(own.engines_fingerprint.view()) +
                      ": configure the same engines, of the same versions, on both nodes");
  }
  if (hello.name != peer.name || hello.role != static_cast<std::uint32_t>(peer.role)) {
    return refuse(GoodbyeCode::kWrongName, own, peer,
                  "the node with the key " + to_hex(peer.public_key) + " says it is " + hello.name +
                      ", a " + known_role(hello.role) + "; expected " + peer.name + ", a " +
                      std::string(role_name(peer.role)) +
                      ": give each node its own name and key as the genesis document has them");
  }
  const std::uint64_t difference_us =
      hello.wall_us > wall_us ? hello.wall_us - wall_us : wall_us - hello.wall_us;
  const std::uint64_t bound_ms = own.limits.clock_difference_ms;
  if (difference_us / 1000 > bound_ms) {
    return refuse(GoodbyeCode::kWrongClock, own, peer,
                  "its clock is " + std::to_string(difference_us / 1000) + " ms " +
                      (hello.wall_us > wall_us ? "ahead" : "behind") + "; expected at most " +
                      std::to_string(bound_ms) + " ms: synchronise the clocks of both machines");
  }
  return std::nullopt;
}

} // namespace tenon::host::network
