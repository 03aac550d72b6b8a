#include <algorithm>

#include "interpreter/compare.hpp"
#include "interpreter/conversion.hpp"
#include "interpreter/map.hpp"
#include "values/text.hpp"

namespace tenon::daml::interpreter {

namespace {

using lf::BuiltinType;
using ValueKind = Value::Kind;

constexpr std::uint64_t kBytesPerStep = 32;

// How many arguments the built-in type has when it is a type of values.
std::size_t arity_of(BuiltinType type) {
  switch (type) {
  case BuiltinType::kNumeric:
  case BuiltinType::kContractId:
  case BuiltinType::kOptional:
  case BuiltinType::kList:
  case BuiltinType::kTextMap:
    return 1;
  case BuiltinType::kGenMap:
    return 2;
  default:
    return 0;
  }
}

} // namespace

std::nullopt_t Importer::fail(std::string message) {
  error_ = invalid_argument(std::move(message));
  return std::nullopt;
}

std::nullopt_t Importer::mismatch(const RuntimeType& type, const Value& value) {
  return fail("mismatching type: expected a value of type " + to_text(type) + ", found " +
              std::string(daml::kind_name(value.kind())));
}

std::nullopt_t Importer::missing(const TypeLayout& layout, const std::string& field) {
  return fail("Missing record field \"" + field + "\" of " + layout.type->name.str());
}

std::nullopt_t Importer::within(const std::string& place) {
  if (!error_.ok())
    error_ = error_.with_context(place);
  return std::nullopt;
}

std::optional<Word> Importer::run(const RuntimeType& type, const Value& value) {
  return import(type, value, 0);
}

std::optional<Word> Importer::import(const RuntimeType& type, const Value& value,
                                     std::uint32_t nesting) {
  if (nesting > Value::kMaxNesting) {
    return fail("expected values nested at most " + std::to_string(Value::kMaxNesting) +
                " deep, found more");
  }
  if (!meter_.charge(1))
    return std::nullopt;
  switch (type.form) {
  case RuntimeType::Form::kBuiltin:
    return import_builtin(type, value, nesting);
  case RuntimeType::Form::kConstructor:
    return import_data(type, value, nesting);
  default:
    return mismatch(type, value);
  }
}

std::optional<Word> Importer::import_builtin(const RuntimeType& type, const Value& value,
                                             std::uint32_t nesting) {
  if (type.arguments.size() != arity_of(type.builtin))
    return mismatch(type, value);
  switch (type.builtin) {
  case BuiltinType::kOptional: {
    if (value.kind() != ValueKind::kOptional)
      return mismatch(type, value);
    if (value.children().empty())
      return none_word();
    const auto content = import(*type.arguments[0], value.children()[0], nesting + 1);
    return content ? std::optional(heap_.some(*content)) : within("some");
  }
  case BuiltinType::kList:
    return value.kind() == ValueKind::kList ? import_list(type, value, nesting)
                                            : mismatch(type, value);
  case BuiltinType::kTextMap:
    return value.kind() == ValueKind::kTextMap ? import_text_map(type, value, nesting)
                                               : mismatch(type, value);
  case BuiltinType::kGenMap:
    return value.kind() == ValueKind::kGenMap ? import_gen_map(type, value, nesting)
                                              : mismatch(type, value);
  case BuiltinType::kNumeric:
    return value.kind() == ValueKind::kNumeric ? import_numeric(type, value)
                                               : mismatch(type, value);
  default:
    return import_leaf(type, value);
  }
}

std::optional<Word> Importer::import_numeric(const RuntimeType& type, const Value& value) {
  if (type.arguments[0]->form != RuntimeType::Form::kNat)
    return mismatch(type, value);
  const std::uint8_t scale = type.arguments[0]->nat;
  const Result<Numeric> number = value.as_numeric().cast(scale);
  if (!number.ok()) {
    const std::string what = value.as_numeric().scale() > scale ? "Cannot represent as (Numeric "
                                                                : "Out-of-bounds (Numeric ";
    return fail(what + std::to_string(scale) + "): " + number.status().message());
  }
  return heap_.numeric(number->unscaled(), scale);
}

std::optional<Word> Importer::import_leaf(const RuntimeType& type, const Value& value) {
  const auto copied = [&](Kind kind, std::string_view bytes) -> std::optional<Word> {
    if (!meter_.charge(bytes.size() / kBytesPerStep) || !heap_.reserve(bytes.size()))
      return std::nullopt;
    return heap_.text(kind, bytes);
  };
  switch (value.kind()) {
  case ValueKind::kUnit:
    return type.builtin == BuiltinType::kUnit ? std::optional(unit_word()) : mismatch(type, value);
  case ValueKind::kBool:
    return type.builtin == BuiltinType::kBool ? std::optional(bool_word(value.as_bool()))
                                              : mismatch(type, value);
  case ValueKind::kInt64:
    return type.builtin == BuiltinType::kInt64 ? std::optional(int64_word(value.as_int64()))
                                               : mismatch(type, value);
  case ValueKind::kDate:
    return type.builtin == BuiltinType::kDate
               ? std::optional(make_word(Kind::kDate, value.as_date().days()))
               : mismatch(type, value);
  case ValueKind::kTimestamp:
    return type.builtin == BuiltinType::kTimestamp
               ? std::optional(make_word(Kind::kTimestamp, value.as_timestamp().micros()))
               : mismatch(type, value);
  case ValueKind::kText:
    return type.builtin == BuiltinType::kText ? copied(Kind::kText, value.as_text())
                                              : mismatch(type, value);
  case ValueKind::kParty:
    return type.builtin == BuiltinType::kParty ? copied(Kind::kParty, value.as_party().str())
                                               : mismatch(type, value);
  case ValueKind::kContractId:
    return type.builtin == BuiltinType::kContractId
               ? copied(Kind::kContractId, value.as_contract_id().bytes())
               : mismatch(type, value);
  default:
    return mismatch(type, value);
  }
}

std::optional<Word> Importer::import_list(const RuntimeType& type, const Value& value,
                                          std::uint32_t nesting) {
  const auto elements = value.children();
  const std::size_t bytes = elements.size() * sizeof(ListCell);
  if (elements.empty())
    return list_word(nullptr);
  if (!heap_.reserve(bytes))
    return std::nullopt;
  auto* const cells = static_cast<ListCell*>(heap_.allocate(bytes));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const auto element = import(*type.arguments[0], elements[i], nesting + 1);
    if (!element)
      return within("element " + std::to_string(i));
    cells[i].head = *element;
    cells[i].tail = i + 1 < elements.size() ? cells + i + 1 : nullptr;
  }
  return list_word(cells);
}

std::optional<Word> Importer::import_text_map(const RuntimeType& type, const Value& value,
                                              std::uint32_t nesting) {
  const auto values = value.children();
  std::vector<MapEntry> entries;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& key = value.keys()[i];
    const auto entry = import(*type.arguments[0], values[i], nesting + 1);
    if (!entry)
      return within("key " + quote(key));
    if (!heap_.reserve(key.size() + sizeof(MapNode)))
      return std::nullopt;
    entries.push_back({heap_.text(Kind::kText, key), *entry});
  }
  Comparer comparer(meter_);
  return map_word(Kind::kTextMap, MapEditor(heap_, comparer).build(entries),
                  static_cast<std::uint32_t>(entries.size()));
}

// Entries may come in any order; of two with one key the later counts.
std::optional<Word> Importer::import_gen_map(const RuntimeType& type, const Value& value,
                                             std::uint32_t nesting) {
  const auto children = value.children();
  std::vector<MapEntry> entries;
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    const auto key = import(*type.arguments[0], children[i], nesting + 1);
    if (!key)
      return within("key " + std::to_string(i / 2));
    const auto entry = import(*type.arguments[1], children[i + 1], nesting + 1);
    if (!entry)
      return within("value " + std::to_string(i / 2));
    entries.push_back({*key, *entry});
  }
  Comparer comparer(meter_);
  MapEditor editor(heap_, comparer);
  const auto stopped = [&]() -> std::nullopt_t {
    return comparer.error() ? fail(comparer.error()->message) : std::nullopt;
  };
  bool sorted = true;
  for (std::size_t i = 1; sorted && i < entries.size(); ++i) {
    const auto order = comparer.compare(entries[i - 1].key, entries[i].key);
    if (!order)
      return stopped();
    sorted = *order < 0;
  }
  if (sorted) {
    return map_word(Kind::kGenMap, editor.build(entries),
                    static_cast<std::uint32_t>(entries.size()));
  }
  Word map = map_word(Kind::kGenMap, nullptr, 0);
  for (const MapEntry& entry : entries) {
    const auto next = editor.insert(map, entry.key, entry.value);
    if (!next)
      return stopped();
    map = *next;
  }
  return map;
}

// --- Data types.

bool Importer::check_type_name(const TypeLayout& layout, const TypeName& name) {
  if (name == nullptr || *name == *layout.type)
    return true;
  const bool other_version = versions_ != Versions::kExact &&
                             name->module == layout.type->module &&
                             name->name == layout.type->name;
  if (!other_version)
    fail("expected a value of type " + layout.type->to_text() + ", found " + name->to_text());
  return other_version;
}

std::optional<Word> Importer::import_data(const RuntimeType& type, const Value& value,
                                          std::uint32_t nesting) {
  const Result<const TypeLayout*> layout = store_.layout(type);
  if (!layout.ok())
    return fail(layout.status().message());
  switch ((*layout)->form) {
  case TypeLayout::Form::kRecord:
    return value.kind() == ValueKind::kRecord ? import_record(**layout, value, nesting)
                                              : mismatch(type, value);
  case TypeLayout::Form::kVariant:
    return value.kind() == ValueKind::kVariant ? import_constructor(**layout, value, nesting)
                                               : mismatch(type, value);
  case TypeLayout::Form::kEnum:
    return value.kind() == ValueKind::kEnum ? import_constructor(**layout, value, nesting)
                                            : mismatch(type, value);
  }
  return mismatch(type, value);
}

std::optional<Importer::FieldMatch>
Importer::match_labels(const TypeLayout& layout, const std::vector<std::string>& labels) {
  FieldMatch match;
  match.sources.resize(layout.names.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto field = layout.index.find(labels[i]);
    if (field == layout.index.end()) {
      match.others.push_back(i);
    } else if (match.sources[field->second]) {
      return fail("expected each field of " + layout.type->name.str() + " once, found " +
                  quote(labels[i]) + " twice");
    } else {
      match.sources[field->second] = i;
    }
  }
  if (versions_ == Versions::kByLabel)
    return match;
  // There are as many labels as fields: where one is missing, another is not of the type.
  const auto gap = std::find(match.sources.begin(), match.sources.end(), std::nullopt);
  if (gap == match.sources.end())
    return match;
  return missing(layout, layout.names[static_cast<std::size_t>(gap - match.sources.begin())]);
}

std::optional<Importer::FieldMatch> Importer::match_fields(const TypeLayout& layout,
                                                           const Value& value) {
  const std::size_t expected = layout.names.size();
  const std::size_t found = value.children().size();
  const bool same = expected == found;
  if (!same && versions_ == Versions::kExact) {
    return fail("Expecting " + std::to_string(expected) + (expected == 1 ? " field" : " fields") +
                " for record " + layout.type->name.str() + ", found " + std::to_string(found));
  }
  const Labels& labels = value.labels();
  const bool all_labelled =
      labels != nullptr && std::find(labels->begin(), labels->end(), "") == labels->end();
  if (all_labelled && (same || versions_ == Versions::kByLabel))
    return match_labels(layout, *labels);
  FieldMatch match;
  match.sources.resize(expected);
  for (std::size_t i = 0; i < found; ++i) {
    if (i >= expected) {
      match.others.push_back(i);
      continue;
    }
    if (labels != nullptr && !(*labels)[i].empty() && (*labels)[i] != layout.names[i]) {
      return fail("expected field \"" + layout.names[i] + "\" of " + layout.type->name.str() +
                  ", found " + quote((*labels)[i]));
    }
    match.sources[i] = i;
  }
  return match;
}

std::optional<Word> Importer::import_record(const TypeLayout& layout, const Value& value,
                                            std::uint32_t nesting) {
  if (!check_type_name(layout, value.type()))
    return std::nullopt;
  const auto match = match_fields(layout, value);
  if (!match)
    return std::nullopt;
  const auto children = value.children();
  // Fields that this version of the type does not have.
  for (const std::size_t i : match->others) {
    if (children[i].kind() != ValueKind::kOptional || !children[i].children().empty()) {
      return fail("expected no more than " + std::to_string(layout.names.size()) + " fields of " +
                  layout.type->name.str() + " unless they are none, found field " +
                  std::to_string(i) + " in use");
    }
  }
  const std::size_t count = layout.names.size();
  if (!heap_.reserve(count * sizeof(Word)))
    return std::nullopt;
  Word* const fields = heap_.words(count);
  for (std::size_t i = 0; i < count; ++i) {
    const RuntimeType& type = *layout.types[i];
    if (!match->sources[i]) {
      if (!type.is(BuiltinType::kOptional))
        return missing(layout, layout.names[i]);
      fields[i] = none_word();
      continue;
    }
    const auto field = import(type, children[*match->sources[i]], nesting + 1);
    if (!field)
      return within("field " + layout.names[i]);
    fields[i] = *field;
  }
  return words_word(Kind::kRecord, fields, static_cast<std::uint32_t>(count));
}

std::optional<Word> Importer::import_constructor(const TypeLayout& layout, const Value& value,
                                                 std::uint32_t nesting) {
  const Constructor& constructor = value.constructor();
  if (!check_type_name(layout, constructor.type))
    return std::nullopt;
  const auto rank = layout.index.find(constructor.name.str());
  if (rank == layout.index.end()) {
    return fail("expected a constructor of " + layout.type->name.str() + ", found " +
                quote(constructor.name.str()));
  }
  if (layout.form == TypeLayout::Form::kEnum)
    return enum_word(rank->second);
  const auto argument = import(*layout.types[rank->second], value.children()[0], nesting + 1);
  if (!argument)
    return within("constructor " + constructor.name.str());
  return heap_.variant(rank->second, *argument);
}

} // namespace tenon::daml::interpreter
