#include "values/value_messages.hpp"

namespace tenon::daml {

namespace {

using Kind = Value::Kind;

// Recurses at most Value::kMaxNesting deep: write_value() has checked.
class Writer {
public:
  explicit Writer(TransactionVersion version)
      : version_(version), with_types_(!erases_types(version)) {}

  Status write(const Value& value, v1::Value& out) const {
    if (value.kind() >= Kind::kOptional)
      return write_parent(value, out);
    write_leaf(value, out);
    return {};
  }

private:
  static void write_leaf(const Value& value, v1::Value& out) {
    switch (value.kind()) {
    case Kind::kBool:
      out.set_boolean(value.as_bool());
      break;
    case Kind::kInt64:
      out.set_int64(value.as_int64());
      break;
    case Kind::kDate:
      out.set_date(value.as_date().days());
      break;
    case Kind::kTimestamp:
      out.set_timestamp(value.as_timestamp().micros());
      break;
    case Kind::kNumeric:
      out.set_numeric(value.as_numeric().to_text());
      break;
    case Kind::kText:
      out.set_text(value.as_text());
      break;
    case Kind::kParty:
      out.set_party(value.as_party().str());
      break;
    case Kind::kContractId:
      write_contract_id(value.as_contract_id(), *out.mutable_contract());
      break;
    default:
      out.mutable_unit();
      break;
    }
  }

  Status write_parent(const Value& value, v1::Value& out) const {
    switch (value.kind()) {
    case Kind::kRecord:
      return write_record(value, *out.mutable_record());
    case Kind::kVariant:
      write_constructor(value.constructor(), *out.mutable_variant());
      return write(value.children()[0], *out.mutable_variant()->mutable_value());
    case Kind::kEnum:
      write_constructor(value.constructor(), *out.mutable_enumeration());
      return {};
    case Kind::kTextMap:
      return write_text_map(value, *out.mutable_text_map());
    case Kind::kGenMap:
      return write_gen_map(value, *out.mutable_gen_map());
    case Kind::kOptional:
      return write_optional(value, *out.mutable_optional());
    default:
      return write_list(value, *out.mutable_list());
    }
  }

  // Of a variant or an enum.
  template <typename Message>
  void write_constructor(const Constructor& constructor, Message& out) const {
    if (with_types_ && constructor.type)
      write_identifier(*constructor.type, *out.mutable_type());
    out.set_constructor_name(constructor.name.str());
  }

  Status write_record(const Value& value, v1::Record& out) const {
    if (with_types_ && value.type())
      write_identifier(*value.type(), *out.mutable_type());
    const auto fields = value.children();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      v1::Field& field = *out.add_fields();
      if (with_types_ && value.labels())
        field.set_label((*value.labels())[i]);
      TENON_RETURN_IF_ERROR(write(fields[i], *field.mutable_value()));
    }
    return {};
  }

  Status write_optional(const Value& value, v1::Optional& out) const {
    return value.children().empty() ? Status() : write(value.children()[0], *out.mutable_value());
  }

  Status write_list(const Value& value, v1::List& out) const {
    for (const Value& element : value.children())
      TENON_RETURN_IF_ERROR(write(element, *out.add_elements()));
    return {};
  }

  Status write_text_map(const Value& value, v1::TextMap& out) const {
    const auto values = value.children();
    for (std::size_t i = 0; i < values.size(); ++i) {
      v1::TextMapEntry& entry = *out.add_entries();
      entry.set_key(value.keys()[i]);
      TENON_RETURN_IF_ERROR(write(values[i], *entry.mutable_value()));
    }
    return {};
  }

  Status write_gen_map(const Value& value, v1::GenMap& out) const {
    if (!has_gen_map(version_)) {
      return invalid_argument("a generic map in a value of transaction version " +
                              to_string(version_) + "; they came with version 11");
    }
    const auto children = value.children();
    for (std::size_t i = 0; i < children.size(); i += 2) {
      v1::GenMapEntry& entry = *out.add_entries();
      TENON_RETURN_IF_ERROR(write(children[i], *entry.mutable_key()));
      TENON_RETURN_IF_ERROR(write(children[i + 1], *entry.mutable_value()));
    }
    return {};
  }

  TransactionVersion version_;
  bool with_types_;
};

} // namespace

Status write_value(const Value& value, TransactionVersion version, v1::Value& out) {
  TENON_RETURN_IF_ERROR(check_nesting(value));
  return Writer(version).write(value, out);
}

void write_identifier(const Identifier& identifier, v1::Identifier& out) {
  out.set_package(identifier.package.str());
  for (const std::string_view segment : identifier.module.segments())
    out.add_module(segment.data(), segment.size());
  for (const std::string_view segment : identifier.name.segments())
    out.add_name(segment.data(), segment.size());
}

void write_contract_id(const ContractId& id, v1::ContractRef& out) {
  out.set_id(id.to_text());
}

} // namespace tenon::daml
