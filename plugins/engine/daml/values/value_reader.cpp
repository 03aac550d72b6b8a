#include "values/text.hpp"
#include "values/value_messages.hpp"

namespace tenon::daml {

namespace {

template <typename Segments> Result<DottedName> read_dotted_name(const Segments& segments) {
  std::vector<std::string_view> views(segments.begin(), segments.end());
  return DottedName::from_segments(views);
}

// Recurses over messages; stops at Value::kMaxNesting.
class Reader {
public:
  Reader(TransactionVersion version, Numerics numerics)
      : version_(version), numerics_(numerics) {}

  Result<Value> read(const v1::Value& message) {
    // Steps and values are not one: every parent enters once, with "fields", "elements" …
    if (path_.size() > Value::kMaxNesting) {
      return fail(invalid_argument("nested deeper than " + std::to_string(Value::kMaxNesting)));
    }
    auto value = read_content(message);
    return value.ok() || placed_ ? std::move(value) : Result<Value>(fail(value.status()));
  }

private:
  // Where the reader stands, seen from the value around it.
  struct Step {
    std::string_view member;
    int index; // -1 where the member is no list
    std::string_view part;
  };

  // Tells the place, once: at the innermost value.
  Status fail(const Status& status) {
    placed_ = true;
    std::string place = "value";
    for (const Step& step : path_) {
      place.append(".").append(step.member);
      if (step.index >= 0)
        place += "[" + std::to_string(step.index) + "]";
      place.append(step.part);
    }
    return status.with_context(place);
  }

  Result<Value> read_child(Step step, bool present, const v1::Value& message) {
    path_.push_back(step);
    if (!present)
      return fail(invalid_argument("missing"));
    auto value = read(message);
    if (value.ok())
      path_.pop_back();
    return value;
  }

  Result<Value> read_content(const v1::Value& message) {
    switch (message.content_case()) {
    case v1::Value::kRecord:
      return read_record(message.record());
    case v1::Value::kVariant:
      return read_variant(message.variant());
    case v1::Value::kEnumeration:
      return read_enumeration(message.enumeration());
    case v1::Value::kList:
      return read_list(message.list());
    case v1::Value::kOptional:
      return read_optional(message.optional());
    case v1::Value::kTextMap:
      return read_text_map(message.text_map());
    case v1::Value::kGenMap:
      return read_gen_map(message.gen_map());
    case v1::Value::CONTENT_NOT_SET:
      return invalid_argument("no content");
    default:
      return read_leaf(message);
    }
  }

  [[nodiscard]] Result<Value> read_leaf(const v1::Value& message) const {
    switch (message.content_case()) {
    case v1::Value::kInt64:
      return Value::int64(message.int64());
    case v1::Value::kBoolean:
      return Value::boolean(message.boolean());
    case v1::Value::kDate: {
      TENON_ASSIGN_OR_RETURN(const Date date, Date::from_days(message.date()));
      return Value::date(date);
    }
    case v1::Value::kTimestamp: {
      TENON_ASSIGN_OR_RETURN(const Timestamp time, Timestamp::from_micros(message.timestamp()));
      return Value::timestamp(time);
    }
    case v1::Value::kNumeric: {
      TENON_ASSIGN_OR_RETURN(const Numeric numeric,
                             numerics_ == Numerics::kClient
                                 ? Numeric::parse_least_scale(message.numeric())
                                 : Numeric::parse(message.numeric()));
      return Value::numeric(numeric);
    }
    case v1::Value::kText:
      TENON_RETURN_IF_ERROR(check_utf8(message.text(), "text"));
      return Value::text(message.text());
    case v1::Value::kParty: {
      TENON_ASSIGN_OR_RETURN(Party party, Party::parse(message.party()));
      return Value::party(std::move(party));
    }
    case v1::Value::kContract: {
      TENON_ASSIGN_OR_RETURN(ContractId id, read_contract_id(message.contract()));
      return Value::contract_id(std::move(id));
    }
    default:
      return Value();
    }
  }

  // nullptr when the message has none.
  template <typename Message> Result<TypeName> read_type(const Message& message) const {
    if (!message.has_type())
      return TypeName();
    if (erases_types(version_)) {
      return invalid_argument("a type name, which values of transaction version " +
                              to_string(version_) + " do not have");
    }
    TENON_ASSIGN_OR_RETURN(Identifier type, read_identifier(message.type()));
    return TypeName(std::make_shared<const Identifier>(std::move(type)));
  }

  template <typename Message> Result<Constructor> read_constructor(const Message& message) const {
    TENON_ASSIGN_OR_RETURN(TypeName type, read_type(message));
    auto name = Name::parse(message.constructor_name());
    if (!name.ok())
      return name.status().with_context("constructor");
    return Constructor{std::move(type), *std::move(name)};
  }

  Status check_label(const std::string& label) const {
    if (!erases_types(version_))
      return check_name(kNameSyntax, label).with_context("label");
    return invalid_argument("the label " + quote(label) +
                            ", which values of transaction version " + to_string(version_) +
                            " do not have");
  }

  Result<Value> read_record(const v1::Record& message) {
    TENON_ASSIGN_OR_RETURN(TypeName type, read_type(message));
    std::vector<Value> fields;
    std::vector<std::string> labels;
    bool labelled = false;
    for (int i = 0; i < message.fields_size(); ++i) {
      const v1::Field& field = message.fields(i);
      if (!field.label().empty())
        TENON_RETURN_IF_ERROR(check_label(field.label()));
      labelled = labelled || !field.label().empty();
      labels.push_back(field.label());
      TENON_ASSIGN_OR_RETURN(Value value, read_child({"fields", i, ".value"}, field.has_value(),
                                                     field.value()));
      fields.push_back(std::move(value));
    }
    Labels shared;
    if (labelled)
      shared = std::make_shared<const std::vector<std::string>>(std::move(labels));
    return Value::record(std::move(type), std::move(shared), std::move(fields));
  }

  Result<Value> read_variant(const v1::Variant& message) {
    TENON_ASSIGN_OR_RETURN(Constructor constructor, read_constructor(message));
    TENON_ASSIGN_OR_RETURN(
        Value value, read_child({"variant", -1, ".value"}, message.has_value(), message.value()));
    return Value::variant(std::move(constructor), std::move(value));
  }

  [[nodiscard]] Result<Value> read_enumeration(const v1::Enumeration& message) const {
    TENON_ASSIGN_OR_RETURN(Constructor constructor, read_constructor(message));
    return Value::enumeration(std::move(constructor));
  }

  Result<Value> read_list(const v1::List& message) {
    std::vector<Value> elements;
    for (int i = 0; i < message.elements_size(); ++i) {
      TENON_ASSIGN_OR_RETURN(Value element,
                             read_child({"elements", i, ""}, true, message.elements(i)));
      elements.push_back(std::move(element));
    }
    return Value::list(std::move(elements));
  }

  Result<Value> read_optional(const v1::Optional& message) {
    if (!message.has_value())
      return Value::none();
    TENON_ASSIGN_OR_RETURN(Value value,
                           read_child({"optional", -1, ".value"}, true, message.value()));
    return Value::some(std::move(value));
  }

  Result<Value> read_text_map(const v1::TextMap& message) {
    std::vector<Value::TextMapEntry> entries;
    for (int i = 0; i < message.entries_size(); ++i) {
      const v1::TextMapEntry& entry = message.entries(i);
      TENON_RETURN_IF_ERROR(check_utf8(entry.key(), "key " + std::to_string(i)));
      TENON_ASSIGN_OR_RETURN(Value value, read_child({"entries", i, ".value"}, entry.has_value(),
                                                     entry.value()));
      entries.push_back({entry.key(), std::move(value)});
    }
    return Value::text_map(std::move(entries));
  }

  Result<Value> read_gen_map(const v1::GenMap& message) {
    if (!has_gen_map(version_)) {
      return invalid_argument("a generic map, which values of transaction version " +
                              to_string(version_) + " do not have");
    }
    std::vector<Value::GenMapEntry> entries;
    for (int i = 0; i < message.entries_size(); ++i) {
      const v1::GenMapEntry& entry = message.entries(i);
      TENON_ASSIGN_OR_RETURN(Value key,
                             read_child({"entries", i, ".key"}, entry.has_key(), entry.key()));
      TENON_ASSIGN_OR_RETURN(Value value, read_child({"entries", i, ".value"}, entry.has_value(),
                                                     entry.value()));
      entries.push_back({std::move(key), std::move(value)});
    }
    return Value::gen_map(std::move(entries));
  }

  TransactionVersion version_;
  Numerics numerics_;
  std::vector<Step> path_;
  bool placed_ = false;
};

} // namespace

Result<Value> read_value(const v1::Value& message, TransactionVersion version,
                         Numerics numerics) {
  return Reader(version, numerics).read(message);
}

Result<Identifier> read_identifier(const v1::Identifier& message) {
  TENON_ASSIGN_OR_RETURN(PackageId package, PackageId::parse(message.package()));
  TENON_ASSIGN_OR_RETURN(DottedName module, read_dotted_name(message.module()));
  TENON_ASSIGN_OR_RETURN(DottedName name, read_dotted_name(message.name()));
  return Identifier{std::move(package), std::move(module), std::move(name)};
}

Result<ContractId> read_contract_id(const v1::ContractRef& message) {
  return ContractId::parse(message.id());
}

} // namespace tenon::daml
