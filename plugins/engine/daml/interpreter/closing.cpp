// Types of a package made closed: synonyms replaced by what they stand for, variables by their
// types.
#include "interpreter/store.hpp"
#include "lf/limits.hpp"

namespace tenon::daml::interpreter {

class PackageCode::Closing {
public:
  using Bindings = std::span<const TypeBinding>;

  Result<const RuntimeType*> close(PackageCode& package, const lf::Type& type, Bindings bindings) {
    // Synonyms may make a type of few words large and deep.
    if (++visited_ > lf::kMaxTypeSize || depth_ >= lf::kMaxTypeDepth) {
      return invalid_argument("type: expected at most " + std::to_string(lf::kMaxTypeSize) +
                              " parts and " + std::to_string(lf::kMaxTypeDepth) +
                              " levels without synonyms, found more");
    }
    ++depth_;
    auto result = close_form(package, type, bindings);
    --depth_;
    return result;
  }

private:
  Result<const RuntimeType*> close_form(PackageCode& package, const lf::Type& type,
                                        Bindings bindings) {
    switch (type.form) {
    case lf::TypeForm::kVariable:
      return close_variable(package, type, bindings);
    case lf::TypeForm::kSynonym:
      return close_synonym(package, type, bindings);
    case lf::TypeForm::kForall:
      return invalid_argument("type: expected none with quantifiers, found one");
    default:
      break;
    }
    RuntimeType result;
    if (type.form == lf::TypeForm::kNat) {
      result.form = RuntimeType::Form::kNat;
      result.nat = type.nat;
    } else if (type.form == lf::TypeForm::kStruct) {
      TENON_RETURN_IF_ERROR(close_struct(package, type, bindings, result));
    } else {
      TENON_RETURN_IF_ERROR(close_application(package, type, bindings, result));
    }
    return package.store_.types().intern(std::move(result));
  }

  Result<const RuntimeType*> close_variable(PackageCode& package, const lf::Type& type,
                                            Bindings bindings) {
    for (const TypeBinding& binding : bindings) {
      if (binding.name != type.variable())
        continue;
      if (type.arguments().empty())
        return binding.type;
      RuntimeType applied = copy_of(*binding.type);
      if (applied.form == RuntimeType::Form::kStruct)
        return invalid_argument("type: expected a type with parameters, found a struct");
      TENON_RETURN_IF_ERROR(close_arguments(package, type, bindings, applied));
      return package.store_.types().intern(std::move(applied));
    }
    return invalid_argument("type: expected none with variables, found " +
                            std::string(package.source().text(type.variable())));
  }

  static RuntimeType copy_of(const RuntimeType& type) {
    RuntimeType copy;
    copy.form = type.form;
    copy.builtin = type.builtin;
    copy.nat = type.nat;
    copy.constructor = type.constructor;
    copy.shape = type.shape;
    copy.arguments = type.arguments;
    return copy;
  }

  Result<const RuntimeType*> close_synonym(PackageCode& package, const lf::Type& type,
                                           Bindings bindings) {
    TENON_ASSIGN_OR_RETURN(Slot * slot, package.slot(type.identifier()));
    const lf::TypeSynonym* const synonym = slot->source->synonym;
    if (synonym == nullptr || synonym->parameters.size() != type.arguments().size()) {
      return invalid_argument("type: expected a synonym with " +
                              std::to_string(type.arguments().size()) + " parameters, found " +
                              package.source().to_string(type.identifier()));
    }
    std::vector<TypeBinding> inner;
    for (std::size_t i = 0; i < synonym->parameters.size(); ++i) {
      TENON_ASSIGN_OR_RETURN(const RuntimeType* argument,
                             close(package, *type.arguments()[i], bindings));
      inner.push_back({synonym->parameters[i].name, argument});
    }
    return close(*slot->package, *synonym->type, inner);
  }

  Status close_struct(PackageCode& package, const lf::Type& type, Bindings bindings,
                      RuntimeType& result) {
    result.form = RuntimeType::Form::kStruct;
    std::vector<FieldName> names;
    for (const lf::FieldType& field : type.fields())
      names.push_back(package.store_.types().field_name(package.source().text(field.name)));
    result.shape = &package.store_.types().shape(names);
    result.arguments.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      TENON_ASSIGN_OR_RETURN(result.arguments[result.shape->find(names[i])],
                             close(package, *type.fields()[i].type, bindings));
    }
    return {};
  }

  Status close_application(PackageCode& package, const lf::Type& type, Bindings bindings,
                           RuntimeType& result) {
    if (type.form == lf::TypeForm::kConstructor) {
      TENON_ASSIGN_OR_RETURN(Slot * slot, package.slot(type.identifier()));
      TENON_ASSIGN_OR_RETURN(const Identifier id,
                             slot->package->identifier(slot->module, slot->name));
      result.form = RuntimeType::Form::kConstructor;
      result.constructor = &package.store_.types().constructor(id);
    } else {
      result.builtin = type.builtin;
    }
    return close_arguments(package, type, bindings, result);
  }

  Status close_arguments(PackageCode& package, const lf::Type& type, Bindings bindings,
                         RuntimeType& result) {
    for (const lf::Type* argument : type.arguments()) {
      TENON_ASSIGN_OR_RETURN(const RuntimeType* closed, close(package, *argument, bindings));
      result.arguments.push_back(closed);
    }
    return {};
  }

  std::uint32_t visited_ = 0;
  std::uint32_t depth_ = 0;
};

Result<const RuntimeType*> PackageCode::close(const lf::Type& type,
                                              std::span<const TypeBinding> bindings) {
  return Closing().close(*this, type, bindings);
}

} // namespace tenon::daml::interpreter
