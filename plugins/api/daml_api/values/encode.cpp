#include "values/encode.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "errors/codes.hpp"
#include "tenon/core/encoding.hpp"
#include "values/fields.hpp"
#include "values/numeric_text.hpp"

namespace tenon::daml_api {

namespace api = com::daml::ledger::api::v1;
namespace engine = tenon::daml::v1;

namespace {

constexpr std::int64_t kFirstMicros = -62135596800000000;
constexpr std::int64_t kLastMicros = 253402300799999999;
constexpr std::int32_t kFirstDay = -719162;
constexpr std::int32_t kLastDay = 2932896;

// Of a checked name.
template <typename Add> void add_segments(std::string_view dotted, const Add& add) {
  for (std::size_t start = 0;;) {
    const std::size_t end = dotted.find('.', start);
    add(std::string(dotted.substr(start, end - start)));
    if (end == std::string_view::npos)
      return;
    start = end + 1;
  }
}

Outcome encode_identifier(const api::Identifier& identifier, engine::Identifier& out) {
  TENON_ASSIGN_OR_RETURN(const std::string checked, require_identifier(identifier));
  out.set_package(identifier.package_id());
  add_segments(identifier.module_name(), [&](const std::string& part) { out.add_module(part); });
  add_segments(identifier.entity_name(), [&](const std::string& part) { out.add_name(part); });
  return {};
}

// Goes down a value, which the parser has kept from being nested too deep for the stack.
class Encoder {
public:
  Outcome value(const api::Value& from, engine::Value& to) {
    switch (from.Sum_case()) {
    case api::Value::kRecord:
      return record(from.record(), *to.mutable_record());
    case api::Value::kVariant:
      return variant(from.variant(), *to.mutable_variant());
    case api::Value::kList:
      return list(from.list(), *to.mutable_list());
    case api::Value::kOptional:
      to.mutable_optional();
      if (!from.optional().has_value())
        return {};
      return child(from.optional().value(), *to.mutable_optional()->mutable_value());
    case api::Value::kMap:
      return text_map(from.map(), *to.mutable_text_map());
    case api::Value::kGenMap:
      return gen_map(from.gen_map(), *to.mutable_gen_map());
    default:
      return leaf(from, to);
    }
  }

  Outcome record(const api::Record& from, engine::Record& to) {
    if (from.has_record_id())
      TENON_RETURN_IF_FAILED(encode_identifier(from.record_id(), *to.mutable_type()));
    for (const api::RecordField& field : from.fields()) {
      engine::Field& added = *to.add_fields();
      TENON_RETURN_IF_FAILED(required_child(field.has_value(), field.value(), "value",
                                            [&] { return added.mutable_value(); }));
      if (field.label().empty())
        continue;
      TENON_RETURN_IF_FAILED(require_argument(kNameSyntax, field.label()));
      added.set_label(field.label());
    }
    return {};
  }

private:
  Outcome leaf(const api::Value& from, engine::Value& to) {
    switch (from.Sum_case()) {
    case api::Value::kContractId:
      if (!is_contract_id(from.contract_id()))
        return wrong_contract_id(from.contract_id());
      to.mutable_contract()->set_id(from.contract_id());
      return {};
    case api::Value::kInt64:
      to.set_int64(from.int64());
      return {};
    case api::Value::kNumeric:
      return numeric(from.numeric(), to);
    case api::Value::kText:
      to.set_text(from.text());
      return {};
    case api::Value::kParty:
      TENON_RETURN_IF_FAILED(require_party(from.party()));
      to.set_party(from.party());
      return {};
    case api::Value::kBool:
      to.set_boolean(from.bool_());
      return {};
    case api::Value::kUnit:
      to.mutable_unit();
      return {};
    case api::Value::kEnum:
      return enumeration(from.enum_(), *to.mutable_enumeration());
    case api::Value::kTimestamp:
    case api::Value::kDate:
      return time(from, to);
    default:
      return missing_field("value");
    }
  }

  static Failure wrong_contract_id(const std::string& text) {
    return wrong_argument(contract_id_flaw(text));
  }

  static Outcome numeric(const std::string& text, engine::Value& to) {
    auto number = numeric_for_engine(text);
    if (!number) {
      return wrong_argument("\"" + as_utf8(text.substr(0, 100)) +
                            "\" is no Numeric: expected at most 38 digits, 37 of them behind a "
                            "point");
    }
    to.set_numeric(*std::move(number));
    return {};
  }

  static Outcome time(const api::Value& from, engine::Value& to) {
    if (from.Sum_case() == api::Value::kDate) {
      if (from.date() < kFirstDay || from.date() > kLastDay) {
        return wrong_argument("out of bound Date: " + std::to_string(from.date()) +
                              " days; expected " + std::to_string(kFirstDay) + " to " +
                              std::to_string(kLastDay));
      }
      to.set_date(from.date());
      return {};
    }
    if (from.timestamp() < kFirstMicros || from.timestamp() > kLastMicros) {
      return wrong_argument("out of bound Timestamp: " + std::to_string(from.timestamp()) +
                            " microseconds; expected " + std::to_string(kFirstMicros) + " to " +
                            std::to_string(kLastMicros));
    }
    to.set_timestamp(from.timestamp());
    return {};
  }

  Outcome variant(const api::Variant& from, engine::Variant& to) {
    if (from.has_variant_id())
      TENON_RETURN_IF_FAILED(encode_identifier(from.variant_id(), *to.mutable_type()));
    TENON_RETURN_IF_FAILED(require_field(kNameSyntax, from.constructor(), "constructor"));
    to.set_constructor_name(from.constructor());
    return required_child(from.has_value(), from.value(), "value",
                          [&] { return to.mutable_value(); });
  }

  static Outcome enumeration(const api::Enum& from, engine::Enumeration& to) {
    if (from.has_enum_id())
      TENON_RETURN_IF_FAILED(encode_identifier(from.enum_id(), *to.mutable_type()));
    TENON_RETURN_IF_FAILED(require_field(kNameSyntax, from.constructor(), "value"));
    to.set_constructor_name(from.constructor());
    return {};
  }

  Outcome list(const api::List& from, engine::List& to) {
    for (const api::Value& element : from.elements())
      TENON_RETURN_IF_FAILED(child(element, *to.add_elements()));
    return {};
  }

  // The engine has them in the order of their keys.
  Outcome text_map(const api::Map& from, engine::TextMap& to) {
    std::vector<const api::Map::Entry*> entries;
    for (const api::Map::Entry& entry : from.entries())
      entries.push_back(&entry);
    std::sort(entries.begin(), entries.end(),
              [](const auto* left, const auto* right) { return left->key() < right->key(); });
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (i > 0 && entries[i]->key() == entries[i - 1]->key()) {
        return wrong_argument("the key \"" + as_utf8(entries[i]->key().substr(0, 100)) +
                              "\" stands twice in a map");
      }
      engine::TextMapEntry& added = *to.add_entries();
      added.set_key(entries[i]->key());
      TENON_RETURN_IF_FAILED(required_child(entries[i]->has_value(), entries[i]->value(), "value",
                                            [&] { return added.mutable_value(); }));
    }
    return {};
  }

  Outcome gen_map(const api::GenMap& from, engine::GenMap& to) {
    for (const api::GenMap::Entry& entry : from.entries()) {
      engine::GenMapEntry& added = *to.add_entries();
      TENON_RETURN_IF_FAILED(required_child(entry.has_key(), entry.key(), "key",
                                            [&] { return added.mutable_key(); }));
      TENON_RETURN_IF_FAILED(required_child(entry.has_value(), entry.value(), "value",
                                            [&] { return added.mutable_value(); }));
    }
    return {};
  }

  template <typename Target>
  Outcome required_child(bool present, const api::Value& from, std::string_view field,
                         Target target) {
    if (!present)
      return missing_field(field);
    return child(from, *target());
  }

  Outcome child(const api::Value& from, engine::Value& to) {
    if (nesting_ == kMaxValueNesting) {
      return Failure(codes::kCommandPreprocessingFailed,
                     "a value is nested too deep: expected at most " +
                         std::to_string(kMaxValueNesting) + " levels");
    }
    ++nesting_;
    Outcome outcome = value(from, to);
    --nesting_;
    return outcome;
  }

  int nesting_ = 0;
};

} // namespace

Answer<engine::Value> encode_value(const api::Value& value) {
  engine::Value result;
  TENON_RETURN_IF_FAILED(Encoder().value(value, result));
  return result;
}

Answer<engine::Value> encode_record(const api::Record& record) {
  engine::Value result;
  TENON_RETURN_IF_FAILED(Encoder().record(record, *result.mutable_record()));
  return result;
}

} // namespace tenon::daml_api
