#include "values/decode.hpp"

#include <catch2/catch.hpp>
#include <google/protobuf/util/message_differencer.h>

#include "values/encode.hpp"
#include "values_kit.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;
using google::protobuf::util::MessageDifferencer;

namespace {

std::string wire(const std::string& engine_value, bool verbose) {
  std::string out;
  REQUIRE(decode_value_to_wire(engine_value, {verbose}, out));
  return out;
}

daml::v1::Value text_value(std::size_t size) {
  daml::v1::Value value;
  value.set_text(std::string(size, 't'));
  return value;
}

} // namespace

TEST_CASE("values: what comes back of a request's value is the value", "[daml_api][values]") {
  RandomValues random(1);
  for (int i = 0; i < 3'000; ++i) {
    const api::Value value = random.value(5);
    const auto encoded = encode_value(value);
    REQUIRE(encoded.ok());
    const auto decoded = decode_value(encoded->SerializeAsString(), {true});
    REQUIRE(decoded.ok());
    INFO(value.DebugString() << "\n" << decoded->DebugString());
    REQUIRE(MessageDifferencer::Equals(value, *decoded));
  }
}

TEST_CASE("values: bytes made from bytes are those that messages would have",
          "[daml_api][values]") {
  RandomValues random(2);
  for (int i = 0; i < 3'000; ++i) {
    const auto encoded = encode_value(random.value(5));
    REQUIRE(encoded.ok());
    const std::string bytes = encoded->SerializeAsString();
    for (const bool verbose : {true, false})
      REQUIRE(wire(bytes, verbose) == plain_decode(*encoded, verbose).SerializeAsString());
  }
}

TEST_CASE("values: a record is given without the value around it", "[daml_api][values]") {
  RandomValues random(3);
  for (int i = 0; i < 500; ++i) {
    const api::Record record = random.record(4);
    const auto encoded = encode_record(record);
    REQUIRE(encoded.ok());
    const auto decoded = decode_record(encoded->SerializeAsString(), {true});
    REQUIRE(decoded.ok());
    REQUIRE(MessageDifferencer::Equals(record, *decoded));
  }
  daml::v1::Value no_record;
  no_record.set_int64(1);
  std::string out = "kept";
  REQUIRE_FALSE(decode_record_to_wire(no_record.SerializeAsString(), {true}, out));
  REQUIRE(out == "kept");
}

TEST_CASE("values: what is left out may shorten the length of what is around it",
          "[daml_api][values]") {
  for (const std::size_t size : {0U, 90U, 110U, 126U, 127U, 128U, 16'300U, 16'383U, 16'384U}) {
    daml::v1::Value value;
    daml::v1::Value* inner = &value;
    for (int level = 0; level < 4; ++level) {
      daml::v1::Record& record = *inner->mutable_record();
      record.mutable_type()->set_package("0123456789abcdef0123456789abcdef");
      record.mutable_type()->add_module("Main");
      record.mutable_type()->add_name("Thing");
      daml::v1::Field& field = *record.add_fields();
      field.set_label("someLabel");
      inner = field.mutable_value();
    }
    *inner = text_value(size);
    for (const bool verbose : {true, false}) {
      REQUIRE(wire(value.SerializeAsString(), verbose) ==
              plain_decode(value, verbose).SerializeAsString());
    }
  }
}

TEST_CASE("values: nested as deep as the ledger has them they are read, deeper they are not",
          "[daml_api][values]") {
  const auto deepest = encode_value(nested(100));
  REQUIRE(deepest.ok());
  REQUIRE(decode_value(deepest->SerializeAsString(), {true}).ok());
  daml::v1::Value deeper;
  *deeper.mutable_optional()->mutable_value() = *deepest;
  const auto refused = decode_value(deeper.SerializeAsString(), {true});
  REQUIRE_FALSE(refused.ok());
  REQUIRE(refused.status().fault());
}

TEST_CASE("values: damaged bytes are refused or read, and leave alone what stands before them",
          "[daml_api][values]") {
  std::mt19937 random(4);
  RandomValues values(5);
  std::size_t refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes = encode_value(values.value(3))->SerializeAsString();
    if (bytes.empty())
      continue;
    for (int flips = 0; flips < 3; ++flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    std::string out = "before";
    const bool good = decode_value_to_wire(bytes, {random() % 2 == 0}, out);
    REQUIRE(out.substr(0, 6) == "before");
    REQUIRE(out.size() <= 6 + bytes.size());
    REQUIRE((good || out.size() == 6));
    refused += good ? 0 : 1;
  }
  REQUIRE(refused > 100);
}

TEST_CASE("values: fields that the engine does not have are passed over", "[daml_api][values]") {
  const std::string known = text_value(3).SerializeAsString();
  // Field 1000: a number, and eight, four and three bytes.
  const std::string unknown = std::string("\xc0\x3e\x05\xc1\x3e") + "12345678" + "\xc5\x3e" +
                              "1234" + "\xc2\x3e\x03" + "abc";
  REQUIRE(wire(unknown + known + unknown, true) == wire(known, true));
  std::string out;
  REQUIRE_FALSE(decode_value_to_wire("\xc3\x3e", {true}, out)); // a group
  REQUIRE_FALSE(decode_value_to_wire(known.substr(0, known.size() - 1), {true}, out));
}
