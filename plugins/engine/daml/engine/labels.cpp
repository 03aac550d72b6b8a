#include "engine/labels.hpp"

#include "interpreter/layout.hpp"
#include "values/value_codec.hpp"

namespace tenon::daml::engine {

namespace {

using interpreter::PackageStore;
using interpreter::RuntimeType;
using interpreter::TypeLayout;

Status misfit(const RuntimeType& type, const Value& value) {
  return invalid_argument("expected a value of type " + interpreter::to_text(type) +
                          ", found a " + std::string(kind_name(value.kind())));
}

// Recurses as deep as values of the ledger are nested, which is at most Value::kMaxNesting.
class Labeller {
public:
  explicit Labeller(PackageStore& store) : store_(store) {}

  Result<Value> run(const RuntimeType& type, const Value& value) {
    if (type.form == RuntimeType::Form::kConstructor)
      return data(type, value);
    if (type.arguments.empty() || value.children().empty())
      return value;
    switch (value.kind()) {
    case Value::Kind::kOptional: {
      TENON_ASSIGN_OR_RETURN(Value inner, run(*type.arguments[0], value.children()[0]));
      return Value::some(std::move(inner));
    }
    case Value::Kind::kList: {
      TENON_ASSIGN_OR_RETURN(auto elements, children(*type.arguments[0], value));
      return Value::list(std::move(elements));
    }
    case Value::Kind::kTextMap:
      return text_map(type, value);
    case Value::Kind::kGenMap:
      return gen_map(type, value);
    default:
      return value; // contract ids tell nothing of their template
    }
  }

private:
  Result<std::vector<Value>> children(const RuntimeType& type, const Value& value) {
    std::vector<Value> result;
    result.reserve(value.children().size());
    for (const Value& child : value.children()) {
      TENON_ASSIGN_OR_RETURN(Value named, run(type, child));
      result.push_back(std::move(named));
    }
    return result;
  }

  Result<Value> text_map(const RuntimeType& type, const Value& value) {
    TENON_ASSIGN_OR_RETURN(auto values, children(*type.arguments[0], value));
    std::vector<Value::TextMapEntry> entries;
    entries.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
      entries.push_back({value.keys()[i], std::move(values[i])});
    return Value::text_map(std::move(entries));
  }

  Result<Value> gen_map(const RuntimeType& type, const Value& value) {
    if (type.arguments.size() != 2)
      return misfit(type, value);
    const auto flat = value.children();
    std::vector<Value::GenMapEntry> entries;
    entries.reserve(flat.size() / 2);
    for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
      TENON_ASSIGN_OR_RETURN(Value key, run(*type.arguments[0], flat[i]));
      TENON_ASSIGN_OR_RETURN(Value mapped, run(*type.arguments[1], flat[i + 1]));
      entries.push_back({std::move(key), std::move(mapped)});
    }
    return Value::gen_map(std::move(entries));
  }

  Result<Value> data(const RuntimeType& type, const Value& value) {
    TENON_ASSIGN_OR_RETURN(const TypeLayout* const layout, store_.layout(type));
    if (layout->form == TypeLayout::Form::kRecord)
      return record(type, *layout, value);
    if (value.kind() != Value::Kind::kVariant && value.kind() != Value::Kind::kEnum)
      return misfit(type, value);
    const auto place = layout->index.find(value.constructor().name.str());
    if (place == layout->index.end())
      return misfit(type, value);
    Constructor constructor{layout->type, layout->constructors[place->second], place->second};
    if (layout->form == TypeLayout::Form::kEnum)
      return Value::enumeration(std::move(constructor));
    if (value.children().empty())
      return misfit(type, value);
    TENON_ASSIGN_OR_RETURN(Value inner,
                           run(*layout->types[place->second], value.children()[0]));
    return Value::variant(std::move(constructor), std::move(inner));
  }

  Result<Value> record(const RuntimeType& type, const TypeLayout& layout, const Value& value) {
    if (value.kind() != Value::Kind::kRecord || value.children().size() > layout.types.size())
      return misfit(type, value);
    std::vector<Value> fields;
    fields.reserve(layout.types.size());
    for (std::size_t i = 0; i < value.children().size(); ++i) {
      TENON_ASSIGN_OR_RETURN(Value named, run(*layout.types[i], value.children()[i]));
      fields.push_back(std::move(named));
    }
    // Fields at the end that an upgrade added are none in contracts that are older.
    fields.resize(layout.types.size(), Value::none());
    return Value::record(layout.type, layout.labels, std::move(fields));
  }

  PackageStore& store_;
};

} // namespace

Result<Value> add_names(PackageStore& store, const RuntimeType& type, const Value& value) {
  TENON_RETURN_IF_ERROR(check_nesting(value));
  return Labeller(store).run(type, value);
}

Result<Bytes> encode_named(PackageStore& store, const RuntimeType& type, const Value& value) {
  TENON_ASSIGN_OR_RETURN(const Value named, add_names(store, type, value));
  return encode_value(named, kNamedVersion);
}

} // namespace tenon::daml::engine
