#include "values/decode.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <optional>

#include "values/encode.hpp"
#include "values/wire.hpp"

namespace tenon::daml_api {

namespace api = com::daml::ledger::api::v1;

namespace {

using wire::Field;
using wire::Reader;
using wire::tag;
using wire::Type;

// Messages inside each other that the deepest value of a ledger takes, and more.
constexpr int kMaxMessageNesting = 1'000;

// Nothing that is written here is longer than what it is made from, field by field: names of types
// lose a byte for each of their parts, the rest keeps its size or is left out.
template <bool kVerbose> class Transcoder {
public:
  explicit Transcoder(char* out) : out_(out) {}
  [[nodiscard]] char* position() const { return out_.position(); }

  bool value(std::string_view message) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      if (!content(field))
        return false;
    }
    return !reader.failed();
  }

  bool record(std::string_view message) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      bool good = true;
      if (field.tag == tag(1, Type::kBytes))
        good = type(field.payload);
      else if (field.tag == tag(2, Type::kBytes))
        good = nested(2, field.payload, [&] { return record_field(field.payload); });
      if (!good)
        return false;
    }
    return !reader.failed();
  }

private:
  // tenon/daml/v1/value.proto on the left, the Ledger API's value.proto on the right.
  bool content(const Field& field) {
    switch (field.tag) {
    case tag(1, Type::kBytes):
      return nested(1, field.payload, [&] { return record(field.payload); });
    case tag(2, Type::kBytes):
      return nested(2, field.payload, [&] { return variant(field.payload); });
    case tag(4, Type::kBytes):
      return nested(4, field.payload, [&] { return children(field.payload); });
    case tag(5, Type::kVarint):
      return copy(tag(5, Type::kVarint), field.payload);
    case tag(6, Type::kBytes):
      return bytes(6, field.payload);
    case tag(8, Type::kBytes):
      return bytes(8, field.payload);
    case tag(9, Type::kFixed64):
      return copy(tag(9, Type::kFixed64), field.payload);
    case tag(10, Type::kBytes):
      return bytes(11, field.payload);
    case tag(11, Type::kVarint):
      return copy(tag(12, Type::kVarint), field.payload);
    case tag(12, Type::kBytes):
      return bytes(13, {});
    case tag(13, Type::kVarint):
      return copy(tag(14, Type::kVarint), field.payload);
    case tag(14, Type::kBytes):
      return nested(15, field.payload, [&] { return children(field.payload); });
    case tag(15, Type::kBytes):
      return contract(field.payload);
    case tag(16, Type::kBytes):
      return nested(16, field.payload, [&] { return map(field.payload, false); });
    case tag(17, Type::kBytes):
      return nested(17, field.payload, [&] { return variant(field.payload); });
    case tag(18, Type::kBytes):
      return nested(18, field.payload, [&] { return map(field.payload, true); });
    default:
      return true;
    }
  }

  // Of a variant or an enumeration, which has no value.
  bool variant(std::string_view message) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      bool good = true;
      if (field.tag == tag(1, Type::kBytes))
        good = type(field.payload);
      else if (field.tag == tag(2, Type::kBytes))
        good = bytes(2, field.payload);
      else if (field.tag == tag(3, Type::kBytes))
        good = child(3, field.payload);
      if (!good)
        return false;
    }
    return !reader.failed();
  }

  bool record_field(std::string_view message) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      if (kVerbose && field.tag == tag(1, Type::kBytes))
        out_.bytes(1, field.payload);
      else if (field.tag == tag(2, Type::kBytes) && !child(2, field.payload))
        return false;
    }
    return !reader.failed();
  }

  // Values in field 1: elements of a list, what an optional holds.
  bool children(std::string_view message) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      if (field.tag == tag(1, Type::kBytes) && !child(1, field.payload))
        return false;
    }
    return !reader.failed();
  }

  bool map(std::string_view message, bool keys_are_values) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      if (field.tag == tag(1, Type::kBytes) &&
          !nested(1, field.payload, [&] { return entry(field.payload, keys_are_values); })) {
        return false;
      }
    }
    return !reader.failed();
  }

  bool entry(std::string_view message, bool key_is_value) {
    Reader reader(message);
    for (Field field; reader.next(field);) {
      bool good = true;
      if (field.tag == tag(1, Type::kBytes))
        good = key_is_value ? child(1, field.payload) : bytes(1, field.payload);
      else if (field.tag == tag(2, Type::kBytes))
        good = child(2, field.payload);
      if (!good)
        return false;
    }
    return !reader.failed();
  }

  // The API has the id itself where the engine has a message with it.
  bool contract(std::string_view message) {
    std::string_view id;
    Reader reader(message);
    for (Field field; reader.next(field);) {
      if (field.tag == tag(1, Type::kBytes))
        id = field.payload;
    }
    out_.bytes(3, id);
    return !reader.failed();
  }

  bool type(std::string_view message) {
    if (!kVerbose)
      return true;
    return nested(1, message, [&] { return identifier(message); });
  }

  bool identifier(std::string_view message) {
    std::string_view package;
    Reader reader(message);
    for (Field field; reader.next(field);) {
      if (field.tag == tag(1, Type::kBytes))
        package = field.payload;
    }
    if (reader.failed())
      return false;
    if (!package.empty())
      out_.bytes(1, package);
    dotted(message, 2, 3);
    dotted(message, 3, 4);
    return true;
  }

  // The parts of a name, which stand in a field each, as one text.
  void dotted(std::string_view message, std::uint32_t from, std::uint32_t to) {
    std::size_t size = 0;
    Field field;
    for (Reader reader(message); reader.next(field);) {
      if (field.tag == tag(from, Type::kBytes))
        size += field.payload.size() + 1;
    }
    if (size == 0)
      return;
    out_.varint(tag(to, Type::kBytes));
    out_.varint(size - 1);
    bool first = true;
    for (Reader reader(message); reader.next(field);) {
      if (field.tag != tag(from, Type::kBytes))
        continue;
      if (!first)
        out_.raw(".");
      first = false;
      out_.raw(field.payload);
    }
  }

  bool child(std::uint32_t field, std::string_view message) {
    if (nesting_ == kMaxValueNesting)
      return false;
    ++nesting_;
    const bool good = nested(field, message, [&] { return value(message); });
    --nesting_;
    return good;
  }

  template <typename Body>
  bool nested(std::uint32_t field, std::string_view message, const Body& body) {
    return out_.message(field, message.size(), body);
  }
  bool bytes(std::uint32_t field, std::string_view content) {
    out_.bytes(field, content);
    return true;
  }
  bool copy(std::uint32_t tag, std::string_view payload) {
    out_.varint(tag);
    out_.raw(payload);
    return true;
  }

  wire::Writer out_;
  int nesting_ = 0;
};

// Runs `body` with a transcoder that appends to `out`.
template <bool kVerbose, typename Body>
bool append(std::size_t most, std::string& out, const Body& body) {
  const std::size_t before = out.size();
  out.resize(before + most);
  Transcoder<kVerbose> transcoder(out.data() + before);
  const bool good = body(transcoder);
  out.resize(good ? static_cast<std::size_t>(transcoder.position() - out.data()) : before);
  return good;
}

template <typename Body>
bool append(std::size_t most, Detail detail, std::string& out, const Body& body) {
  return detail.verbose ? append<true>(most, out, body) : append<false>(most, out, body);
}

template <typename Message> bool parse(const std::string& bytes, Message& message) {
  google::protobuf::io::CodedInputStream stream(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMaxMessageNesting);
  return message.ParseFromCodedStream(&stream);
}

} // namespace

bool decode_value_to_wire(BytesView engine_value, Detail detail, std::string& out) {
  return append(engine_value.size(), detail, out,
                [&](auto& transcoder) { return transcoder.value(engine_value); });
}

bool decode_record_to_wire(BytesView engine_value, Detail detail, std::string& out) {
  std::optional<std::string_view> record;
  Reader reader(engine_value);
  for (Field field; reader.next(field);) {
    if (field.tag == tag(1, Type::kBytes))
      record = field.payload;
  }
  if (reader.failed() || !record)
    return false;
  return append(record->size(), detail, out,
                [&](auto& transcoder) { return transcoder.record(*record); });
}

Result<api::Value> decode_value(BytesView engine_value, Detail detail) {
  std::string bytes;
  api::Value value;
  if (!decode_value_to_wire(engine_value, detail, bytes) || !parse(bytes, value))
    return fault("a value of " + std::to_string(engine_value.size()) +
                 " bytes in an event cannot be read");
  return value;
}

Result<api::Record> decode_record(BytesView engine_value, Detail detail) {
  std::string bytes;
  api::Record record;
  if (!decode_record_to_wire(engine_value, detail, bytes) || !parse(bytes, record))
    return fault("a record of " + std::to_string(engine_value.size()) +
                 " bytes in an event cannot be read");
  return record;
}

} // namespace tenon::daml_api
