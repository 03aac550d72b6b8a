#include "network/frame.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::host::network {

namespace {

// What a decoder keeps allocated between frames.
constexpr std::size_t kKeptBytes = 256u << 10;

std::size_t payload_bytes_of(BytesView head) {
  return read_be32(head);
}

std::uint8_t slot_of(BytesView head) {
  return static_cast<std::uint8_t>(head[kFrameHeadBytes - 1]);
}

} // namespace

void append_frame_head(Bytes& out, std::uint8_t slot, std::size_t payload_bytes) {
  append_be32(out, static_cast<std::uint32_t>(payload_bytes));
  out.push_back(static_cast<char>(slot));
}

bool FrameDecoder::fits(BytesView head) {
  announced_ = payload_bytes_of(head);
  return announced_ <= limit_;
}

// Doubles on the way to the size that the frame needs, and never beyond it.
void FrameDecoder::keep(BytesView bytes, std::size_t frame_bytes) {
  const std::size_t needed = partial_.size() + bytes.size();
  if (needed > partial_.capacity())
    partial_.reserve(std::max(needed, std::min(frame_bytes, 2 * needed)));
  partial_.append(bytes);
}

FrameDecoder::Outcome FrameDecoder::finish_partial(BytesView& bytes, Visit visit) {
  if (partial_.size() < kFrameHeadBytes) {
    const BytesView head = bytes.substr(0, kFrameHeadBytes - partial_.size());
    partial_.append(head);
    bytes.remove_prefix(head.size());
    if (partial_.size() < kFrameHeadBytes)
      return Outcome::kHungry;
    if (!fits(partial_))
      return Outcome::kTooLarge;
  }
  const std::size_t frame_bytes = kFrameHeadBytes + payload_bytes_of(partial_);
  const BytesView rest = bytes.substr(0, frame_bytes - partial_.size());
  keep(rest, frame_bytes);
  bytes.remove_prefix(rest.size());
  if (partial_.size() < frame_bytes)
    return Outcome::kHungry;
  const bool more = visit(slot_of(partial_), BytesView(partial_).substr(kFrameHeadBytes));
  if (partial_.capacity() > kKeptBytes)
    Bytes().swap(partial_);
  else
    partial_.clear();
  return more ? Outcome::kHungry : Outcome::kEnded;
}

FrameDecoder::Outcome FrameDecoder::visit_whole(BytesView& bytes, Visit visit) {
  while (bytes.size() >= kFrameHeadBytes) {
    if (!fits(bytes))
      return Outcome::kTooLarge;
    const std::size_t frame_bytes = kFrameHeadBytes + payload_bytes_of(bytes);
    if (bytes.size() < frame_bytes)
      return Outcome::kHungry;
    const BytesView frame = bytes.substr(0, frame_bytes);
    bytes.remove_prefix(frame_bytes);
    if (!visit(slot_of(frame), frame.substr(kFrameHeadBytes)))
      return Outcome::kEnded;
  }
  return Outcome::kHungry;
}

FrameDecoder::Outcome FrameDecoder::feed(BytesView bytes, Visit visit) {
  if (!partial_.empty()) {
    const Outcome outcome = finish_partial(bytes, visit);
    if (outcome != Outcome::kHungry || !partial_.empty())
      return outcome;
  }
  const Outcome outcome = visit_whole(bytes, visit);
  if (outcome == Outcome::kHungry)
    partial_.append(bytes);
  return outcome;
}

} // namespace tenon::host::network
