#include "archive/wire_reader.hpp"

#include <algorithm>
#include <limits>

#include "tenon/core/encoding.hpp"

namespace tenon::daml::archive {

namespace {

enum class WireType : std::uint8_t { kVarint = 0, kFixed64 = 1, kBytes = 2 };

WireType wire_type(FieldForm form) {
  switch (form) {
  case FieldForm::kBool:
  case FieldForm::kIndex:
  case FieldForm::kInt32:
  case FieldForm::kEnum:
  case FieldForm::kSint64:
    return WireType::kVarint;
  case FieldForm::kSfixed64:
    return WireType::kFixed64;
  default:
    return WireType::kBytes;
  }
}

enum class Varint : std::uint8_t { kGood, kTruncated, kTooLong, kNotShortest };

// Takes a number off the front.
Varint take_varint(BytesView& bytes, std::uint64_t& value) {
  constexpr std::size_t kMaxBytes = 10;
  value = 0;
  for (std::size_t i = 0; i < kMaxBytes; ++i) {
    if (i == bytes.size())
      return Varint::kTruncated;
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    if (i == kMaxBytes - 1 && byte > 1)
      return Varint::kTooLong;
    value |= std::uint64_t{byte & 0x7fu} << (7 * i);
    if (byte < 0x80) {
      bytes.remove_prefix(i + 1);
      return byte == 0 && i > 0 ? Varint::kNotShortest : Varint::kGood;
    }
  }
  return Varint::kTooLong;
}

std::string what_is_wrong(Varint varint) {
  switch (varint) {
  case Varint::kTruncated:
    return "the end of the message inside it";
  case Varint::kTooLong:
    return "a longer one";
  default:
    return "one with zeros behind it";
  }
}

} // namespace

// One pass over a message.
struct WireReader::Scan {
  Scan(const Schema& of, BytesView message, std::span<Slot> into)
      : schema(of), rest(message), slots(into) {}

  const Schema& schema;
  BytesView rest;
  std::span<Slot> slots;
  const FieldSpec* field = nullptr; // the one being read
  std::uint64_t number = 0;
  BytesView at; // from its tag on
  std::uint64_t last_number = 0;
  std::uint8_t last_rank = 0;
  bool by_number = true; // the orders that the fields so far are in
  bool as_listed = true;
};

Status WireReader::unexpected(const Schema& schema, std::string_view field, BytesView where,
                              const std::string& expected, const std::string& found) const {
  std::string message(schema.name());
  if (!field.empty())
    message.append(".").append(field);
  message.append(" at byte ").append(std::to_string(where.data() - input_.data()));
  return invalid_argument(message + ": expected " + expected + ", found " + found);
}

Status WireReader::unexpected(const Place& place, const std::string& expected,
                              const std::string& found) const {
  return unexpected(place.schema(), place.spec().name, place.message(), expected, found);
}

Result<BytesView> WireReader::require(const Place& place) const {
  if (place.present())
    return place.bytes();
  // Two fields of which one is an index are a name in two forms; others are what the message is.
  const auto in_slot = [&](const FieldSpec& spec) { return spec.slot == place.spec().slot; };
  const std::span<const FieldSpec> fields = place.schema().fields();
  const auto count = std::count_if(fields.begin(), fields.end(), in_slot);
  if (count > 2 || (count == 2 && place.spec().form != FieldForm::kIndex))
    return unexpected(place.schema(), {}, place.message(), "one of its forms", "none");
  return unexpected(place, "it to be there", "nothing");
}

Status WireReader::unexpected(const Scan& scan, const std::string& expected,
                              const std::string& found) const {
  const std::string_view field = scan.field == nullptr ? "" : scan.field->name;
  return unexpected(scan.schema, field, scan.at, expected, found);
}

Status WireReader::enter(const Schema& schema, BytesView message) {
  // The outermost message is not inside another one.
  if (depth_ > lf::kMaxNesting) {
    return unexpected(schema, {}, message,
                      "at most " + std::to_string(lf::kMaxNesting) + " messages in each other",
                      "more");
  }
  ++depth_;
  return {};
}

Status WireReader::read(const Schema& schema, BytesView message, std::span<Slot> slots) {
  Scan scan{schema, message, slots};
  while (!scan.rest.empty())
    TENON_RETURN_IF_ERROR(read_field(scan));
  return settle_order(scan);
}

Status WireReader::read_field(Scan& scan) {
  scan.at = scan.rest;
  scan.field = nullptr;
  TENON_RETURN_IF_ERROR(read_tag(scan));
  TENON_RETURN_IF_ERROR(check_place(scan));
  Slot& slot = scan.slots[scan.field->slot];
  slot.number = scan.field->number;
  ++slot.count;
  return read_value(scan, slot);
}

Status WireReader::read_tag(Scan& scan) {
  std::uint64_t tag = 0;
  if (const Varint varint = take_varint(scan.rest, tag); varint != Varint::kGood)
    return unexpected(scan, "the number of a field", what_is_wrong(varint));
  scan.number = tag >> 3;
  const std::uint8_t rank = scan.schema.rank(scan.number);
  if (rank == Schema::kNone)
    return unexpected(scan, "one of its fields", "field " + std::to_string(scan.number));
  scan.field = &scan.schema.fields()[rank];
  const WireType expected = wire_type(scan.field->form);
  if (static_cast<WireType>(tag & 7) != expected) {
    return unexpected(scan, "wire type " + std::to_string(static_cast<int>(expected)),
                      "wire type " + std::to_string(tag & 7));
  }
  return {};
}

// Parts of a repeated field follow each other. Any two fields are in at least one of the orders.
Status WireReader::check_place(Scan& scan) {
  const std::uint8_t rank = scan.schema.rank(scan.number);
  const bool again = scan.number == scan.last_number;
  if (again && scan.field->repeated())
    return {};
  if (const Slot& slot = scan.slots[scan.field->slot]; slot.number != 0) {
    return unexpected(scan, "one field of its kind",
                      again ? "it twice"
                            : std::string(scan.schema.spec(slot.number).name) + " before it");
  }
  if (scan.last_number != 0) {
    scan.by_number = scan.by_number && scan.number > scan.last_number;
    scan.as_listed = scan.as_listed && rank > scan.last_rank;
  }
  if (!scan.by_number && !scan.as_listed) {
    return unexpected(scan, "fields by number or as the format lists them",
                      "it after " + std::string(scan.schema.fields()[scan.last_rank].name));
  }
  scan.last_number = scan.number;
  scan.last_rank = rank;
  return {};
}

Status WireReader::settle_order(const Scan& scan) {
  if (scan.by_number == scan.as_listed)
    return {};
  const lf::FieldOrder order =
      scan.by_number ? lf::FieldOrder::kByNumber : lf::FieldOrder::kAsListed;
  if (order_.value_or(order) != order) {
    return unexpected(scan, "fields in the order that other messages have",
                      scan.by_number ? "fields by number" : "fields as the format lists them");
  }
  order_ = order;
  return {};
}

Status WireReader::read_value(Scan& scan, Slot& slot) {
  switch (wire_type(scan.field->form)) {
  case WireType::kVarint:
    return read_number(scan, slot);
  case WireType::kBytes:
    return read_bytes(scan, slot);
  case WireType::kFixed64:
    break;
  }
  if (scan.rest.size() < sizeof slot.value)
    return unexpected(scan, "8 bytes", std::to_string(scan.rest.size()));
  for (std::size_t i = 0; i < sizeof slot.value; ++i)
    slot.value |= std::uint64_t{static_cast<std::uint8_t>(scan.rest[i])} << (8 * i);
  scan.rest.remove_prefix(sizeof slot.value);
  return {};
}

Status WireReader::read_number(Scan& scan, Slot& slot) {
  if (const Varint varint = take_varint(scan.rest, slot.value); varint != Varint::kGood)
    return unexpected(scan, "a number of at most 10 bytes", what_is_wrong(varint));
  if (slot.value == 0 && scan.field->presence == Presence::kImplied)
    return unexpected(scan, "zero to be left out", "it written");
  constexpr std::uint64_t kMaxInt32 = std::numeric_limits<std::int32_t>::max();
  const bool negative_int32 = slot.value >= ~kMaxInt32;
  switch (scan.field->form) {
  case FieldForm::kBool:
    if (slot.value > 1)
      return unexpected(scan, "0 or 1", std::to_string(slot.value));
    return {};
  case FieldForm::kIndex:
  case FieldForm::kEnum:
    if (slot.value > kMaxInt32)
      return unexpected(scan, "a number of 31 bits", std::to_string(slot.value));
    return {};
  case FieldForm::kInt32:
    if (slot.value > kMaxInt32 && !negative_int32)
      return unexpected(scan, "a signed number of 32 bits", std::to_string(slot.value));
    return {};
  default:
    return {};
  }
}

Status WireReader::read_bytes(Scan& scan, Slot& slot) {
  std::uint64_t size = 0;
  if (const Varint varint = take_varint(scan.rest, size); varint != Varint::kGood)
    return unexpected(scan, "a length of at most 10 bytes", what_is_wrong(varint));
  if (size > scan.rest.size()) {
    return unexpected(scan, std::to_string(size) + " bytes",
                      "the end of the message after " + std::to_string(scan.rest.size()));
  }
  const BytesView content = scan.rest.substr(0, static_cast<std::size_t>(size));
  scan.rest.remove_prefix(content.size());
  switch (scan.field->form) {
  case FieldForm::kText:
  case FieldForm::kTexts:
    if (!is_utf8(content))
      return unexpected(scan, "text in UTF-8", "other bytes");
    break;
  case FieldForm::kIndexes:
    if (slot.count > 1)
      return unexpected(scan, "all numbers in one piece", "a second piece");
    TENON_RETURN_IF_ERROR(check_packed(scan, content));
    break;
  default:
    break;
  }
  const bool implied = scan.field->presence == Presence::kImplied;
  const bool scalar = scan.field->form == FieldForm::kText ||
                      scan.field->form == FieldForm::kBytes ||
                      scan.field->form == FieldForm::kIndexes;
  if (content.empty() && implied && scalar)
    return unexpected(scan, "it to be left out when empty", "it written");
  if (scan.field->form == FieldForm::kTexts || scan.field->form == FieldForm::kMessages) {
    const char* begin = slot.count == 1 ? scan.at.data() : slot.bytes.data();
    slot.bytes = BytesView(begin, static_cast<std::size_t>(scan.rest.data() - begin));
  } else {
    slot.bytes = content;
  }
  return {};
}

Status WireReader::check_packed(const Scan& scan, BytesView packed) const {
  while (!packed.empty()) {
    std::uint64_t value = 0;
    const Varint varint = take_varint(packed, value);
    if (varint != Varint::kGood)
      return unexpected(scan, "numbers of at most 10 bytes", what_is_wrong(varint));
    if (value > std::numeric_limits<std::int32_t>::max())
      return unexpected(scan, "numbers of 31 bits", std::to_string(value));
  }
  return {};
}

const FieldSpec& Place::spec() const {
  const std::span<const FieldSpec> fields = schema_->fields();
  std::size_t found = fields.size() - 1;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (present() ? fields[i].number == number() : fields[i].slot == index_)
      found = i;
  }
  return fields[found];
}

Status Place::each(FunctionRef<Status(BytesView)> part) const {
  BytesView rest = slot_->bytes;
  for (std::uint32_t i = 0; i < slot_->count; ++i) {
    std::uint64_t tag = 0;
    std::uint64_t size = 0;
    take_varint(rest, tag);
    take_varint(rest, size); // both were checked when the message was read
    TENON_RETURN_IF_ERROR(part(rest.substr(0, static_cast<std::size_t>(size))));
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return {};
}

Status Place::each_index(FunctionRef<Status(std::uint32_t)> part) const {
  BytesView rest = slot_->bytes;
  while (!rest.empty()) {
    std::uint64_t value = 0;
    take_varint(rest, value);
    TENON_RETURN_IF_ERROR(part(static_cast<std::uint32_t>(value)));
  }
  return {};
}

} // namespace tenon::daml::archive
