// JSON values to the bytes that contracts exchange, and back: little-endian integers; text and
// bytes with a 32-bit size before them; lists with a 32-bit count; options with a byte 0 or 1;
// records and arguments field after field.
#include <algorithm>

#include "description.hpp"
#include "limits.hpp"

namespace tenon::wasm {

namespace {

using nlohmann::json;
using Kind = Type::Kind;
using u128 = unsigned __int128;

constexpr int kMaxDepth = 16;
constexpr std::size_t kMaxElements = 65536;
// What one encoded value may grow to as JSON: about so many bytes, of which each member takes so
// many and its name.
constexpr std::size_t kDecodedValueSize = 16;

Status expected(const std::string& where, std::string_view what, const json& found) {
  std::string text = found.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > 64)
    text = text.substr(0, 61) + "...";
  if (!is_utf8(text))
    text = std::string(found.type_name());
  return invalid_argument("BAD_ARGUMENT: " + where + ": expected " + std::string(what) +
                          ", found " + text);
}

void append_little_endian(Bytes& out, u128 value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> (8 * i))));
  }
}

bool read_little_endian(Reader& reader, std::size_t size, u128& value) {
  BytesView bytes;
  if (!reader.take(size, bytes))
    return false;
  value = 0;
  for (std::size_t i = size; i-- > 0;)
    value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return true;
}

std::size_t width(Kind kind) {
  switch (kind) {
  case Kind::kBool:
  case Kind::kU8:
    return 1;
  case Kind::kU16:
    return 2;
  case Kind::kU32:
  case Kind::kI32:
    return 4;
  case Kind::kU64:
  case Kind::kI64:
    return 8;
  case Kind::kU128:
    return 16;
  default:
    return 0;
  }
}

bool is_signed(Kind kind) {
  return kind == Kind::kI32 || kind == Kind::kI64;
}

u128 unsigned_limit(std::size_t size) {
  return size == 16 ? ~u128{0} : (u128{1} << (8 * size)) - 1;
}

// A decimal string or a JSON integer. `magnitude` and `negative` together are the value.
bool read_integer(const json& value, u128& magnitude, bool& negative) {
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_number_integer()) {
    text = value.dump();
  } else {
    return false;
  }
  negative = !text.empty() && text[0] == '-';
  const std::string_view digits = std::string_view(text).substr(negative ? 1 : 0);
  if (digits.empty() || (digits.size() > 1 && digits[0] == '0') || text == "-0")
    return false;
  magnitude = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9')
      return false;
    const u128 before = magnitude;
    magnitude = magnitude * 10 + static_cast<unsigned>(digit - '0');
    if (before > (~u128{0} - static_cast<unsigned>(digit - '0')) / 10)
      return false;
  }
  return true;
}

Status encode_integer(Kind kind, const json& value, const std::string& where, Bytes& out) {
  const std::size_t size = width(kind);
  const std::string range = (is_signed(kind) ? "a signed " : "an unsigned ") +
                            std::to_string(8 * size) + "-bit integer (number or decimal string)";
  u128 magnitude = 0;
  bool negative = false;
  if (!read_integer(value, magnitude, negative))
    return expected(where, range, value);
  u128 most = unsigned_limit(size);
  if (is_signed(kind))
    most = negative ? (most >> 1) + 1 : most >> 1;
  if (magnitude > most || (negative && !is_signed(kind)))
    return expected(where, range, value);
  append_little_endian(out, negative ? ~magnitude + 1 : magnitude, size);
  return {};
}

std::string decimal(u128 value) {
  std::string digits;
  do {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(value % 10)));
    value /= 10;
  } while (value != 0);
  return digits;
}

// Integers of up to 32 bits are JSON numbers; wider ones are strings, which every client keeps
// exact.
json integer_json(Kind kind, u128 value) {
  switch (kind) {
  case Kind::kI32:
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(value));
  case Kind::kI64:
    return std::to_string(static_cast<std::int64_t>(static_cast<std::uint64_t>(value)));
  case Kind::kU64:
  case Kind::kU128:
    return decimal(value);
  default:
    return static_cast<std::uint32_t>(value);
  }
}

Status encode_text(Kind kind, const json& value, const std::string& where, Bytes& out) {
  if (!value.is_string())
    return expected(where, "a string", value);
  Bytes bytes = value.get<std::string>();
  if (kind == Kind::kBytes) {
    auto decoded = from_hex(bytes);
    if (!decoded)
      return expected(where, "bytes in hexadecimal", value);
    bytes = *std::move(decoded);
  } else if (!is_utf8(bytes)) {
    return invalid_argument("BAD_ARGUMENT: " + where + ": the text is not UTF-8");
  } else if (kind != Kind::kText && (bytes.empty() || bytes.size() > 255)) {
    return expected(where, "a name of 1 to 255 bytes", value);
  }
  append_little_endian(out, bytes.size(), sizeof(std::uint32_t));
  out.append(bytes);
  return {};
}

Status misfit(std::string_view what) {
  return invalid_argument("BAD_VALUE: what the contract returned does not fit its description: " +
                          std::string(what));
}

Result<json> decode_text(Kind kind, Reader& reader) {
  u128 size = 0;
  BytesView bytes;
  if (!read_little_endian(reader, sizeof(std::uint32_t), size) ||
      !reader.take(static_cast<std::size_t>(size), bytes)) {
    return misfit("it ends inside a text");
  }
  if (kind == Kind::kBytes)
    return json(to_hex(bytes));
  if (!is_utf8(bytes))
    return misfit("a text is not UTF-8");
  return json(std::string(bytes));
}

} // namespace

Status Description::encode_value(const Type& type, const json& value, const std::string& where,
                                 int depth, Bytes& out) const {
  if (depth > kMaxDepth)
    return invalid_argument("BAD_ARGUMENT: " + where + ": nested too deep");
  switch (type.kind) {
  case Kind::kUnit:
    return {};
  case Kind::kBool:
    if (!value.is_boolean())
      return expected(where, "true or false", value);
    out.push_back(value.get<bool>() ? '\1' : '\0');
    return {};
  case Kind::kText:
  case Kind::kBytes:
  case Kind::kParty:
  case Kind::kInstance:
    return encode_text(type.kind, value, where, out);
  case Kind::kList:
    if (!value.is_array() || value.size() > kMaxElements) {
      return expected(where, "an array of at most 65536 elements", value);
    }
    append_little_endian(out, value.size(), sizeof(std::uint32_t));
    for (std::size_t i = 0; i < value.size(); ++i) {
      TENON_RETURN_IF_ERROR(encode_value(*type.element, value[i],
                                         where + "[" + std::to_string(i) + "]", depth + 1, out));
    }
    return {};
  case Kind::kOption:
    out.push_back(value.is_null() ? '\0' : '\1');
    return value.is_null() ? Status() : encode_value(*type.element, value, where, depth + 1, out);
  case Kind::kRecord:
    return encode_fields(records_.find(type.record)->second, value, where, depth + 1, out);
  default:
    return encode_integer(type.kind, value, where, out);
  }
}

Status Description::encode_fields(const Fields& fields, const json& object,
                                  const std::string& where, int depth, Bytes& out) const {
  if (!object.is_object())
    return expected(where, "an object", object);
  for (const Field& field : fields) {
    const auto found = object.find(field.name);
    if (found == object.end() && field.type.kind != Kind::kOption) {
      return invalid_argument("BAD_ARGUMENT: " + where + ": \"" + field.name + "\" is missing");
    }
    TENON_RETURN_IF_ERROR(encode_value(field.type, found == object.end() ? json() : *found,
                                       where + "." + field.name, depth, out));
  }
  for (const auto& [name, value] : object.items()) {
    const auto known = [&, &key = name](const Field& field) { return field.name == key; };
    if (std::none_of(fields.begin(), fields.end(), known)) {
      std::string names;
      for (const Field& field : fields)
        names += (names.empty() ? "" : ", ") + field.name;
      return invalid_argument("BAD_ARGUMENT: " + where + ": unknown \"" + name +
                              "\"; known are: " + (names.empty() ? "none" : names));
    }
  }
  return {};
}

Result<json> Description::decode_value(const Type& type, Reader& reader, int depth,
                                       std::size_t& room) const {
  if (depth > kMaxDepth)
    return misfit("it is nested too deep");
  if (room < kDecodedValueSize)
    return misfit("it is too large");
  room -= kDecodedValueSize;
  u128 number = 0;
  switch (type.kind) {
  case Kind::kUnit:
    return json();
  case Kind::kText:
  case Kind::kBytes:
  case Kind::kParty:
  case Kind::kInstance:
    return decode_text(type.kind, reader);
  case Kind::kList: {
    if (!read_little_endian(reader, sizeof(std::uint32_t), number) || number > kMaxElements) {
      return misfit("a list without a count, or too long");
    }
    json list = json::array();
    for (u128 i = 0; i < number; ++i) {
      TENON_ASSIGN_OR_RETURN(json element, decode_value(*type.element, reader, depth + 1, room));
      list.push_back(std::move(element));
    }
    return list;
  }
  case Kind::kOption:
    if (!read_little_endian(reader, 1, number) || number > 1)
      return misfit("a bad option");
    return number == 0 ? Result<json>(json())
                       : decode_value(*type.element, reader, depth + 1, room);
  case Kind::kRecord:
    return decode_fields(records_.find(type.record)->second, reader, depth + 1, room);
  default:
    if (!read_little_endian(reader, width(type.kind), number))
      return misfit("it ends early");
    if (type.kind != Kind::kBool)
      return integer_json(type.kind, number);
    if (number > 1)
      return misfit("a bool that is neither 0 nor 1");
    return json(number == 1);
  }
}

Result<json> Description::decode_fields(const Fields& fields, Reader& reader, int depth,
                                        std::size_t& room) const {
  json object = json::object();
  for (const Field& field : fields) {
    room -= std::min(room, field.name.size());
    TENON_ASSIGN_OR_RETURN(object[field.name], decode_value(field.type, reader, depth, room));
  }
  return object;
}

Result<Bytes> Description::encode(const Fields& fields, const json& object) const {
  Bytes out;
  TENON_RETURN_IF_ERROR(
      encode_fields(fields, object.is_null() ? json::object() : object, "arguments", 0, out));
  return out;
}

Result<json> Description::decode(const Fields& fields, BytesView bytes) const {
  Reader reader(bytes);
  std::size_t room = kMaxDecodedSize;
  TENON_ASSIGN_OR_RETURN(json object, decode_fields(fields, reader, 0, room));
  if (!reader.empty())
    return misfit("bytes after the end");
  return object;
}

Result<json> Description::decode(const Type& type, BytesView bytes) const {
  Reader reader(bytes);
  std::size_t room = kMaxDecodedSize;
  TENON_ASSIGN_OR_RETURN(json value, decode_value(type, reader, 0, room));
  if (!reader.empty())
    return misfit("bytes after the end");
  return value;
}

} // namespace tenon::wasm
