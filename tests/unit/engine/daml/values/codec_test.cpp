// Values as bytes: what is written is read, and nothing else is.
#include <catch2/catch.hpp>
#include <random>

#include "builders.hpp"
#include "tenon/core/encoding.hpp"
#include "values/value_codec.hpp"
#include "values/value_messages.hpp"

namespace tenon::daml {
namespace {

constexpr TransactionVersion kVersions[] = {
    TransactionVersion::k10, TransactionVersion::k11, TransactionVersion::k12,
    TransactionVersion::k13, TransactionVersion::k14, TransactionVersion::k15,
    TransactionVersion::k17};
constexpr TransactionVersion kNewest = TransactionVersion::k17;

std::string encoded(const Value& value, TransactionVersion version = kNewest) {
  return to_hex(encode_value(value, version).value());
}

std::string refusal(const Bytes& bytes, TransactionVersion version = kNewest) {
  const auto value = decode_value(bytes, version);
  REQUIRE_FALSE(value.ok());
  CHECK_FALSE(value.status().fault());
  return value.status().message();
}

template <typename Message> std::string refusal_of(const Message& message,
                                                   TransactionVersion version = kNewest) {
  return refusal(message.SerializeAsString(), version);
}

std::vector<Value> samples() {
  const Value one = Value::int64(1);
  return {Value(),
          Value::boolean(false),
          Value::boolean(true),
          Value::int64(0),
          Value::int64(std::numeric_limits<std::int64_t>::min()),
          Value::int64(std::numeric_limits<std::int64_t>::max()),
          numeric("0."),
          numeric("-1.50"),
          Value::numeric(Numeric::greatest(37)),
          text(""),
          text("\u00e9\U0001f600"),
          text(std::string("a\0b", 3)),
          Value::timestamp(Timestamp::from_micros(Timestamp::kFirstMicros).value()),
          Value::timestamp(Timestamp()),
          Value::date(Date::from_days(Date::kFirstDay).value()),
          Value::date(Date()),
          party("Alice"),
          contract("00" + std::string(64, 'a')),
          contract("00" + std::string(64, 'a') + "ff"),
          Value::none(),
          Value::some(Value::none()),
          Value::list({}),
          Value::list({one, Value::int64(-1)}),
          text_map({}),
          text_map({{"b", one}, {"", one}, {"\U0001f600", one}}),
          record({}),
          record({text("x"), Value::list({Value::some(one)})}),
          variant("Left", one),
          enumeration("Red"),
          nested(100)};
}

TEST_CASE("codec: the numbers of fields and the forms of numbers are those of the format",
          "[daml][codec]") {
  CHECK(encoded(Value()) == "6200");
  CHECK(encoded(Value::boolean(false)) == "5800");
  CHECK(encoded(Value::int64(-1)) == "2801");
  CHECK(encoded(numeric("1.0")) == "3203312e30");
  CHECK(encoded(text("a")) == "420161");
  CHECK(encoded(Value::timestamp(Timestamp::from_micros(-1).value())) == "49ffffffffffffffff");
  CHECK(encoded(party("P")) == "520150");
  CHECK(encoded(Value::date(Date::from_days(-1).value())) == "68ffffffffffffffffff01");
  CHECK(encoded(Value::none()) == "7200");
  CHECK(encoded(Value::some(Value())) == "72040a026200");
  CHECK(encoded(Value::list({Value(), Value()})) == "22080a0262000a026200");
  CHECK(encoded(text_map({{"k", Value()}})) == "8201090a070a016b12026200");
  CHECK(encoded(Value::gen_map({{Value(), Value()}})) == "92010a0a080a02620012026200");
  CHECK(encoded(record({Value()})) == "0a06120412026200");
  CHECK(encoded(variant("L", Value())) == "120712014c1a026200");
  CHECK(encoded(enumeration("R")) == "8a0103120152");
  CHECK(encoded(contract(std::string(66, '0'))) == "7a440a42" + to_hex(std::string(66, '0')));
  const Value typed = Value::record(type_name("p:A.B:C"), labels({"f"}), {Value()});
  CHECK(encoded(typed, TransactionVersion::k11) ==
        "0a170a0c0a01701201411201421a014312070a016612026200");
  CHECK(encoded(typed) == encoded(record({Value()})));
}

TEST_CASE("codec: every version reads what it writes", "[daml][codec]") {
  for (const TransactionVersion version : kVersions) {
    for (const Value& value : samples()) {
      INFO(to_string(version) << " " << kind_name(value.kind()));
      const Bytes bytes = encode_value(value, version).value();
      CHECK(decode_value(bytes, version).value() == value);
      const Bytes versioned = encode_versioned_value({version, value}).value();
      const auto read = decode_versioned_value(versioned);
      REQUIRE(read.ok());
      CHECK(read->version == version);
      CHECK(read->value == value);
    }
  }
}

TEST_CASE("codec: types and labels are there before version 12 only", "[daml][codec]") {
  const Value value = Value::record(
      type_name("p:M:R"), labels({"a", "", "c"}),
      {Value::variant({type_name("p:M:V"), Name::literal("Left")}, Value()),
       Value::enumeration({type_name("p:M:E"), Name::literal("Red")}), Value()});
  for (const TransactionVersion version : {TransactionVersion::k10, TransactionVersion::k11})
    CHECK(decode_value(encode_value(value, version).value(), version).value() == value);
  const Bytes old = encode_value(value, TransactionVersion::k11).value();
  CHECK_THAT(refusal(old, TransactionVersion::k12), Catch::StartsWith("value: a type name"));
  const Value labelled = Value::record(nullptr, labels({"a"}), {Value()});
  const Bytes with_label = encode_value(labelled, TransactionVersion::k11).value();
  CHECK_THAT(refusal(with_label), Catch::StartsWith("value: the label \"a\""));
  CHECK(decode_value(encode_value(value, kNewest).value(), kNewest).value() ==
        record({variant("Left", Value()), enumeration("Red"), Value()}));
}

TEST_CASE("codec: generic maps are there from version 11 on, in their order", "[daml][codec]") {
  const Value map =
      Value::gen_map({{Value::int64(2), Value()}, {Value::int64(1), Value::none()}});
  CHECK_FALSE(encode_value(map, TransactionVersion::k10).ok());
  const Bytes bytes = encode_value(map, TransactionVersion::k11).value();
  CHECK(decode_value(bytes, TransactionVersion::k11).value() == map);
  CHECK_THAT(refusal(bytes, TransactionVersion::k10),
             Catch::StartsWith("value: a generic map, which values of transaction version 10"));
}

TEST_CASE("codec: versions are named as the format names them", "[daml][codec]") {
  const auto versioned = [](std::string_view version) {
    v1::VersionedValue message;
    message.set_version(version.data(), version.size());
    message.set_value(encode_value(Value(), kNewest).value());
    return decode_versioned_value(message.SerializeAsString());
  };
  CHECK(versioned("6").value().version == TransactionVersion::k10);
  CHECK(versioned("17").value().version == TransactionVersion::k17);
  CHECK_THAT(versioned("10").status().message(), Catch::Contains("\"6\""));
  for (const std::string_view bad : {"", "5", "7", "9", "16", "18", "dev", "015", "\xff"}) {
    const auto value = versioned(bad);
    CHECK(value.status().code() == Code::kUnimplemented);
    CHECK_THAT(value.status().message(), Catch::Contains("known are 10 to 15 and 17"));
  }
}

TEST_CASE("codec: what is no value is refused with its place", "[daml][codec]") {
  v1::Value message;
  CHECK(refusal_of(message) == "value: no content");
  CHECK(refusal({}) == "value: no content");
  message.set_party("Bob!");
  CHECK_THAT(refusal_of(message), Catch::StartsWith("value: party \"Bob!\": byte 0x21"));
  message.set_text("a\xff");
  CHECK_THAT(refusal_of(message), Catch::StartsWith("value: text: not UTF-8: byte 0xff"));
  message.set_date(Date::kLastDay + 1);
  CHECK_THAT(refusal_of(message), Catch::StartsWith("value: a date of 2932897 days"));
  message.set_timestamp(Timestamp::kFirstMicros - 1);
  CHECK_THAT(refusal_of(message), Catch::Contains("-62135596800000001 microseconds"));
  for (const char* const bad : {"", "1", "+1.0", "01.0", "1e3", "1.0 "}) {
    message.set_numeric(bad);
    CHECK_THAT(refusal_of(message), Catch::StartsWith("value: expected a Numeric"));
  }
  message.mutable_contract()->set_id("#7:0");
  CHECK_THAT(refusal_of(message), Catch::StartsWith("value: contract id \"#7:0\""));
  message.mutable_enumeration()->set_constructor_name("");
  CHECK(refusal_of(message) == "value: constructor: name: empty");

  v1::Record& record = *message.mutable_record();
  record.add_fields()->mutable_value()->mutable_unit();
  v1::Value& second = *record.add_fields()->mutable_value();
  second.mutable_list()->add_elements()->mutable_unit();
  CHECK(decode_value(message.SerializeAsString(), kNewest).ok());
  v1::TextMap& map = *second.mutable_list()->add_elements()->mutable_text_map();
  map.add_entries()->mutable_value()->mutable_variant()->set_constructor_name("Left");
  CHECK(refusal_of(message) ==
        "value.fields[1].value.elements[1].entries[0].value.variant.value: missing");
  map.mutable_entries(0)->mutable_value()->mutable_unit();
  *map.add_entries() = map.entries(0);
  CHECK(refusal_of(message) ==
        "value.fields[1].value.elements[1]: text map: the key \"\" occurs twice");
  map.mutable_entries(1)->set_key("\xc3");
  CHECK_THAT(refusal_of(message),
             Catch::StartsWith("value.fields[1].value.elements[1]: key 1: not UTF-8"));
  record.mutable_fields(1)->clear_value();
  CHECK(refusal_of(message) == "value.fields[1].value: missing");
}

TEST_CASE("codec: nested 100 deep is read, deeper is refused however deep", "[daml][codec]") {
  CHECK(decode_value(encode_value(nested(100), kNewest).value(), kNewest).ok());
  CHECK_FALSE(encode_value(nested(101), kNewest).ok());
  // Every level takes the most messages that it can.
  Value deep;
  for (int i = 0; i < 100; ++i)
    deep = Value::record(type_name("p:M:T"), labels({"f"}), {deep});
  const Bytes bytes = encode_value(deep, TransactionVersion::k11).value();
  CHECK(decode_value(bytes, TransactionVersion::k11).value() == deep);

  v1::Value message;
  v1::Value* inner = &message;
  for (int i = 0; i < 105; ++i)
    inner = inner->mutable_list()->add_elements();
  inner->mutable_unit();
  CHECK_THAT(refusal_of(message), Catch::EndsWith("elements[0]: nested deeper than 100"));
  Bytes hostile = encode_value(Value(), kNewest).value();
  for (int i = 0; i < 20'000; ++i) {
    v1::Value around;
    const auto wrap = [](const char* tag, const Bytes& content) {
      Bytes out(tag, 1);
      for (std::size_t rest = content.size(); true; rest >>= 7) {
        out.push_back(static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0)));
        if (rest <= 0x7f)
          return out + content;
      }
    };
    hostile = wrap("\x22", wrap("\x0a", hostile)); // a list of one element
  }
  CHECK_THAT(refusal(hostile), Catch::Contains("nested at most 100 deep"));
}

TEST_CASE("codec: only the one encoding of a value is read", "[daml][codec]") {
  const auto from = [](std::string_view hex) { return from_hex(hex).value(); };
  CHECK(decode_value(from("6200"), kNewest).ok());
  for (const std::string_view other :
       {"62006200",     // a field twice
        "58016200",     // two fields of which the last counts
        "6200980601",   // a field that is not known
        "6203980601",   // one within the unit
        "5802",         // true, but not as 1
        "288000",       // a longer 0
        "3a00",         // a field that went
        "82010e0a050a016212000a050a01611200"}) { // text map, not sorted, values empty
    INFO(other);
    CHECK_FALSE(decode_value(from(other), kNewest).ok());
  }
  CHECK_THAT(refusal(from("6200980601")),
             Catch::Contains("at byte 2; expected 2 bytes, found 5"));
  CHECK_THAT(refusal(from("8201120a070a0162120262000a070a016112026200")),
             Catch::Contains("the one encoding"));
  CHECK(decode_value(from("8201120a070a0161120262000a070a016212026200"), kNewest).ok());
  const Bytes versioned = encode_versioned_value({kNewest, Value()}).value();
  CHECK(decode_versioned_value(versioned).ok());
  CHECK_FALSE(decode_versioned_value(versioned + versioned).ok());
}

TEST_CASE("codec: cut or damaged bytes give an error or another value, never anything worse",
          "[daml][codec]") {
  const Value value = record({text("abc"), Value::list({Value::int64(1), Value::none()}),
                              text_map({{"a", numeric("1.50")}, {"b", party("Alice")}}),
                              Value::gen_map({{enumeration("Red"), variant("Left", Value())}}),
                              contract("00" + std::string(64, 'a') + "ff"), nested(20)});
  const Bytes bytes = encode_value(value, kNewest).value();
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(decode_value(bytes.substr(0, size), kNewest).ok());
  std::size_t read = 0;
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    const auto other = decode_value(damaged, kNewest);
    if (!other.ok())
      continue;
    ++read;
    CHECK_FALSE(*other == value);
    CHECK(encode_value(*other, kNewest).value() == damaged);
  }
  CHECK(read > 0);
  std::mt19937 random(5);
  for (int i = 0; i < 20'000; ++i) {
    Bytes noise(random() % 40, '\0');
    for (char& byte : noise)
      byte = static_cast<char>(random() % 256);
    static_cast<void>(decode_value(noise, kVersions[random() % std::size(kVersions)]));
    static_cast<void>(decode_versioned_value(noise));
  }
}

TEST_CASE("codec: what is too large is neither written nor read", "[daml][codec]") {
  const Value large = text(std::string(kMaxEncodedValueSize, 'x'));
  CHECK(encode_value(large, kNewest).status().code() == Code::kResourceExhausted);
  CHECK(decode_value(Bytes(kMaxEncodedValueSize + 1, '\0'), kNewest).status().code() ==
        Code::kResourceExhausted);
  CHECK(encode_value(text(std::string(kMaxEncodedValueSize - 5, 'x')), kNewest).ok());
}

TEST_CASE("codec: identifiers and contract ids alone", "[daml][codec]") {
  const Identifier identifier = Identifier::literal("abc:A.B:C.D");
  v1::Identifier message;
  write_identifier(identifier, message);
  CHECK(message.module_size() == 2);
  CHECK(read_identifier(message).value() == identifier);
  message.clear_name();
  CHECK(read_identifier(message).status().message() == "dotted name: no segments");
  message.add_name("A.B");
  CHECK_FALSE(read_identifier(message).ok());
  v1::ContractRef reference;
  CHECK_FALSE(read_contract_id(reference).ok());
  const ContractId id = ContractId::parse("00" + std::string(64, '1')).value();
  write_contract_id(id, reference);
  CHECK(read_contract_id(reference).value() == id);
}

} // namespace
} // namespace tenon::daml
