// Frames: how messages are cut out of a connection's bytes. A frame is be32 payload size, one byte
// that says whose it is (0: the network's own), payload (docs/spec/network.md). Pure; a decoder
// belongs to one connection and is used by one thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::host::network {

inline constexpr std::size_t kFrameHeadBytes = 5;
inline constexpr std::uint8_t kOwnSlot = 0;

void append_frame_head(Bytes& out, std::uint8_t slot, std::size_t payload_bytes);

class FrameDecoder {
public:
  // Borrows the payload. False: the connection has ended, read no further.
  using Visit = FunctionRef<bool(std::uint8_t slot, BytesView payload)>;

  enum class Outcome {
    kHungry, // every byte was taken; more may come
    kEnded,  // the visitor has seen enough
    kTooLarge,
  };

  explicit FrameDecoder(std::size_t limit) : limit_(limit) {}

  // The largest payload from here on.
  void set_limit(std::size_t limit) { limit_ = limit; }
  [[nodiscard]] std::size_t limit() const { return limit_; }

  // Takes the next bytes of the connection and visits the frames that they complete. Memory grows
  // with the bytes received, never with the size that a head announces. After kEnded and kTooLarge
  // the decoder is of no more use.
  [[nodiscard]] Outcome feed(BytesView bytes, Visit visit);

  // The payload size that was too large.
  [[nodiscard]] std::size_t announced() const { return announced_; }
  [[nodiscard]] std::size_t buffered() const { return partial_.size(); }

private:
  // Both take what they use off the front of `bytes`.
  Outcome finish_partial(BytesView& bytes, Visit visit);
  Outcome visit_whole(BytesView& bytes, Visit visit);
  [[nodiscard]] bool fits(BytesView head);
  void keep(BytesView bytes, std::size_t frame_bytes);

  std::size_t limit_;
  std::size_t announced_ = 0;
  Bytes partial_; // the beginning of a frame, its head included
};

} // namespace tenon::host::network
