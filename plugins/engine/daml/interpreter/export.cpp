#include "interpreter/conversion.hpp"
#include "interpreter/map.hpp"

namespace tenon::daml::interpreter {

namespace {

using lf::BuiltinType;

constexpr std::uint64_t kBytesPerStep = 32;
constexpr std::uint64_t kBytesPerValue = 64; // about

} // namespace

std::nullopt_t Exporter::fail(ErrorKind kind, std::string message) {
  error_.emplace();
  error_->kind = kind;
  error_->message = std::move(message);
  return std::nullopt;
}

std::nullopt_t Exporter::mismatch(const RuntimeType& type, const Word& word) {
  return fail(ErrorKind::kIllFormedProgram, "expected a value of type " + to_text(type) +
                                                ", found " + std::string(kind_name(word.kind)));
}

bool Exporter::charge(const Word& word) {
  const bool has_bytes = word.kind >= Kind::kText && word.kind <= Kind::kContractId;
  const std::uint64_t bytes = has_bytes ? word.size : 0;
  return (meter_ == nullptr || meter_->charge(1 + bytes / kBytesPerStep)) &&
         (heap_ == nullptr || heap_->account(kBytesPerValue + bytes));
}

std::optional<Value> Exporter::run(const RuntimeType& type, const Word& word) {
  return export_word(type, word, 0);
}

std::optional<Value> Exporter::export_word(const RuntimeType& type, const Word& word,
                                           std::uint32_t nesting) {
  if (nesting > Value::kMaxNesting) {
    return fail(ErrorKind::kValueNesting, "a value is nested deeper than " +
                                              std::to_string(Value::kMaxNesting));
  }
  if (!charge(word))
    return std::nullopt;
  switch (type.form) {
  case RuntimeType::Form::kBuiltin:
    return export_builtin(type, word, nesting);
  case RuntimeType::Form::kConstructor:
    return export_data(type, word, nesting);
  default:
    return mismatch(type, word);
  }
}

std::optional<Value> Exporter::export_builtin(const RuntimeType& type, const Word& word,
                                              std::uint32_t nesting) {
  switch (type.builtin) {
  case BuiltinType::kOptional: {
    if (word.kind != Kind::kOptional || type.arguments.size() != 1)
      return mismatch(type, word);
    if (word.words == nullptr)
      return Value::none();
    auto content = export_word(*type.arguments[0], *word.words, nesting + 1);
    return content ? std::optional(Value::some(std::move(*content))) : std::nullopt;
  }
  case BuiltinType::kList: {
    if (word.kind != Kind::kList || type.arguments.size() != 1)
      return mismatch(type, word);
    std::vector<Value> elements;
    for (const ListCell* cell = word.cells; cell != nullptr; cell = cell->tail) {
      auto element = export_word(*type.arguments[0], cell->head, nesting + 1);
      if (!element)
        return std::nullopt;
      elements.push_back(std::move(*element));
    }
    return Value::list(std::move(elements));
  }
  case BuiltinType::kTextMap:
  case BuiltinType::kGenMap:
    return export_map(type, word, nesting);
  default:
    return export_leaf(type, word);
  }
}

std::optional<Value> Exporter::export_leaf(const RuntimeType& type, const Word& word) {
  const auto is = [&](Kind kind, BuiltinType builtin) {
    return word.kind == kind && type.builtin == builtin;
  };
  if (is(Kind::kUnit, BuiltinType::kUnit))
    return Value();
  if (is(Kind::kBool, BuiltinType::kBool))
    return Value::boolean(word.truth());
  if (is(Kind::kInt64, BuiltinType::kInt64))
    return Value::int64(word.integer);
  if (is(Kind::kText, BuiltinType::kText))
    return Value::text(std::string(word.text()));
  if (is(Kind::kDate, BuiltinType::kDate)) {
    const auto date = Date::from_days(word.integer);
    return date.ok() ? std::optional(Value::date(*date)) : mismatch(type, word);
  }
  if (is(Kind::kTimestamp, BuiltinType::kTimestamp)) {
    const auto time = Timestamp::from_micros(word.integer);
    return time.ok() ? std::optional(Value::timestamp(*time)) : mismatch(type, word);
  }
  if (is(Kind::kNumeric, BuiltinType::kNumeric)) {
    const auto number = Numeric::make(unscaled_of(word), word.scale);
    const bool fits = type.arguments.size() == 1 && type.arguments[0]->nat == word.scale;
    return number.ok() && fits ? std::optional(Value::numeric(*number)) : mismatch(type, word);
  }
  if (is(Kind::kParty, BuiltinType::kParty)) {
    auto party = Party::parse(word.text());
    return party.ok() ? std::optional(Value::party(std::move(*party))) : mismatch(type, word);
  }
  if (is(Kind::kContractId, BuiltinType::kContractId)) {
    auto id = ContractId::from_bytes(word.text());
    return id.ok() ? std::optional(Value::contract_id(std::move(*id))) : mismatch(type, word);
  }
  return mismatch(type, word);
}

std::optional<Value> Exporter::export_map(const RuntimeType& type, const Word& word,
                                          std::uint32_t nesting) {
  const bool text = type.builtin == BuiltinType::kTextMap;
  if (word.kind != (text ? Kind::kTextMap : Kind::kGenMap) ||
      type.arguments.size() != (text ? 1 : 2))
    return mismatch(type, word);
  std::vector<Value::TextMapEntry> text_entries;
  std::vector<Value::GenMapEntry> entries;
  MapIterator nodes(word.map);
  while (const MapNode* node = nodes.next()) {
    auto value = export_word(*type.arguments.back(), node->value, nesting + 1);
    if (!value)
      return std::nullopt;
    if (text) {
      if (node->key.kind != Kind::kText)
        return mismatch(type, node->key);
      text_entries.push_back({std::string(node->key.text()), std::move(*value)});
      continue;
    }
    auto key = export_word(*type.arguments[0], node->key, nesting + 1);
    if (!key)
      return std::nullopt;
    entries.push_back({std::move(*key), std::move(*value)});
  }
  if (!text)
    return Value::gen_map(std::move(entries));
  auto map = Value::text_map(std::move(text_entries));
  return map.ok() ? std::optional(std::move(*map)) : mismatch(type, word);
}

std::optional<Value> Exporter::export_data(const RuntimeType& type, const Word& word,
                                           std::uint32_t nesting) {
  const Result<const TypeLayout*> found = store_.layout(type);
  if (!found.ok())
    return fail(ErrorKind::kIllFormedProgram, found.status().message());
  const TypeLayout& layout = **found;
  const TypeName name = with_names_ ? layout.type : nullptr;
  if (layout.form == TypeLayout::Form::kRecord) {
    if (word.kind != Kind::kRecord || word.size != layout.types.size())
      return mismatch(type, word);
    std::vector<Value> fields;
    fields.reserve(word.size);
    for (std::size_t i = 0; i < word.size; ++i) {
      auto field = export_word(*layout.types[i], word.words[i], nesting + 1);
      if (!field)
        return std::nullopt;
      fields.push_back(std::move(*field));
    }
    return Value::record(name, with_names_ ? layout.labels : nullptr, std::move(fields));
  }
  const bool is_enum = layout.form == TypeLayout::Form::kEnum;
  if (word.kind != (is_enum ? Kind::kEnum : Kind::kVariant) ||
      word.size >= layout.constructors.size())
    return mismatch(type, word);
  Constructor constructor{name, layout.constructors[word.size], word.size};
  if (is_enum)
    return Value::enumeration(std::move(constructor));
  auto argument = export_word(*layout.types[word.size], *word.words, nesting + 1);
  if (!argument)
    return std::nullopt;
  return Value::variant(std::move(constructor), std::move(*argument));
}

Result<Value> export_for_message(PackageStore& store, const RuntimeType& type, const Word& word) {
  Exporter exporter(store, nullptr, nullptr, true);
  auto value = exporter.run(type, word);
  if (!value)
    return invalid_argument(exporter.error()->message);
  return std::move(*value);
}

} // namespace tenon::daml::interpreter
