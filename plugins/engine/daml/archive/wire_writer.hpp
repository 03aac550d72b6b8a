// Writes messages from their end to their beginning: what is inside a message is there before the
// length in front of it, so nothing is measured or moved. Owned by one encoder, one thread.
#pragma once

#include <cstdint>

#include "tenon/core/bytes.hpp"

namespace tenon::daml::archive {

class WireWriter {
public:
  // Each goes in front of what is there.
  void put(BytesView bytes);
  void put_varint(std::uint64_t value);
  void put_fixed64(std::uint64_t value);

  [[nodiscard]] std::size_t size() const { return buffer_.size() - begin_; }
  [[nodiscard]] Bytes take() { return buffer_.substr(begin_); }

private:
  void make_room(std::size_t size);

  Bytes buffer_;
  std::size_t begin_ = 0; // what is written stands from here to the end
};

} // namespace tenon::daml::archive
