#include "tenon/wire/block_log.hpp"

#include "tenon/core/encoding.hpp"

namespace tenon::wire {

namespace {

void append_sized(Bytes& out, BytesView part) {
  append_be32(out, static_cast<std::uint32_t>(part.size()));
  out.append(part);
}

bool take_sized(Reader& reader, Bytes& part) {
  std::uint32_t size = 0;
  BytesView view;
  if (!reader.be32(size) || !reader.take(size, view))
    return false;
  part = Bytes(view);
  return true;
}

} // namespace

Bytes encode_block_record(const BlockRecord& record) {
  Bytes out;
  append_sized(out, record.header);
  append_sized(out, record.body);
  append_sized(out, record.result_header);
  append_sized(out, record.certificate);
  return out;
}

Result<BlockRecord> decode_block_record(BytesView encoded) {
  Reader reader(encoded);
  BlockRecord record;
  if (!take_sized(reader, record.header) || !take_sized(reader, record.body) ||
      !take_sized(reader, record.result_header) || !take_sized(reader, record.certificate) ||
      !reader.empty()) {
    return invalid_argument("a record of the block log is malformed: expected four sized parts");
  }
  return record;
}

} // namespace tenon::wire
