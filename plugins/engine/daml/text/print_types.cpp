// Writing names, kinds and types.
#include "text/limits.hpp"
#include "text/printer.hpp"

namespace tenon::daml::text {

using lf::TypeForm;

void Printer::package_prefix(lf::PackageRef package) {
  if (package.is_self())
    return;
  if (names_ != nullptr) {
    put((*names_)(package_.package_id(package)));
  } else {
    put("P");
    put_number(package.index);
  }
  put(":");
}

void Printer::reference(lf::IdentifierId id) {
  const lf::Identifier& identifier = package_.identifier(id);
  package_prefix(identifier.package);
  const bool is_near = in_module_ && identifier.package.is_self() && identifier.module == module_;
  if (!is_near)
    put(package_.text(identifier.module));
  put(":");
  put(package_.text(identifier.name));
}

void Printer::kind(const lf::Kind& kind, bool atomic) {
  if (kind.depth > kMaxNesting) {
    return fail(invalid_argument("kind: expected at most " + std::to_string(kMaxNesting) +
                                 " in each other, found more"));
  }
  if (is_full())
    return;
  if (kind.form != lf::KindForm::kArrow)
    return put(kind.form == lf::KindForm::kStar ? "*" : "nat");
  put(atomic ? "(" : "");
  for (const lf::Kind* parameter : kind.parameters) {
    this->kind(*parameter, true);
    put(" -> ");
  }
  this->kind(*kind.result, true);
  put(atomic ? ")" : "");
}

void Printer::type_parameter(const lf::TypeParameter& parameter) {
  if (parameter.kind->form == lf::KindForm::kStar)
    return name(parameter.name);
  put("(");
  name(parameter.name);
  put(" : ");
  kind(*parameter.kind, false);
  put(")");
}

void Printer::type_parameters(std::span<const lf::TypeParameter> parameters) {
  for (const lf::TypeParameter& parameter : parameters) {
    put(" ");
    type_parameter(parameter);
  }
}

void Printer::entry(std::uint32_t id) {
  put("#");
  put_number(id);
}

void Printer::type(const lf::Type& type, bool atomic) {
  const bool in_table = type.id < package_.wire_form().types;
  if (in_table && (!is_first_[type.id] || type.size > kMaxWrittenType))
    return entry(type.id);
  content(type, atomic);
}

void Printer::constructed(const lf::Type& type) {
  if (type.count == 0)
    return reference(type.identifier());
  put("(");
  reference(type.identifier());
  for (const lf::Type* argument : type.arguments()) {
    put(" ");
    this->type(*argument, true);
  }
  put(")");
}

void Printer::part(const lf::Type& type, bool atomic) {
  if (in_table_ && type.id < package_.wire_form().types)
    return entry(type.id);
  content(type, atomic);
}

// The head of a type and its arguments. Before 1.7 Numeric 10 is called Decimal.
void Printer::applied(const lf::Type& type, std::span<const lf::Type* const> arguments) {
  switch (type.form) {
  case TypeForm::kVariable: {
    const bool quoted = is_type_word(package_.text(type.variable()));
    put(quoted ? "`" : "");
    name(type.variable());
    put(quoted ? "`" : "");
    break;
  }
  case TypeForm::kSynonym:
    put(kSynonym);
    put(" ");
    reference(type.identifier());
    break;
  case TypeForm::kConstructor:
    reference(type.identifier());
    break;
  default:
    if (type.builtin == lf::BuiltinType::kNumeric && package_.supports(lf::Feature::kDecimal) &&
        !arguments.empty()) {
      put(kDecimalType);
      arguments = arguments.subspan(1);
    } else {
      put(builtin_type_name(type.builtin));
    }
    break;
  }
  for (const lf::Type* argument : arguments) {
    put(" ");
    part(*argument, true);
  }
}

void Printer::content(const lf::Type& type, bool atomic) {
  if (is_full())
    return;
  const auto arguments = type.arguments();
  const bool is_function = type.is(lf::BuiltinType::kArrow) && arguments.size() == 2;
  const bool is_decimal =
      type.is(lf::BuiltinType::kNumeric) && package_.supports(lf::Feature::kDecimal);
  const bool is_alone = type.form == TypeForm::kStruct || type.form == TypeForm::kNat ||
                        (type.form <= TypeForm::kBuiltin && type.form != TypeForm::kSynonym &&
                         arguments.size() <= (is_decimal ? 1u : 0u));
  const bool parenthesized = atomic && !is_alone;
  put(parenthesized ? "(" : "");
  if (is_function) {
    const lf::Type& from = *arguments[0];
    const bool is_closed = from.is(lf::BuiltinType::kArrow) || from.form == TypeForm::kForall;
    part(from, is_closed);
    put(" -> ");
    part(*arguments[1], false);
  } else if (type.form == TypeForm::kForall) {
    put(kForall);
    type_parameters(type.parameters());
    put(". ");
    part(*type.body, false);
  } else if (type.form == TypeForm::kStruct) {
    put(kStruct);
    put(" { ");
    field_types(type.fields());
    put(" }");
  } else if (type.form == TypeForm::kNat) {
    put_number(type.nat);
  } else {
    applied(type, arguments);
  }
  put(parenthesized ? ")" : "");
}

void Printer::field_types(std::span<const lf::FieldType> fields) {
  bool first = true;
  for (const lf::FieldType& field : fields) {
    put(first ? "" : ", ");
    first = false;
    name(field.name);
    put(" : ");
    part(*field.type, false);
  }
}

void Printer::binder(const lf::Binder& binder) {
  name(binder.name);
  put(" : ");
  type(*binder.type, false);
}

} // namespace tenon::daml::text
