// Whatever bytes a stranger sends to the network's port: cut into pieces or not, they must give the
// same frames, hold no more memory than was received, and what they say must be told from nonsense.
// The first byte says how large the pieces are.
#include <cstdlib>
#include <vector>

#include "network/frame.hpp"
#include "network/hello.hpp"

using namespace tenon;
using namespace tenon::host::network;

namespace {

constexpr std::size_t kLimit = 4096;
constexpr std::uint64_t kNow_us = 1'700'000'000'000'000;

void require(bool condition) {
  if (!condition)
    std::abort();
}

struct Decoded {
  std::vector<std::pair<std::uint8_t, Bytes>> frames;
  FrameDecoder::Outcome outcome = FrameDecoder::Outcome::kHungry;
};

Decoded decode(BytesView input, std::size_t piece_bytes) {
  FrameDecoder decoder(kLimit);
  Decoded decoded;
  std::size_t fed = 0;
  while (fed < input.size() && decoded.outcome == FrameDecoder::Outcome::kHungry) {
    const BytesView piece = input.substr(fed, piece_bytes);
    fed += piece.size();
    decoded.outcome = decoder.feed(piece, [&](std::uint8_t slot, BytesView payload) {
      require(payload.size() <= kLimit);
      decoded.frames.emplace_back(slot, payload);
      return true;
    });
    require(decoder.buffered() <= fed);
  }
  return decoded;
}

void judge(BytesView payload) {
  const auto control = decode_control(payload);
  if (!control)
    return;
  require(decode_control(BytesView(encode_control(*control)).substr(kFrameHeadBytes)).has_value());
  const PeerConfig peer{"n2", Bytes(32, 'k'), PeerRole::kReplica, std::nullopt};
  if (const auto* const hello = std::get_if<Hello>(&*control))
    static_cast<void>(check_hello(NetworkOptions{}, peer, *hello, kNow_us));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const BytesView input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Decoded whole = decode(input, input.size());
  const Decoded pieces = decode(input, 1 + data[0] % 64);
  require(whole.frames == pieces.frames);
  require(whole.outcome == pieces.outcome);
  for (const auto& [slot, payload] : whole.frames) {
    if (slot == kOwnSlot)
      judge(payload);
  }
  return 0;
}
