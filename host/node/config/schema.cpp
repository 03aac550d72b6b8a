#include "node/config/schema.hpp"

#include <algorithm>
#include <set>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "tenon/core/nearest_word.hpp"

namespace tenon::host::config {

namespace {

using Json = nlohmann::json;
using Pointer = Json::json_pointer;

// A word of the validator's path: "<root>" or ["name"] or [3].
Pointer pointer_of(const std::vector<std::string>& context) {
  Pointer pointer;
  for (const std::string& word : context) {
    if (word == "<root>" || word.size() < 2)
      continue;
    std::string inner = word.substr(1, word.size() - 2);
    if (inner.size() >= 2 && inner.front() == '"' && inner.back() == '"')
      inner = inner.substr(1, inner.size() - 2);
    pointer.push_back(inner);
  }
  return pointer;
}

bool is_prefix(const Pointer& outer, const Pointer& inner) {
  const std::string a = outer.to_string();
  const std::string b = inner.to_string();
  return b.size() > a.size() && b.compare(0, a.size(), a) == 0 && b[a.size()] == '/';
}

// The validator tells every enclosing failure too; only the innermost says something.
bool tells_of_children(const std::string& description) {
  return description.find("Failed to validate") == 0;
}

const Json* dereferenced(const Json& root, const Json* schema) {
  for (int hops = 0; schema != nullptr && schema->is_object() && hops < 16; ++hops) {
    const auto reference = schema->find("$ref");
    if (reference == schema->end() || !reference->is_string())
      return schema;
    const std::string text = reference->get<std::string>();
    if (text.rfind("#/", 0) != 0)
      return nullptr;
    const Pointer pointer(text.substr(1));
    schema = root.contains(pointer) ? &root[pointer] : nullptr;
  }
  return schema;
}

// The part of the schema that speaks about the value under `pointer`, where it can be found by
// following properties and items.
const Json* subschema(const Json& root, const Pointer& pointer) {
  std::vector<std::string> words;
  for (Pointer rest = pointer; !rest.empty(); rest.pop_back())
    words.insert(words.begin(), rest.back());
  const Json* schema = dereferenced(root, &root);
  for (const std::string& word : words) {
    if (schema == nullptr || !schema->is_object())
      return nullptr;
    const Json* next = nullptr;
    if (schema->contains("properties") && (*schema)["properties"].contains(word))
      next = &(*schema)["properties"][word];
    else if (schema->contains("items") && (*schema)["items"].is_object())
      next = &(*schema)["items"];
    else if (schema->contains("additionalProperties") &&
             (*schema)["additionalProperties"].is_object())
      next = &(*schema)["additionalProperties"];
    schema = dereferenced(root, next);
  }
  return schema;
}

std::vector<std::string> known_keys(const Json& schema) {
  std::vector<std::string> keys;
  if (schema.contains("properties")) {
    for (const auto& [key, value] : schema["properties"].items())
      keys.push_back(key);
  }
  return keys;
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  return std::string(nearest_word(word, std::vector<std::string_view>(candidates.begin(),
                                                                      candidates.end())));
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : ", ") + word;
  return text;
}

// What a value of this schema looks like, from the keywords that bound it.
std::string expectation(const Json& schema) {
  std::string text;
  if (schema.contains("enum")) {
    std::vector<std::string> values;
    for (const Json& value : schema["enum"])
      values.push_back(readable_value(value));
    return "one of " + joined(values);
  }
  if (schema.contains("const"))
    return readable_value(schema["const"]);
  if (schema.contains("type"))
    text = schema["type"].is_string() ? schema["type"].get<std::string>() : schema["type"].dump();
  const auto bound = [&](const char* keyword, const char* words) {
    if (schema.contains(keyword))
      text += (text.empty() ? "" : " ") + std::string(words) + schema[keyword].dump();
  };
  bound("minimum", "from ");
  bound("maximum", "up to ");
  bound("minLength", "of at least length ");
  bound("maxLength", "of at most length ");
  bound("minItems", "of at least items ");
  bound("maxItems", "of at most items ");
  if (schema.contains("pattern") && schema["pattern"].is_string())
    text +=
        (text.empty() ? "" : " ") + std::string("matching ") + schema["pattern"].get<std::string>();
  return text;
}

} // namespace

struct Schema::Compiled {
  Json source;
  valijson::Schema schema;
};

Schema::Schema(std::unique_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema::~Schema() = default;

Result<Schema> Schema::compile(const Json& schema) {
  auto compiled = std::make_unique<Compiled>();
  compiled->source = schema;
  try {
    valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(compiled->source),
                          compiled->schema);
  } catch (const std::exception& error) {
    return invalid_argument(std::string("this is no JSON Schema: ") + error.what());
  }
  return Schema(std::move(compiled));
}

namespace {

// Mistakes in the form of the validator's keyword.
class Teller {
public:
  Teller(const Json& schema, const Json& value, const Document& document, const Pointer& base,
         ConfigErrors& errors)
      : schema_(schema), value_(value), document_(document), base_(base), errors_(errors) {}

  void tell(const Pointer& place, const std::string& description) {
    const Json* const schema = subschema(schema_, place);
    const Json& value = value_[place];
    if (description.find("Missing required property") == 0 && schema != nullptr)
      return tell_missing(place, *schema, value);
    if (description.find("Object contains a property") == 0 && schema != nullptr)
      return tell_unknown(place, *schema, value);
    add(place, schema == nullptr || expectation(*schema).empty() ? description : what(description),
        schema == nullptr ? "" : expectation(*schema), readable_value(value),
        suggestion(schema, value));
  }

private:
  static std::string what(const std::string& description) {
    if (description.find("type") != std::string::npos)
      return "the value has the wrong type";
    if (description.find("enum") != std::string::npos)
      return "the value is not one of the known ones";
    if (description.find("pattern") != std::string::npos)
      return "the text has the wrong form";
    return "the value is out of bounds";
  }

  static std::string suggestion(const Json* schema, const Json& value) {
    if (schema == nullptr || !schema->contains("enum") || !value.is_string())
      return {};
    std::vector<std::string> words;
    for (const Json& candidate : (*schema)["enum"]) {
      if (candidate.is_string())
        words.push_back(candidate.get<std::string>());
    }
    return nearest(value.get<std::string>(), words);
  }

  void tell_missing(const Pointer& place, const Json& schema, const Json& value) {
    for (const Json& key : schema.value("required", Json::array())) {
      if (key.is_string() && !value.contains(key.get<std::string>())) {
        const Json* const inner = subschema(schema_, place / key.get<std::string>());
        add(place, "\"" + key.get<std::string>() + "\" is missing",
            inner == nullptr ? "" : expectation(*inner), "nothing", {});
      }
    }
  }

  void tell_unknown(const Pointer& place, const Json& schema, const Json& value) {
    const std::vector<std::string> known = known_keys(schema);
    for (const auto& [key, member] : value.items()) {
      if (std::find(known.begin(), known.end(), key) == known.end())
        add(place / key, "the key is unknown here", "one of " + joined(known), "\"" + key + "\"",
            nearest(key, known));
    }
  }

  void add(const Pointer& place, std::string what, std::string expected, std::string found,
           std::string suggestion) {
    if (!told_.insert(place.to_string() + "\n" + what).second)
      return;
    ConfigError error =
        document_.error(base_ / place, std::move(what), std::move(expected), std::move(found));
    error.suggestion = std::move(suggestion);
    errors_.push_back(std::move(error));
  }

  const Json& schema_;
  const Json& value_;
  const Document& document_;
  const Pointer& base_;
  ConfigErrors& errors_;
  std::set<std::string> told_;
};

} // namespace

ConfigErrors Schema::check(const Json& value, const Document& document, const Pointer& base) const {
  ConfigErrors errors;
  valijson::ValidationResults results;
  try {
    valijson::Validator validator;
    if (validator.validate(compiled_->schema, valijson::adapters::NlohmannJsonAdapter(value),
                           &results))
      return errors;
  } catch (const std::exception& error) {
    errors.push_back(
        document.error(base, std::string("the schema cannot be applied: ") + error.what(), "", ""));
    return errors;
  }
  Teller teller(compiled_->source, value, document, base, errors);
  std::vector<std::pair<Pointer, std::string>> failures;
  for (const auto& result : results) {
    const Pointer place = pointer_of(result.context);
    if (value.contains(place))
      failures.emplace_back(place, result.description);
  }
  for (const auto& failure : failures) {
    const Pointer& place = failure.first;
    const bool enclosing = tells_of_children(failure.second) &&
                           std::any_of(failures.begin(), failures.end(), [&](const auto& other) {
                             return is_prefix(place, other.first) ||
                                    (place == other.first && !tells_of_children(other.second));
                           });
    if (!enclosing)
      teller.tell(place, failure.second);
  }
  if (errors.empty())
    errors.push_back(document.error(base, "the section does not match its schema", "", ""));
  return errors;
}

} // namespace tenon::host::config
