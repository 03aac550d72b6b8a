// Encoding: messages and their fields, in the package's order.
#include <algorithm>
#include <array>

#include "archive/encoder.hpp"
#include "archive/messages_types.hpp"
#include "lf/limits.hpp"

namespace tenon::daml::archive {

namespace {

constexpr std::size_t kMaxFields = 16;

std::uint32_t wire_type(FieldForm form) {
  switch (form) {
  case FieldForm::kBool:
  case FieldForm::kIndex:
  case FieldForm::kInt32:
  case FieldForm::kEnum:
  case FieldForm::kSint64:
    return 0;
  case FieldForm::kSfixed64:
    return 1;
  default:
    return 2;
  }
}

template <typename Item> const Item& item(const void* items, std::size_t index) {
  return static_cast<const Item*>(items)[index];
}

} // namespace

void Encoder::fail(const std::string& message) {
  if (failure_.ok())
    failure_ = invalid_argument(message);
}

void Encoder::write(const Schema& schema, std::initializer_list<Field> fields) {
  if (depth_ > lf::kMaxNesting) {
    return fail(std::string(schema.name()) + ": expected at most " +
                std::to_string(lf::kMaxNesting) + " messages in each other, found more");
  }
  std::array<const Field*, kMaxFields> ordered{};
  std::size_t count = 0;
  for (const Field& field : fields) {
    if (field.kind != Kind::kAbsent)
      ordered.at(count++) = &field;
  }
  const bool by_number = package_.wire_form().order == lf::FieldOrder::kByNumber;
  const auto place = [&](const Field* field) -> std::uint32_t {
    return by_number ? field->number : schema.rank(field->number);
  };
  std::sort(ordered.begin(), ordered.begin() + count,
            [&](const Field* left, const Field* right) { return place(left) > place(right); });
  ++depth_;
  for (std::size_t i = 0; i < count && failure_.ok(); ++i)
    write_field(schema.spec(ordered[i]->number), *ordered[i]);
  --depth_;
}

void Encoder::write_tag(const FieldSpec& spec) {
  writer_.put_varint(std::uint64_t{spec.number} << 3 | wire_type(spec.form));
}

void Encoder::write_field(const FieldSpec& spec, const Field& field) {
  switch (field.kind) {
  case Kind::kNumber:
    return write_number(spec, field.value);
  case Kind::kText:
    if (field.count > 0 || spec.presence == Presence::kChosen) {
      writer_.put(BytesView(static_cast<const char*>(field.items), field.count));
      writer_.put_varint(field.count);
      write_tag(spec);
    }
    return;
  case Kind::kIndexes:
    return write_indexes(spec, field);
  case Kind::kTexts:
    return write_texts(spec, field);
  default:
    break;
  }
  for (std::size_t i = field.count; i-- > 0 && failure_.ok();) {
    const std::size_t end = writer_.size();
    write_part(field, i);
    writer_.put_varint(writer_.size() - end);
    write_tag(spec);
  }
}

void Encoder::write_number(const FieldSpec& spec, std::uint64_t value) {
  if (value == 0 && spec.presence == Presence::kImplied)
    return;
  if (spec.form == FieldForm::kSfixed64) {
    writer_.put_fixed64(value);
  } else if (spec.form == FieldForm::kSint64) {
    writer_.put_varint(value << 1 ^ (value >> 63 == 0 ? 0 : ~std::uint64_t{0}));
  } else {
    writer_.put_varint(value);
  }
  write_tag(spec);
}

void Encoder::write_indexes(const FieldSpec& spec, const Field& field) {
  if (field.count == 0)
    return;
  const std::size_t end = writer_.size();
  for (std::size_t i = field.count; i-- > 0;)
    writer_.put_varint(item<lf::Name>(field.items, i).index);
  writer_.put_varint(writer_.size() - end);
  write_tag(spec);
}

void Encoder::write_texts(const FieldSpec& spec, const Field& field) {
  for (std::size_t i = field.count; i-- > 0;) {
    const std::string_view text = package_.text(item<lf::Name>(field.items, i));
    writer_.put(text);
    writer_.put_varint(text.size());
    write_tag(spec);
  }
}

void Encoder::write_part(const Field& field, std::size_t index) {
  const auto entry = static_cast<std::uint32_t>(field.value);
  switch (field.kind) {
  case Kind::kUnit:
    return write<UnitMessage>({});
  case Kind::kExpr:
    return write_expr(item<lf::Expr>(field.items, 0));
  case Kind::kExprs:
    return write_expr(*item<const lf::Expr*>(field.items, index));
  case Kind::kType:
    return write_type(item<lf::Type>(field.items, 0));
  case Kind::kTypes:
    return write_type(*item<const lf::Type*>(field.items, index));
  case Kind::kInnerTypes:
    return write_inner_type(*item<const lf::Type*>(field.items, index));
  case Kind::kConstructed:
    return write_constructed(item<lf::Type>(field.items, 0));
  case Kind::kKind:
    return write_kind(item<lf::Kind>(field.items, 0));
  case Kind::kKinds:
    return write_kind(*item<const lf::Kind*>(field.items, index));
  case Kind::kTypeName:
    return write_type_name({entry});
  case Kind::kModuleRef:
    return write_module_ref(item<lf::ModuleRef>(field.items, 0));
  case Kind::kLocation:
    return write_location({entry});
  case Kind::kTypeParameters:
    return write_type_parameter(item<lf::TypeParameter>(field.items, index));
  case Kind::kBinder:
    return write_binder(item<lf::Binder>(field.items, index));
  case Kind::kBindings:
    return write_binding(item<lf::Binding>(field.items, index));
  case Kind::kSegments: {
    const auto names = package_.segments(lf::DottedName{entry});
    return write<DottedNameMessage>({{1, Kind::kTexts, 0, names.data(), names.size()}});
  }
  default:
    return (*field.part)(index);
  }
}

Encoder::Field Encoder::name(std::uint16_t text_number, std::uint16_t index_number,
                             lf::Name name) const {
  return interned_names() ? number(index_number, name.index)
                          : text(text_number, package_.text(name));
}

Encoder::Field Encoder::dotted_name(std::uint16_t text_number, std::uint16_t index_number,
                                    lf::DottedName name) const {
  if (interned_names())
    return number(index_number, name.index);
  return {text_number, Kind::kSegments, name.index, nullptr, 1};
}

Encoder::Field Encoder::segments(std::uint16_t text_number, std::uint16_t index_number,
                                 lf::DottedName name) const {
  if (interned_names())
    return number(index_number, name.index);
  return names(text_number, 0, package_.segments(name));
}

Encoder::Field Encoder::names(std::uint16_t text_number, std::uint16_t index_number,
                              std::span<const lf::Name> names) const {
  const bool interned = interned_names();
  return {interned ? index_number : text_number, interned ? Kind::kIndexes : Kind::kTexts, 0,
          names.data(), names.size()};
}

} // namespace tenon::daml::archive
