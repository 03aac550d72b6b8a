// Frames as they come out of a byte stream, however it is cut.
#include "network/frame.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tenon/core/encoding.hpp"

namespace tenon::host::network {

namespace {

constexpr std::size_t kLimit = 1000;

using Frames = std::vector<std::pair<std::uint8_t, Bytes>>;

void append_frame(Bytes& out, std::uint8_t slot, BytesView payload) {
  append_frame_head(out, slot, payload.size());
  out.append(payload);
}

FrameDecoder::Outcome feed(FrameDecoder& decoder, BytesView bytes, Frames& frames) {
  return decoder.feed(bytes, [&](std::uint8_t slot, BytesView payload) {
    frames.emplace_back(slot, Bytes(payload));
    return true;
  });
}

} // namespace

TEST_CASE("network: a frame is its size, its slot and its payload", "[network][frame]") {
  Bytes bytes;
  append_frame(bytes, 7, "abc");
  CHECK(to_hex(bytes) == "0000000307616263");
}

TEST_CASE("network: frames come out whole wherever the bytes are cut", "[network][frame]") {
  Bytes bytes;
  append_frame(bytes, 1, "first");
  append_frame(bytes, 2, "");
  append_frame(bytes, 0, Bytes(300, 'x'));
  append_frame(bytes, 255, "last");
  const Frames expected = {{1, "first"}, {2, ""}, {0, Bytes(300, 'x')}, {255, "last"}};
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    for (const std::size_t second : {first, (first + bytes.size()) / 2, bytes.size()}) {
      FrameDecoder decoder(kLimit);
      Frames frames;
      CHECK(feed(decoder, BytesView(bytes).substr(0, first), frames) ==
            FrameDecoder::Outcome::kHungry);
      CHECK(feed(decoder, BytesView(bytes).substr(first, second - first), frames) ==
            FrameDecoder::Outcome::kHungry);
      CHECK(feed(decoder, BytesView(bytes).substr(second), frames) ==
            FrameDecoder::Outcome::kHungry);
      REQUIRE(frames == expected);
      REQUIRE(decoder.buffered() == 0);
    }
  }
}

TEST_CASE("network: a frame of the largest size passes, and one byte more does not",
          "[network][frame]") {
  for (const bool in_pieces : {false, true}) {
    Bytes fits;
    append_frame(fits, 1, Bytes(kLimit, 'x'));
    FrameDecoder decoder(kLimit);
    Frames frames;
    CHECK(feed(decoder, fits, frames) == FrameDecoder::Outcome::kHungry);
    CHECK(frames.size() == 1);
    Bytes head;
    append_frame_head(head, 1, kLimit + 1);
    if (in_pieces) {
      CHECK(feed(decoder, BytesView(head).substr(0, 3), frames) == FrameDecoder::Outcome::kHungry);
      head.erase(0, 3);
    }
    CHECK(feed(decoder, head, frames) == FrameDecoder::Outcome::kTooLarge);
    CHECK(decoder.announced() == kLimit + 1);
    CHECK(frames.size() == 1);
  }
}

TEST_CASE("network: a decoder holds what was received, not what a head announces",
          "[network][frame]") {
  FrameDecoder decoder(1u << 30);
  Bytes head;
  append_frame_head(head, 1, 1u << 30);
  Frames frames;
  REQUIRE(feed(decoder, head, frames) == FrameDecoder::Outcome::kHungry);
  REQUIRE(feed(decoder, Bytes(1000, 'x'), frames) == FrameDecoder::Outcome::kHungry);
  CHECK(decoder.buffered() == kFrameHeadBytes + 1000);
}

TEST_CASE("network: a visitor that has seen enough gets no further frame", "[network][frame]") {
  Bytes bytes;
  append_frame(bytes, 1, "one");
  append_frame(bytes, 1, "two");
  for (const std::size_t cut : {std::size_t{0}, std::size_t{2}}) {
    FrameDecoder decoder(kLimit);
    int seen = 0;
    const auto visit = [&](std::uint8_t, BytesView) {
      ++seen;
      return false;
    };
    CHECK(decoder.feed(BytesView(bytes).substr(0, cut), visit) == FrameDecoder::Outcome::kHungry);
    CHECK(decoder.feed(BytesView(bytes).substr(cut), visit) == FrameDecoder::Outcome::kEnded);
    CHECK(seen == 1);
  }
}

} // namespace tenon::host::network
