#include "values/value_codec.hpp"

#include <google/protobuf/arena.h>
#include <google/protobuf/io/coded_stream.h>

#include <algorithm>
#include <cstddef>

#include "values/text.hpp"
#include "values/value_messages.hpp"

namespace tenon::daml {

namespace {

// A value within a value lies three messages deep at most, and a few levels more than are allowed
// are parsed, so that they are refused with their place.
constexpr int kMaxMessageDepth = 3 * (static_cast<int>(Value::kMaxNesting) + 10);
// Version 10 is written as the version of values that it came with.
constexpr std::string_view kVersion10 = "6";

std::string version_text(TransactionVersion version) {
  return version == TransactionVersion::k10 ? std::string(kVersion10) : to_string(version);
}

Result<TransactionVersion> read_version(std::string_view text) {
  if (text == kVersion10)
    return TransactionVersion::k10;
  if (text == "10") {
    return invalid_argument("value version \"10\" is never written: transaction version 10 has "
                            "value version \"6\"");
  }
  return parse_transaction_version(text);
}

Status too_large(std::size_t size) {
  return resource_exhausted("an encoded value of " + std::to_string(size) +
                            " bytes; expected at most " + std::to_string(kMaxEncodedValueSize));
}

// Whether the bytes are such a message, and nothing after it.
template <typename Message> Status parse(BytesView bytes, std::string_view what, Message& out) {
  if (bytes.size() > kMaxEncodedValueSize)
    return too_large(bytes.size());
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const std::uint8_t*>(bytes.data()), static_cast<int>(bytes.size()));
  input.SetRecursionLimit(kMaxMessageDepth);
  if (out.ParseFromCodedStream(&input) && input.ConsumedEntireMessage())
    return {};
  return invalid_argument("expected the message of " + std::string(what) +
                          ", nested at most " + std::to_string(Value::kMaxNesting) +
                          " deep; found " + std::to_string(bytes.size()) +
                          " bytes that are none (cut short, damaged or nested deeper)");
}

// Refuses all that a parser passes over: unknown fields, fields twice or in another order, numbers
// longer than needed.
Status check_only_encoding(BytesView found, BytesView expected) {
  if (found == expected)
    return {};
  const auto place = std::mismatch(found.begin(), found.end(), expected.begin(), expected.end());
  return invalid_argument("the bytes differ from the one encoding of the value that they tell, at "
                          "byte " +
                          std::to_string(place.first - found.begin()) + "; expected " +
                          std::to_string(expected.size()) + " bytes, found " +
                          std::to_string(found.size()));
}

// Holds the messages of one value. Most are small and need no memory but this.
struct Scratch {
  alignas(std::max_align_t) char block[4096];
  google::protobuf::Arena arena{block, sizeof block};

  v1::Value& make() { return *google::protobuf::Arena::CreateMessage<v1::Value>(&arena); }
};

template <typename Message> Result<Bytes> serialize(const Message& message) {
  const std::size_t size = message.ByteSizeLong();
  if (size > kMaxEncodedValueSize)
    return too_large(size);
  return message.SerializeAsString();
}

} // namespace

Result<Bytes> encode_value(const Value& value, TransactionVersion version) {
  Scratch scratch;
  v1::Value& message = scratch.make();
  TENON_RETURN_IF_ERROR(write_value(value, version, message));
  return serialize(message);
}

Result<Value> decode_value(BytesView bytes, TransactionVersion version) {
  Scratch scratch;
  v1::Value& message = scratch.make();
  TENON_RETURN_IF_ERROR(parse(bytes, "a value", message));
  TENON_ASSIGN_OR_RETURN(Value value, read_value(message, version));
  TENON_ASSIGN_OR_RETURN(const Bytes again, encode_value(value, version));
  TENON_RETURN_IF_ERROR(check_only_encoding(bytes, again));
  return value;
}

Result<Value> decode_client_value(BytesView bytes) {
  Scratch scratch;
  v1::Value& message = scratch.make();
  TENON_RETURN_IF_ERROR(parse(bytes, "a value", message));
  return read_value(message, TransactionVersion::k11, Numerics::kClient);
}

Result<Bytes> encode_versioned_value(const VersionedValue& value) {
  TENON_ASSIGN_OR_RETURN(Bytes encoded, encode_value(value.value, value.version));
  v1::VersionedValue message;
  message.set_version(version_text(value.version));
  message.set_value(std::move(encoded));
  return serialize(message);
}

Result<VersionedValue> decode_versioned_value(BytesView bytes) {
  v1::VersionedValue message;
  TENON_RETURN_IF_ERROR(parse(bytes, "a value with its version", message));
  TENON_ASSIGN_OR_RETURN(const TransactionVersion version, read_version(message.version()));
  TENON_ASSIGN_OR_RETURN(Value value, decode_value(message.value(), version));
  VersionedValue result{version, std::move(value)};
  TENON_ASSIGN_OR_RETURN(const Bytes again, encode_versioned_value(result));
  TENON_RETURN_IF_ERROR(check_only_encoding(bytes, again));
  return result;
}

} // namespace tenon::daml
