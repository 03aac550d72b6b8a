// The reader and the writer of messages, below what the messages mean.
#include <array>
#include <catch2/catch.hpp>

#include "archive/messages_definitions.hpp"
#include "archive/messages_expressions.hpp"
#include "archive/messages_types.hpp"
#include "archive/wire_reader.hpp"
#include "wire.hpp"

namespace tenon::daml::archive {
namespace {

TEST_CASE("wire: numbers have their shortest form", "[daml][archive][wire]") {
  CHECK(wire::varint(0) == Bytes("\0", 1));
  CHECK(wire::varint(127) == "\x7f");
  CHECK(wire::varint(128) == "\x80\x01");
  CHECK(wire::varint(~std::uint64_t{0}) == "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
}

TEST_CASE("wire: what is written goes in front, at any size", "[daml][archive][wire]") {
  WireWriter writer;
  Bytes expected;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    writer.put_varint(i);
    expected.insert(0, wire::varint(i));
  }
  writer.put_fixed64(0x0102030405060708);
  CHECK(writer.size() == expected.size() + 8);
  CHECK(writer.take() == "\x08\x07\x06\x05\x04\x03\x02\x01" + expected);
}

TEST_CASE("wire: parts of a repeated field come in order, with their content",
          "[daml][archive][wire]") {
  const Bytes message = wire::part(1, "x") + wire::part(1, "") + wire::part(1, "yz");
  WireReader reader(message);
  FieldsOf<DottedNameMessage> fields(reader);
  REQUIRE(fields.read(message).ok());
  const Place place = fields[DottedNameMessage::kSegments];
  CHECK(place.count() == 3);
  std::vector<Bytes> parts;
  CHECK(place
            .each([&](BytesView part) {
              parts.emplace_back(part);
              return Status();
            })
            .ok());
  CHECK(parts == std::vector<Bytes>{"x", "", "yz"});
  CHECK(place.each([](BytesView) { return invalid_argument("no"); }).message() == "no");
}

TEST_CASE("wire: packed numbers come in one piece", "[daml][archive][wire]") {
  const auto read = [](const Bytes& message) {
    WireReader reader(message);
    FieldsOf<InternedDottedNameMessage> fields(reader);
    return fields.read(message);
  };
  CHECK(read(wire::part(1, wire::varint(1) + wire::varint(300))).ok());
  CHECK_FALSE(read(wire::part(1, "")).ok());
  CHECK_FALSE(read(wire::part(1, "\x80")).ok());
  CHECK_FALSE(read(wire::part(1, wire::varint(std::uint64_t{1} << 31))).ok());
  CHECK_FALSE(read(wire::part(1, wire::varint(1)) + wire::part(1, wire::varint(1))).ok());
  CHECK_FALSE(read(wire::number(1, 1)).ok()); // not packed
}

TEST_CASE("wire: signed numbers keep their sign", "[daml][archive][wire]") {
  const Bytes message = wire::number(1, static_cast<std::uint64_t>(-5)) + wire::number(4, 7);
  WireReader reader(message);
  FieldsOf<RangeMessage> fields(reader);
  REQUIRE(fields.read(message).ok());
  CHECK(fields[RangeMessage::kStartLine].int32() == -5);
  CHECK(fields[RangeMessage::kStartColumn].int32() == 0);
  CHECK(fields[RangeMessage::kEndColumn].int32() == 7);
  const Bytes literal = wire::number(1, 3);
  WireReader other(literal);
  FieldsOf<LiteralMessage> sum(other);
  REQUIRE(sum.read(literal).ok());
  CHECK(sum[LiteralMessage::kSum].zigzag() == -2);
  CHECK(sum[LiteralMessage::kSum].number() == LiteralMessage::kInt64);
}

template <typename Message> void check_schema() {
  const Schema& schema = Message::kSchema;
  INFO(schema.name());
  std::array<bool, Message::kCount> used{};
  for (std::size_t i = 0; i < schema.fields().size(); ++i) {
    const FieldSpec& spec = schema.fields()[i];
    INFO(spec.name);
    CHECK(schema.rank(spec.number) == i); // no two of one number
    REQUIRE(spec.slot < Message::kCount);
    // Several fields of a slot are a choice; one alone is not, but for the lenient envelope.
    used[spec.slot] = true;
    CHECK((i == 0 || schema.fields()[i - 1].slot <= spec.slot));
  }
  for (const bool slot : used)
    CHECK(slot);
}

TEST_CASE("wire: every message is described without gaps", "[daml][archive][wire]") {
  check_schema<ArchiveMessage>();
  check_schema<PayloadMessage>();
  check_schema<PackageMessage>();
  check_schema<ModuleMessage>();
  check_schema<DataTypeMessage>();
  check_schema<TemplateMessage>();
  check_schema<ChoiceMessage>();
  check_schema<InterfaceMessage>();
  check_schema<ExprMessage>();
  check_schema<LiteralMessage>();
  check_schema<UpdateMessage>();
  check_schema<ScenarioMessage>();
  check_schema<AlternativeMessage>();
  check_schema<TypeMessage>();
  check_schema<KindMessage>();
  check_schema<LocationMessage>();
}

} // namespace
} // namespace tenon::daml::archive
