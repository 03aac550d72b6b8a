#include "engine/json_values.hpp"

#include "interpreter/layout.hpp"
#include "tenon/core/encoding.hpp"
#include "values/comparison.hpp"
#include "values/int64.hpp"
#include "values/text.hpp"

namespace tenon::daml::engine {

namespace {

using interpreter::PackageStore;
using interpreter::RuntimeType;
using interpreter::TypeLayout;
using lf::BuiltinType;
using nlohmann::json;

constexpr std::size_t kMaxShown = 60;

std::string shown(const json& found) {
  std::string text = found.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kMaxShown)
    text = text.substr(0, kMaxShown) + "…";
  return as_utf8(text);
}

// Recurses as deep as the value is nested, which is bounded.
class Reader {
public:
  explicit Reader(PackageStore& store) : store_(store) {}

  Result<Value> read(const RuntimeType& type, const json& found) {
    if (depth_ > Value::kMaxNesting)
      return wrong("a value nested at most " + std::to_string(Value::kMaxNesting) + " deep", found);
    ++depth_;
    auto value = type.form == RuntimeType::Form::kConstructor ? data(type, found)
                                                              : builtin(type, found);
    --depth_;
    return value;
  }

private:
  Status wrong(const std::string& expected, const json& found) const {
    return invalid_argument((path_.empty() ? std::string() : path_ + ": ") + "expected " +
                            expected + ", found " + shown(found));
  }

  // A part of the value, named in messages.
  Result<Value> part(const std::string& name, const RuntimeType& type, const json& found) {
    const std::size_t size = path_.size();
    path_ += (path_.empty() ? "" : ".") + name;
    auto value = read(type, found);
    path_.resize(size);
    return value;
  }

  template <typename T> Result<T> checked(Result<T> parsed, const json& found) const {
    if (!parsed.ok())
      return Status(parsed.status().code(), (path_.empty() ? std::string() : path_ + ": ") +
                                                parsed.status().message() + ", found " +
                                                shown(found));
    return parsed;
  }

  Result<std::string> text(const char* expected, const json& found) const {
    if (!found.is_string())
      return wrong(expected, found);
    return found.get<std::string>();
  }

  Result<Value> int64(const json& found) const {
    if (found.is_number_integer()) {
      if (found.is_number_unsigned() && found > std::uint64_t{INT64_MAX})
        return wrong("an Int64", found);
      return Value::int64(found.get<std::int64_t>());
    }
    TENON_ASSIGN_OR_RETURN(const std::string digits, text("an Int64, as a string", found));
    TENON_ASSIGN_OR_RETURN(const std::int64_t number, checked(parse_int64(digits), found));
    return Value::int64(number);
  }

  Result<Value> numeric(const RuntimeType& type, const json& found) const {
    const int scale = type.arguments.empty() ? 10 : type.arguments[0]->nat;
    const std::string digits = found.is_string()   ? found.get<std::string>()
                               : found.is_number() ? found.dump()
                                                   : std::string();
    if (digits.empty())
      return wrong("a Numeric, as a string", found);
    TENON_ASSIGN_OR_RETURN(const Numeric number,
                           checked(Numeric::parse_rounded(digits, scale), found));
    return Value::numeric(number);
  }

  Result<Value> leaf(const RuntimeType& type, const json& found) const {
    switch (type.builtin) {
    case BuiltinType::kUnit:
      if (!found.is_object() || !found.empty())
        return wrong("{}", found);
      return Value();
    case BuiltinType::kBool:
      if (!found.is_boolean())
        return wrong("true or false", found);
      return Value::boolean(found.get<bool>());
    case BuiltinType::kInt64:
      return int64(found);
    case BuiltinType::kNumeric:
      return numeric(type, found);
    case BuiltinType::kText: {
      TENON_ASSIGN_OR_RETURN(std::string characters, text("a text", found));
      return Value::text(std::move(characters));
    }
    case BuiltinType::kParty: {
      TENON_ASSIGN_OR_RETURN(const std::string name, text("a party", found));
      TENON_ASSIGN_OR_RETURN(Party party, checked(Party::parse(name), found));
      return Value::party(std::move(party));
    }
    case BuiltinType::kDate: {
      TENON_ASSIGN_OR_RETURN(const std::string day, text("a date, YYYY-MM-DD", found));
      TENON_ASSIGN_OR_RETURN(const Date date, checked(Date::parse(day), found));
      return Value::date(date);
    }
    case BuiltinType::kTimestamp: {
      TENON_ASSIGN_OR_RETURN(const std::string moment, text("a time, as RFC 3339", found));
      TENON_ASSIGN_OR_RETURN(const Timestamp time, checked(Timestamp::parse(moment), found));
      return Value::timestamp(time);
    }
    case BuiltinType::kContractId: {
      TENON_ASSIGN_OR_RETURN(const std::string hex, text("a contract id", found));
      TENON_ASSIGN_OR_RETURN(ContractId id, checked(ContractId::parse(hex), found));
      return Value::contract_id(std::move(id));
    }
    default:
      return wrong("nothing that JSON can tell: the type is " + interpreter::to_text(type), found);
    }
  }

  Result<Value> builtin(const RuntimeType& type, const json& found) {
    switch (type.builtin) {
    case BuiltinType::kOptional:
      return optional(*type.arguments[0], found);
    case BuiltinType::kList: {
      if (!found.is_array())
        return wrong("a list", found);
      std::vector<Value> elements;
      for (const json& element : found) {
        TENON_ASSIGN_OR_RETURN(Value value, part("[" + std::to_string(elements.size()) + "]",
                                                 *type.arguments[0], element));
        elements.push_back(std::move(value));
      }
      return Value::list(std::move(elements));
    }
    case BuiltinType::kTextMap:
      return text_map(*type.arguments[0], found);
    case BuiltinType::kGenMap:
      return gen_map(type, found);
    default:
      return leaf(type, found);
    }
  }

  Result<Value> optional(const RuntimeType& type, const json& found) {
    if (found.is_null())
      return Value::none();
    TENON_ASSIGN_OR_RETURN(Value value, type.is(BuiltinType::kOptional)
                                            ? nested_optional(*type.arguments[0], found)
                                            : read(type, found));
    return Value::some(std::move(value));
  }

  // Inside another optional value a value stands in a list, so that none can be told from it.
  Result<Value> nested_optional(const RuntimeType& type, const json& found) {
    if (!found.is_array() || found.size() > 1)
      return wrong("[] or a list with one value", found);
    if (found.empty())
      return Value::none();
    TENON_ASSIGN_OR_RETURN(Value value, type.is(BuiltinType::kOptional)
                                            ? nested_optional(*type.arguments[0], found[0])
                                            : read(type, found[0]));
    return Value::some(std::move(value));
  }

  Result<Value> text_map(const RuntimeType& type, const json& found) {
    if (!found.is_object())
      return wrong("an object", found);
    std::vector<Value::TextMapEntry> entries;
    for (const auto& [key, mapped] : found.items()) {
      TENON_ASSIGN_OR_RETURN(Value value, part(quote(key), type, mapped));
      entries.push_back({key, std::move(value)});
    }
    return Value::text_map(std::move(entries));
  }

  Result<Value> gen_map(const RuntimeType& type, const json& found) {
    if (!found.is_array())
      return wrong("a list of [key, value]", found);
    std::vector<Value::GenMapEntry> entries;
    for (const json& pair : found) {
      if (!pair.is_array() || pair.size() != 2)
        return wrong("[key, value]", pair);
      const std::string place = "[" + std::to_string(entries.size()) + "]";
      TENON_ASSIGN_OR_RETURN(Value key, part(place + ".key", *type.arguments[0], pair[0]));
      TENON_ASSIGN_OR_RETURN(Value value, part(place + ".value", *type.arguments[1], pair[1]));
      entries.push_back({std::move(key), std::move(value)});
    }
    return checked(make_gen_map(std::move(entries)), found);
  }

  Result<Value> data(const RuntimeType& type, const json& found) {
    TENON_ASSIGN_OR_RETURN(const TypeLayout* const layout, store_.layout(type));
    switch (layout->form) {
    case TypeLayout::Form::kRecord:
      return found.is_array() ? record_by_place(*layout, found) : record(*layout, found);
    case TypeLayout::Form::kVariant:
      return variant(*layout, found);
    case TypeLayout::Form::kEnum:
      break;
    }
    TENON_ASSIGN_OR_RETURN(const std::string name, text("the name of a constructor", found));
    const auto place = layout->index.find(name);
    if (place == layout->index.end())
      return wrong(one_of(layout->names), found);
    return Value::enumeration({layout->type, layout->constructors[place->second], place->second});
  }

  static std::string one_of(const std::vector<std::string>& names) {
    std::string text = "one of";
    for (const std::string& name : names)
      text += (&name == &names.front() ? " " : ", ") + name;
    return text;
  }

  Result<Value> record(const TypeLayout& layout, const json& found) {
    if (!found.is_object())
      return wrong("an object of " + layout.type->to_text(), found);
    std::vector<Value> fields;
    std::size_t used = 0;
    for (std::size_t i = 0; i < layout.names.size(); ++i) {
      const auto field = found.find(layout.names[i]);
      used += field == found.end() ? 0 : 1;
      if (field == found.end() && layout.types[i]->is(BuiltinType::kOptional)) {
        fields.push_back(Value::none());
        continue;
      }
      if (field == found.end())
        return wrong("the field \"" + layout.names[i] + "\" of " + layout.type->to_text(), found);
      TENON_ASSIGN_OR_RETURN(Value value, part(layout.names[i], *layout.types[i], *field));
      fields.push_back(std::move(value));
    }
    if (used < found.size()) {
      for (const auto& [name, value] : found.items()) {
        if (!layout.index.contains(name))
          return wrong("a field of " + layout.type->to_text() + ", " + one_of(layout.names),
                       json(name));
      }
    }
    return Value::record(layout.type, layout.labels, std::move(fields));
  }

  Result<Value> record_by_place(const TypeLayout& layout, const json& found) {
    if (found.size() != layout.types.size()) {
      return wrong("a list with the " + std::to_string(layout.types.size()) + " fields of " +
                       layout.type->to_text(),
                   found);
    }
    std::vector<Value> fields;
    for (std::size_t i = 0; i < layout.types.size(); ++i) {
      TENON_ASSIGN_OR_RETURN(Value value, part(layout.names[i], *layout.types[i], found[i]));
      fields.push_back(std::move(value));
    }
    return Value::record(layout.type, layout.labels, std::move(fields));
  }

  Result<Value> variant(const TypeLayout& layout, const json& found) {
    const auto tag = found.is_object() ? found.find("tag") : found.end();
    const auto inner = found.is_object() ? found.find("value") : found.end();
    if (tag == found.end() || !tag->is_string() || inner == found.end() || found.size() != 2)
      return wrong("{\"tag\": …, \"value\": …} of " + layout.type->to_text(), found);
    const auto place = layout.index.find(tag->get_ref<const std::string&>());
    if (place == layout.index.end())
      return wrong(one_of(layout.names), *tag);
    TENON_ASSIGN_OR_RETURN(Value value,
                           part(layout.names[place->second], *layout.types[place->second], *inner));
    return Value::variant({layout.type, layout.constructors[place->second], place->second},
                          std::move(value));
  }

  PackageStore& store_;
  std::string path_;
  std::uint32_t depth_ = 0;
};

json nested_optional_json(const Value& value) {
  json list = json::array();
  if (value.children().empty())
    return list;
  const Value& inner = value.children()[0];
  list.push_back(inner.kind() == Value::Kind::kOptional ? nested_optional_json(inner)
                                                        : value_to_json(inner));
  return list;
}

json optional_json(const Value& value) {
  if (value.children().empty())
    return nullptr;
  const Value& inner = value.children()[0];
  return inner.kind() == Value::Kind::kOptional ? nested_optional_json(inner)
                                                : value_to_json(inner);
}

json record_json(const Value& value) {
  json object = json::object();
  const auto fields = value.children();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool named = value.labels() != nullptr && !(*value.labels())[i].empty();
    object[named ? (*value.labels())[i] : "_" + std::to_string(i + 1)] = value_to_json(fields[i]);
  }
  return object;
}

json list_json(const Value& value) {
  json list = json::array();
  for (const Value& element : value.children())
    list.push_back(value_to_json(element));
  return list;
}

json text_map_json(const Value& value) {
  json object = json::object();
  for (std::size_t i = 0; i < value.children().size(); ++i)
    object[value.keys()[i]] = value_to_json(value.children()[i]);
  return object;
}

json gen_map_json(const Value& value) {
  json list = json::array();
  const auto flat = value.children();
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2)
    list.push_back(json::array({value_to_json(flat[i]), value_to_json(flat[i + 1])}));
  return list;
}

} // namespace

// Recurses as deep as values of the ledger are nested.
json value_to_json(const Value& value) {
  switch (value.kind()) {
  case Value::Kind::kUnit:
    return json::object();
  case Value::Kind::kBool:
    return value.as_bool();
  case Value::Kind::kInt64:
    return std::to_string(value.as_int64());
  case Value::Kind::kDate:
    return value.as_date().to_text();
  case Value::Kind::kTimestamp:
    return value.as_timestamp().to_text();
  case Value::Kind::kNumeric:
    return value.as_numeric().to_short_text();
  case Value::Kind::kText:
    return value.as_text();
  case Value::Kind::kParty:
    return value.as_party().str();
  case Value::Kind::kContractId:
    return value.as_contract_id().to_text();
  case Value::Kind::kOptional:
    return optional_json(value);
  case Value::Kind::kList:
    return list_json(value);
  case Value::Kind::kTextMap:
    return text_map_json(value);
  case Value::Kind::kGenMap:
    return gen_map_json(value);
  case Value::Kind::kRecord:
    return record_json(value);
  case Value::Kind::kVariant:
    return {{"tag", value.constructor().name.str()},
            {"value", value_to_json(value.children()[0])}};
  case Value::Kind::kEnum:
    return value.constructor().name.str();
  }
  return nullptr;
}

Result<Value> value_from_json(PackageStore& store, const RuntimeType& type, const json& found) {
  TENON_ASSIGN_OR_RETURN(Value value, Reader(store).read(type, found));
  TENON_RETURN_IF_ERROR(check_nesting(value));
  return value;
}

} // namespace tenon::daml::engine
