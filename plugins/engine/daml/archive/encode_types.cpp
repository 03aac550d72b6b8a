// Encoding: names, locations, kinds and types.
#include <algorithm>

#include "archive/encoder.hpp"
#include "archive/messages_types.hpp"

namespace tenon::daml::archive {

void Encoder::package_ref(lf::PackageRef package) {
  using M = PackageRefMessage;
  if (package.is_self())
    return write<M>({unit(M::kSelf)});
  const lf::PackageMention& mention = package_.mentions()[package.index];
  write<M>({mention.inlined ? text(M::kText, package_.text(mention.id))
                            : number(M::kInterned, mention.id.index)});
}

void Encoder::write_module_ref(const lf::ModuleRef& module) {
  write<ModuleRefMessage>({content(1, [&](std::size_t) { package_ref(module.package); }),
                           dotted_name(2, 3, module.module)});
}

void Encoder::write_type_name(lf::IdentifierId id) {
  const lf::Identifier& identifier = package_.identifier(id);
  const lf::ModuleRef module{identifier.package, identifier.module};
  write<TypeNameMessage>({module_ref(1, module), dotted_name(2, 3, identifier.name)});
}

void Encoder::write_value_name(lf::IdentifierId id) {
  const lf::Identifier& identifier = package_.identifier(id);
  const lf::ModuleRef module{identifier.package, identifier.module};
  write<ValueNameMessage>({module_ref(1, module), segments(2, 3, identifier.name)});
}

void Encoder::write_location(lf::LocationId id) {
  const lf::Location& location = package_.location(id);
  const auto signed_number = [](std::uint16_t field, std::int32_t value) {
    return number(field, static_cast<std::uint64_t>(std::int64_t{value}));
  };
  const auto range = [&](std::size_t) {
    write<RangeMessage>({signed_number(1, location.range->start_line),
                         signed_number(2, location.range->start_column),
                         signed_number(3, location.range->end_line),
                         signed_number(4, location.range->end_column)});
  };
  write<LocationMessage>({location.module ? module_ref(1, *location.module) : Field{},
                          location.range ? content(2, range) : Field{}});
}

void Encoder::write_kind(const lf::Kind& kind) {
  using M = KindMessage;
  const auto arrow = [&](std::size_t) {
    write<KindArrowMessage>({kinds(1, kind.parameters), this->kind(2, kind.result)});
  };
  switch (kind.form) {
  case lf::KindForm::kStar:
    return write<M>({unit(M::kStar)});
  case lf::KindForm::kNat:
    return write<M>({unit(M::kNat)});
  case lf::KindForm::kArrow:
    return write<M>({content(M::kArrow, arrow)});
  }
}

void Encoder::write_type_parameter(const lf::TypeParameter& parameter) {
  write<TypeParameterMessage>({name(1, 3, parameter.name), kind(2, parameter.kind)});
}

void Encoder::write_binder(const lf::Binder& binder) {
  write<BinderMessage>({name(1, 3, binder.name), type(2, binder.type)});
}

void Encoder::write_type(const lf::Type& type) {
  if (package_.supports(lf::Feature::kInternedTypes) && type.id >= package_.wire_form().types) {
    return fail("type: expected an entry of the type table in version " +
                to_string(package_.version()) + ", found one beside it");
  }
  write_inner_type(type);
}

void Encoder::write_inner_type(const lf::Type& type) {
  if (type.id < package_.wire_form().types)
    return write<TypeMessage>({number(TypeMessage::kInterned, type.id)});
  describe(type);
}

void Encoder::write_table_type(std::size_t entry) {
  const auto& aliases = package_.wire_form().aliases;
  const auto alias = std::lower_bound(
      aliases.begin(), aliases.end(), entry,
      [](const lf::WireForm::Alias& one, std::size_t wanted) { return one.entry < wanted; });
  if (alias != aliases.end() && alias->entry == entry)
    return write<TypeMessage>({number(TypeMessage::kInterned, alias->target)});
  describe(*package_.types()[entry]);
}

// The forms that refer to others by one message of their own.
void Encoder::describe(const lf::Type& type) {
  using M = TypeMessage;
  const auto variable = [&](std::size_t) {
    write<TypeVariableMessage>({name(1, 3, type.variable()), inner_types(2, type.arguments())});
  };
  const auto constructor = [&](std::size_t) {
    write<TypeConstructorMessage>(
        {type_name(1, type.identifier()), inner_types(2, type.arguments())});
  };
  const auto builtin = [&](std::size_t) { describe_builtin(type); };
  const auto forall = [&](std::size_t) {
    const lf::Type* const body = type.body;
    write<ForallMessage>({type_parameters(1, type.parameters()), inner_types(2, {&body, 1})});
  };
  const auto fields = [&](std::size_t) { field_types(type.fields(), true); };
  switch (type.form) {
  case lf::TypeForm::kVariable:
    return write<M>({content(M::kVariable, variable)});
  case lf::TypeForm::kConstructor:
    return write<M>({content(M::kConstructor, constructor)});
  case lf::TypeForm::kSynonym:
    return write<M>({content(M::kSynonym, constructor)});
  case lf::TypeForm::kBuiltin:
    return write<M>({content(M::kBuiltin, builtin)});
  case lf::TypeForm::kForall:
    return write<M>({content(M::kForall, forall)});
  case lf::TypeForm::kStruct:
    return write<M>({content(M::kStruct, fields)});
  case lf::TypeForm::kNat:
    return write<M>({number(M::kNat, type.nat)});
  }
}

// Before 1.7 Numeric 10, and no other, is called Decimal.
void Encoder::describe_builtin(const lf::Type& type) {
  std::span<const lf::Type* const> arguments = type.arguments();
  auto code = static_cast<std::uint64_t>(type.builtin);
  if (type.builtin == lf::BuiltinType::kNumeric && package_.supports(lf::Feature::kDecimal)) {
    if (arguments.empty() || arguments[0]->form != lf::TypeForm::kNat ||
        arguments[0]->nat != lf::kDecimalScale) {
      return fail("type: expected Numeric 10 in version " + to_string(package_.version()) +
                  ", found another Numeric");
    }
    arguments = arguments.subspan(1);
    code = BuiltinTypeMessage::kDecimal;
  }
  write<BuiltinTypeMessage>({number(1, code), inner_types(2, arguments)});
}

void Encoder::write_constructed(const lf::Type& type) {
  write<TypeConstructorMessage>({type_name(1, type.identifier()), types(2, type.arguments())});
}

void Encoder::field_types(std::span<const lf::FieldType> fields, bool inside_type) {
  const auto field = [&](std::size_t i) {
    const lf::FieldType& one = fields[i];
    write<FieldTypeMessage>(
        {name(1, 3, one.name), inside_type ? inner_types(2, {&one.type, 1}) : type(2, one.type)});
  };
  write<FieldTypesMessage>({parts(1, fields.size(), field)});
}

} // namespace tenon::daml::archive
