#include "tenon/core/encoding.hpp"

#include <catch2/catch.hpp>

using namespace tenon;

TEST_CASE("encoding: hex round-trips and refuses what is not hex", "[sdk][core]") {
  const Bytes bytes("\x00\x7f\xff\x10", 4);
  CHECK(to_hex(bytes) == "007fff10");
  CHECK(from_hex("007FfF10") == bytes);
  CHECK(from_hex("") == Bytes());
  CHECK_FALSE(from_hex("0"));
  CHECK_FALSE(from_hex("0g"));
  CHECK_FALSE(hash_from_hex("00"));
  CHECK(hash_from_hex(std::string(64, 'a')).has_value());
}

TEST_CASE("encoding: base64 gives the vectors of RFC 4648", "[sdk][core]") {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [plain, encoded] : vectors) {
    CHECK(to_base64(plain) == encoded);
    CHECK(from_base64(encoded) == plain);
  }
}

TEST_CASE("encoding: base64 accepts one text per byte string only", "[sdk][core]") {
  for (const auto* text : {"Z", "Zg=", "Zg", "Zh==", "Zm9=", "=m9v", "Z===", "Zm 9", "Zg==Zg=="}) {
    INFO(text);
    CHECK_FALSE(from_base64(text));
  }
}

TEST_CASE("encoding: decimal numbers have one form and end at 2^64 - 1", "[sdk][core]") {
  CHECK(parse_u64("0") == 0u);
  CHECK(parse_u64("18446744073709551615") == UINT64_MAX);
  for (const auto* text : {"", "00", "01", "-1", "+1", "1 ", " 1", "18446744073709551616", "0x1"}) {
    INFO(text);
    CHECK_FALSE(parse_u64(text));
  }
}

TEST_CASE("encoding: a reader never reads past the end", "[sdk][core]") {
  Bytes bytes;
  append_be16(bytes, 0x1234);
  append_be64(bytes, 0x0102030405060708);
  Reader reader(bytes);
  std::uint16_t small = 0;
  std::uint32_t medium = 0;
  std::uint64_t large = 0;
  REQUIRE(reader.be16(small));
  CHECK(small == 0x1234);
  REQUIRE(reader.be64(large));
  CHECK(large == 0x0102030405060708);
  CHECK(reader.empty());
  CHECK_FALSE(reader.be32(medium));
  Hash hash;
  CHECK_FALSE(reader.hash(hash));
}

TEST_CASE("bytes: the end of a prefix is the first string after all that start with it",
          "[sdk][core]") {
  CHECK(prefix_end("abc") == "abd");
  CHECK(prefix_end(Bytes("a\xff\xff", 3)) == "b");
  CHECK(prefix_end(Bytes("\xff\xff", 2)).empty());
  CHECK(prefix_end("").empty());
}

TEST_CASE("encoding: a moment is written as RFC 3339 with its microseconds", "[sdk][core]") {
  CHECK(rfc3339(1'700'000'000'000'001) == "2023-11-14T22:13:20.000001Z");
}

TEST_CASE("encoding: UTF-8 is told from what is none", "[sdk][core]") {
  CHECK(is_utf8("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"));
  for (const char* broken :
       {"\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    CHECK_FALSE(is_utf8(broken));
}
