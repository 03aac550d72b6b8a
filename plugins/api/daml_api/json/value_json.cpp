#include "json/value_json.hpp"

#include <google/protobuf/io/coded_stream.h>

#include "json/decimal.hpp"
#include "json/time_text.hpp"

namespace tenon::daml_api::json {

namespace {

using api::JsonWriter;
using daml::v1::Value;

void write_record(JsonWriter& json, const daml::v1::Record& record) {
  json.begin_object();
  for (const auto& field : record.fields()) {
    json.key(field.label());
    write_value(json, field.value());
  }
  json.end_object();
}

void write_variant(JsonWriter& json, const daml::v1::Variant& variant) {
  json.begin_object();
  json.key("tag").string(variant.constructor_name());
  json.key("value");
  write_value(json, variant.value());
  json.end_object();
}

// None is null and Some its value, but what is optional itself stands in a list of at most one.
void write_optional(JsonWriter& json, const daml::v1::Optional& optional) {
  if (!optional.has_value()) {
    json.null();
    return;
  }
  const Value& inner = optional.value();
  if (!inner.has_optional())
    return write_value(json, inner);
  json.begin_array();
  if (inner.optional().has_value())
    write_optional(json, inner.optional());
  json.end_array();
}

void write_collection(JsonWriter& json, const Value& value) {
  switch (value.content_case()) {
  case Value::kList:
    json.begin_array();
    for (const Value& element : value.list().elements())
      write_value(json, element);
    json.end_array();
    return;
  case Value::kTextMap:
    json.begin_object();
    for (const auto& entry : value.text_map().entries()) {
      json.key(entry.key());
      write_value(json, entry.value());
    }
    json.end_object();
    return;
  default:
    json.begin_array();
    for (const auto& entry : value.gen_map().entries()) {
      json.begin_array();
      write_value(json, entry.key());
      write_value(json, entry.value());
      json.end_array();
    }
    json.end_array();
  }
}

} // namespace

void write_value(JsonWriter& json, const Value& value) {
  switch (value.content_case()) {
  case Value::kRecord:
    return write_record(json, value.record());
  case Value::kVariant:
    return write_variant(json, value.variant());
  case Value::kEnumeration:
    json.string(value.enumeration().constructor_name());
    return;
  case Value::kOptional:
    return write_optional(json, value.optional());
  case Value::kList:
  case Value::kTextMap:
  case Value::kGenMap:
    return write_collection(json, value);
  case Value::kInt64:
    json.string(std::to_string(value.int64()));
    return;
  case Value::kNumeric:
    json.string(short_decimal(value.numeric()));
    return;
  case Value::kText:
    json.string(value.text());
    return;
  case Value::kTimestamp:
    json.string(timestamp_text(value.timestamp()));
    return;
  case Value::kDate:
    json.string(date_text(value.date()));
    return;
  case Value::kParty:
    json.string(value.party());
    return;
  case Value::kContract:
    json.string(value.contract().id());
    return;
  case Value::kBoolean:
    json.boolean(value.boolean());
    return;
  case Value::kUnit:
  case Value::CONTENT_NOT_SET:
    json.begin_object().end_object();
  }
}

Result<Value> parse_value(BytesView engine_value) {
  Value value;
  // Values are nested 100 deep at most, in two to three messages each.
  google::protobuf::io::CodedInputStream input(
      reinterpret_cast<const std::uint8_t*>(engine_value.data()),
      static_cast<int>(engine_value.size()));
  input.SetRecursionLimit(1000);
  if (!value.ParseFromCodedStream(&input) || !input.ConsumedEntireMessage())
    return fault("a value of the ledger cannot be read");
  return value;
}

Status write_value(JsonWriter& json, BytesView engine_value) {
  TENON_ASSIGN_OR_RETURN(const Value value, parse_value(engine_value));
  write_value(json, value);
  return {};
}

} // namespace tenon::daml_api::json
