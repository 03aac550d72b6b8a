#include "values_kit.hpp"

#include <set>

namespace tenon::daml_api::test {

std::size_t RandomValues::below(std::size_t bound) {
  return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
}

// Of lengths at which the length of a length changes, too.
std::string RandomValues::text() {
  constexpr std::size_t kLengths[] = {0, 1, 5, 100, 118, 120, 122, 124, 126, 127, 128, 130, 16'380};
  std::string result(kLengths[below(below(20) == 0 ? 13 : 12)], 'x');
  for (char& c : result)
    c = static_cast<char>('a' + below(26));
  return result.size() > 4 && below(3) == 0 ? result + "ä€𝄞" : result;
}

std::string RandomValues::name() {
  constexpr std::string_view kStart = "abzAZ$_";
  constexpr std::string_view kRest = "abzAZ$_019";
  std::string result(1, kStart[below(kStart.size())]);
  for (std::size_t left = below(12); left > 0; --left)
    result.push_back(kRest[below(kRest.size())]);
  return result;
}

// Of a package or a party, which are alike enough.
std::string RandomValues::id() {
  constexpr std::string_view kAll = "abzAZ_-019";
  std::string result;
  for (std::size_t left = 1 + below(60); left > 0; --left)
    result.push_back(kAll[below(kAll.size())]);
  return result;
}

std::string RandomValues::dotted() {
  std::string result = name();
  for (std::size_t left = below(4); left > 0; --left)
    result += "." + name();
  return result;
}

std::string RandomValues::numeric() {
  std::string result = below(2) == 0 ? "-" : "";
  result.push_back(static_cast<char>('1' + below(9)));
  for (std::size_t left = below(15); left > 0; --left)
    result.push_back(static_cast<char>('0' + below(10)));
  result.push_back('.');
  if (below(3) == 0)
    return result;
  for (std::size_t left = below(15); left > 0; --left)
    result.push_back(static_cast<char>('0' + below(10)));
  return result + static_cast<char>('1' + below(9));
}

std::string RandomValues::contract_id() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result = "00";
  const std::size_t size = 66 + 2 * below(95);
  while (result.size() < size)
    result.push_back(kDigits[below(kDigits.size())]);
  return result;
}

api::Identifier RandomValues::identifier() {
  return test::identifier(id(), dotted(), dotted());
}

void RandomValues::leaf(api::Value& out) {
  switch (below(10)) {
  case 0:
    return out.set_int64(static_cast<std::int64_t>(random_()) << below(32));
  case 1:
    return out.set_numeric(numeric());
  case 2:
    return out.set_text(text());
  case 3:
    return out.set_timestamp(static_cast<std::int64_t>(random_()) * 1'000'000);
  case 4:
    return out.set_party(id());
  case 5:
    return out.set_bool_(below(2) == 0);
  case 6:
    out.mutable_unit();
    return;
  case 7:
    return out.set_date(static_cast<std::int32_t>(below(2'000'000)) - 700'000);
  case 8:
    if (below(2) == 0)
      *out.mutable_enum_()->mutable_enum_id() = identifier();
    return out.mutable_enum_()->set_constructor(name());
  default:
    return out.set_contract_id(contract_id());
  }
}

void RandomValues::branch(api::Value& out, int nesting) {
  const std::size_t size = below(4);
  std::set<std::string> keys;
  switch (below(6)) {
  case 0:
    *out.mutable_record() = record(nesting);
    return;
  case 1:
    if (below(2) == 0)
      *out.mutable_variant()->mutable_variant_id() = identifier();
    out.mutable_variant()->set_constructor(name());
    *out.mutable_variant()->mutable_value() = value(nesting - 1);
    return;
  case 2:
    out.mutable_list();
    for (std::size_t i = 0; i < size; ++i)
      *out.mutable_list()->add_elements() = value(nesting - 1);
    return;
  case 3:
    out.mutable_optional();
    if (size > 0)
      *out.mutable_optional()->mutable_value() = value(nesting - 1);
    return;
  case 4:
    out.mutable_map();
    while (keys.size() < size)
      keys.insert(text());
    for (const std::string& key : keys) {
      api::Map::Entry& entry = *out.mutable_map()->add_entries();
      entry.set_key(key);
      *entry.mutable_value() = value(nesting - 1);
    }
    return;
  default:
    out.mutable_gen_map();
    for (std::size_t i = 0; i < size; ++i) {
      api::GenMap::Entry& entry = *out.mutable_gen_map()->add_entries();
      *entry.mutable_key() = value(nesting - 1);
      *entry.mutable_value() = value(nesting - 1);
    }
  }
}

api::Value RandomValues::value(int nesting) {
  api::Value result;
  if (nesting == 0 || below(3) == 0)
    leaf(result);
  else
    branch(result, nesting);
  return result;
}

api::Record RandomValues::record(int nesting) {
  api::Record result;
  if (below(2) == 0)
    *result.mutable_record_id() = identifier();
  for (std::size_t left = below(5); left > 0; --left) {
    api::RecordField& field = *result.add_fields();
    if (below(3) != 0)
      field.set_label(name());
    *field.mutable_value() = value(nesting - 1);
  }
  return result;
}

api::Value nested(int levels) {
  api::Value result;
  result.set_int64(7);
  for (int i = 0; i < levels; ++i) {
    api::Value outer;
    if (i % 2 == 0)
      *outer.mutable_optional()->mutable_value() = std::move(result);
    else
      *outer.mutable_list()->add_elements() = std::move(result);
    result = std::move(outer);
  }
  return result;
}

namespace {

template <typename Parts> std::string joined(const Parts& parts) {
  std::string result;
  for (const std::string& part : parts)
    result += (result.empty() ? "" : ".") + part;
  return result;
}

api::Identifier plain_identifier(const daml::v1::Identifier& from) {
  return identifier(from.package(), joined(from.module()), joined(from.name()));
}

void plain_record(const daml::v1::Record& from, bool verbose, api::Record& to) {
  if (verbose && from.has_type())
    *to.mutable_record_id() = plain_identifier(from.type());
  for (const daml::v1::Field& field : from.fields()) {
    api::RecordField& added = *to.add_fields();
    if (verbose)
      added.set_label(field.label());
    *added.mutable_value() = plain_decode(field.value(), verbose);
  }
}

void plain_branch(const daml::v1::Value& from, bool verbose, api::Value& to) {
  if (from.has_list()) {
    to.mutable_list();
    for (const daml::v1::Value& element : from.list().elements())
      *to.mutable_list()->add_elements() = plain_decode(element, verbose);
  } else if (from.has_optional()) {
    to.mutable_optional();
    if (from.optional().has_value())
      *to.mutable_optional()->mutable_value() = plain_decode(from.optional().value(), verbose);
  } else if (from.has_text_map()) {
    to.mutable_map();
    for (const daml::v1::TextMapEntry& entry : from.text_map().entries()) {
      api::Map::Entry& added = *to.mutable_map()->add_entries();
      added.set_key(entry.key());
      *added.mutable_value() = plain_decode(entry.value(), verbose);
    }
  } else {
    to.mutable_gen_map();
    for (const daml::v1::GenMapEntry& entry : from.gen_map().entries()) {
      api::GenMap::Entry& added = *to.mutable_gen_map()->add_entries();
      *added.mutable_key() = plain_decode(entry.key(), verbose);
      *added.mutable_value() = plain_decode(entry.value(), verbose);
    }
  }
}

} // namespace

api::Value plain_decode(const daml::v1::Value& value, bool verbose) {
  api::Value result;
  switch (value.content_case()) {
  case daml::v1::Value::kInt64:
    result.set_int64(value.int64());
    break;
  case daml::v1::Value::kNumeric:
    result.set_numeric(value.numeric());
    break;
  case daml::v1::Value::kText:
    result.set_text(value.text());
    break;
  case daml::v1::Value::kTimestamp:
    result.set_timestamp(value.timestamp());
    break;
  case daml::v1::Value::kParty:
    result.set_party(value.party());
    break;
  case daml::v1::Value::kBoolean:
    result.set_bool_(value.boolean());
    break;
  case daml::v1::Value::kUnit:
    result.mutable_unit();
    break;
  case daml::v1::Value::kDate:
    result.set_date(value.date());
    break;
  case daml::v1::Value::kContract:
    result.set_contract_id(value.contract().id());
    break;
  case daml::v1::Value::kEnumeration:
    if (verbose && value.enumeration().has_type())
      *result.mutable_enum_()->mutable_enum_id() = plain_identifier(value.enumeration().type());
    result.mutable_enum_()->set_constructor(value.enumeration().constructor_name());
    break;
  case daml::v1::Value::kVariant:
    if (verbose && value.variant().has_type())
      *result.mutable_variant()->mutable_variant_id() = plain_identifier(value.variant().type());
    result.mutable_variant()->set_constructor(value.variant().constructor_name());
    *result.mutable_variant()->mutable_value() = plain_decode(value.variant().value(), verbose);
    break;
  case daml::v1::Value::kRecord:
    plain_record(value.record(), verbose, *result.mutable_record());
    break;
  default:
    plain_branch(value, verbose, result);
  }
  return result;
}

api::Identifier identifier(std::string package, std::string module, std::string entity) {
  api::Identifier result;
  result.set_package_id(std::move(package));
  result.set_module_name(std::move(module));
  result.set_entity_name(std::move(entity));
  return result;
}

} // namespace tenon::daml_api::test
