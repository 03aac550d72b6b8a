// Parsing of descriptions; values are in values.cpp.
#include "description.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "limits.hpp"

namespace tenon::wasm {

namespace {

using nlohmann::json;

constexpr std::size_t kMaxFunctions = 256;
constexpr std::size_t kMaxFields = 64;
constexpr std::size_t kMaxNameSize = 64;
constexpr int kMaxTypeDepth = 8;

struct NamedKind {
  std::string_view name;
  Type::Kind kind;
};
constexpr std::array<NamedKind, 13> kSimpleTypes = {{
    {"unit", Type::Kind::kUnit},
    {"bool", Type::Kind::kBool},
    {"u8", Type::Kind::kU8},
    {"u16", Type::Kind::kU16},
    {"u32", Type::Kind::kU32},
    {"u64", Type::Kind::kU64},
    {"u128", Type::Kind::kU128},
    {"i32", Type::Kind::kI32},
    {"i64", Type::Kind::kI64},
    {"text", Type::Kind::kText},
    {"bytes", Type::Kind::kBytes},
    {"party", Type::Kind::kParty},
    {"instance", Type::Kind::kInstance},
}};

Status bad(const std::string& what) {
  return invalid_argument("BAD_MODULE: the contract's description: " + what);
}

bool is_name(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= kMaxNameSize &&
         std::all_of(text.begin(), text.end(), fits) && !(text[0] >= '0' && text[0] <= '9');
}

using RecordNames = std::set<std::string, std::less<>>;

Result<Type> parse_type(std::string_view text, const RecordNames& records, int depth) {
  if (depth > kMaxTypeDepth)
    return bad("type nested deeper than 8");
  for (const NamedKind& simple : kSimpleTypes) {
    if (simple.name == text)
      return Type{simple.kind, nullptr, {}};
  }
  for (const auto& [prefix, kind] :
       {NamedKind{"list<", Type::Kind::kList}, NamedKind{"option<", Type::Kind::kOption}}) {
    if (text.starts_with(prefix) && text.ends_with('>')) {
      const auto inner = text.substr(prefix.size(), text.size() - prefix.size() - 1);
      TENON_ASSIGN_OR_RETURN(Type element, parse_type(inner, records, depth + 1));
      if (element.kind == Type::Kind::kUnit)
        return bad("a list or option of unit");
      return Type{kind, std::make_shared<const Type>(std::move(element)), {}};
    }
  }
  if (records.contains(text))
    return Type{Type::Kind::kRecord, nullptr, std::string(text)};
  return bad("unknown type \"" + std::string(text.substr(0, kMaxNameSize)) + "\"");
}

Result<std::string> text_member(const json& object, const char* member, const std::string& where) {
  if (!object.is_object() || !object.contains(member) || !object[member].is_string()) {
    return bad(where + ": expected a string \"" + member + "\"");
  }
  return object[member].get<std::string>();
}

Result<std::string> name_member(const json& object, const std::string& where) {
  TENON_ASSIGN_OR_RETURN(std::string name, text_member(object, "name", where));
  if (!is_name(name))
    return bad(where + ": \"" + name + "\" is not a name");
  return name;
}

// The array under `member`, or an empty one.
Result<json> list_member(const json& object, const char* member, std::size_t most) {
  if (!object.contains(member))
    return json::array();
  const json& list = object[member];
  if (!list.is_array() || list.size() > most) {
    return bad(std::string("\"") + member + "\": expected an array of at most " +
               std::to_string(most));
  }
  return list;
}

Result<Fields> parse_fields(const json& list, const RecordNames& records,
                            const std::string& where) {
  if (!list.is_array() || list.size() > kMaxFields) {
    return bad(where + ": expected an array of at most 64 fields");
  }
  Fields fields;
  std::set<std::string> names;
  for (const json& item : list) {
    TENON_ASSIGN_OR_RETURN(std::string name, name_member(item, where));
    TENON_ASSIGN_OR_RETURN(const std::string type, text_member(item, "type", where + "." + name));
    TENON_ASSIGN_OR_RETURN(Type parsed, parse_type(type, records, 0));
    if (parsed.kind == Type::Kind::kUnit)
      return bad(where + "." + name + ": a field of type unit");
    if (!names.insert(name).second)
      return bad(where + ": \"" + name + "\" stands twice");
    fields.push_back({std::move(name), std::move(parsed)});
  }
  return fields;
}

Result<Function> parse_function(const json& item, std::string name, const RecordNames& records) {
  Function function{std::move(name), {}, {}};
  if (!item.is_object())
    return bad(function.name + ": expected an object");
  if (item.contains("arguments")) {
    TENON_ASSIGN_OR_RETURN(function.arguments,
                           parse_fields(item["arguments"], records, function.name));
  }
  if (item.contains("result")) {
    TENON_ASSIGN_OR_RETURN(const std::string type, text_member(item, "result", function.name));
    TENON_ASSIGN_OR_RETURN(function.result, parse_type(type, records, 0));
  }
  return function;
}

Result<std::vector<Function>> parse_functions(const json& root, const char* member,
                                              const RecordNames& records) {
  TENON_ASSIGN_OR_RETURN(const json list, list_member(root, member, kMaxFunctions));
  std::vector<Function> functions;
  for (const json& item : list) {
    TENON_ASSIGN_OR_RETURN(std::string name, name_member(item, member));
    const auto same = [&](const Function& other) { return other.name == name; };
    if (std::any_of(functions.begin(), functions.end(), same)) {
      return bad(std::string(member) + ": \"" + name + "\" stands twice");
    }
    TENON_ASSIGN_OR_RETURN(Function function, parse_function(item, std::move(name), records));
    functions.push_back(std::move(function));
  }
  return functions;
}

std::optional<std::uint32_t> find(const std::vector<Function>& functions, std::string_view name) {
  for (std::size_t i = 0; i < functions.size(); ++i) {
    if (functions[i].name == name)
      return static_cast<std::uint32_t>(i);
  }
  return std::nullopt;
}

} // namespace

Result<Description> Description::parse(std::string_view text) {
  if (text.size() > kMaxDescriptionSize)
    return bad("expected at most " + std::to_string(kMaxDescriptionSize) + " bytes");
  Description result;
  bool too_deep = false;
  const auto watch_depth = [&too_deep](int depth, json::parse_event_t, json&) {
    too_deep = too_deep || depth > kMaxDescriptionDepth;
    return !too_deep; // what is too deep is not kept: copying and freeing it would recurse
  };
  result.document_ = json::parse(text, watch_depth, false);
  if (too_deep)
    return bad("nested deeper than " + std::to_string(kMaxDescriptionDepth));
  const json& root = result.document_;
  if (!root.is_object())
    return bad("expected a JSON object");
  TENON_RETURN_IF_ERROR(text_member(root, "name", "contract").status());
  RecordNames names;
  TENON_ASSIGN_OR_RETURN(const json records, list_member(root, "records", kMaxFunctions));
  for (const json& item : records) {
    TENON_ASSIGN_OR_RETURN(std::string name, name_member(item, "records"));
    names.insert(std::move(name));
  }
  for (const json& item : records) {
    const std::string name = item["name"].get<std::string>();
    TENON_ASSIGN_OR_RETURN(result.records_[name],
                           parse_fields(item.value("fields", json::array()), names, name));
  }
  TENON_ASSIGN_OR_RETURN(result.init_,
                         parse_function(root.value("init", json::object()), "init", names));
  if (root.contains("migrate")) {
    TENON_ASSIGN_OR_RETURN(result.migrate_, parse_function(root["migrate"], "migrate", names));
  }
  TENON_ASSIGN_OR_RETURN(result.execute_, parse_functions(root, "execute", names));
  TENON_ASSIGN_OR_RETURN(result.query_, parse_functions(root, "query", names));
  TENON_ASSIGN_OR_RETURN(const json events, list_member(root, "events", kMaxFunctions));
  for (const json& item : events) {
    TENON_ASSIGN_OR_RETURN(std::string name, name_member(item, "events"));
    TENON_ASSIGN_OR_RETURN(Fields fields,
                           parse_fields(item.value("fields", json::array()), names, name));
    result.events_.push_back({std::move(name), std::move(fields)});
  }
  return result;
}

std::optional<std::uint32_t> Description::find_execute(std::string_view name) const {
  return find(execute_, name);
}

std::optional<std::uint32_t> Description::find_query(std::string_view name) const {
  return find(query_, name);
}

std::string Description::function_names(bool queries) const {
  std::string names;
  for (const Function& function : queries ? query_ : execute_) {
    names.append(names.empty() ? "" : ", ").append(function.name);
  }
  return names;
}

} // namespace tenon::wasm
