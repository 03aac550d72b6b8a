#include "tenon/wire/block_log.hpp"

#include <catch2/catch.hpp>

using namespace tenon;
using namespace tenon::wire;

TEST_CASE("block log: a record comes back as it was written", "[wire]") {
  const BlockRecord record{"header", "", Bytes(1000, '\0'), "certificate"};
  const auto decoded = decode_block_record(encode_block_record(record));
  REQUIRE(decoded.ok());
  CHECK(decoded->header == record.header);
  CHECK(decoded->body.empty());
  CHECK(decoded->result_header == record.result_header);
  CHECK(decoded->certificate == record.certificate);
}

TEST_CASE("block log: a record cut short or followed by more is refused", "[wire]") {
  const Bytes encoded = encode_block_record({"header", "body", "result", "certificate"});
  for (std::size_t size = 0; size < encoded.size(); ++size)
    CHECK_FALSE(decode_block_record(BytesView(encoded).substr(0, size)).ok());
  CHECK_FALSE(decode_block_record(encoded + "x").ok());
}
