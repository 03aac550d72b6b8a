// What a module defines. Plain data in the package's arena: trivially destructible, never changed
// after the package is built, read by any thread. Lists keep the order of the archive.
#pragma once

#include <cstdint>
#include <span>

#include "lf/expression.hpp"
#include "lf/names.hpp"
#include "lf/types.hpp"

namespace tenon::daml::lf {

enum class DataForm : std::uint8_t {
  kRecord,    // fields
  kVariant,   // fields: constructor and type of its argument
  kEnum,      // constructors; no parameters
  kInterface, // the type of an interface of the same name
};

struct DataType {
  DottedName name;
  DataForm form = DataForm::kRecord;
  bool serializable = false; // as claimed; the validator checks
  std::span<const TypeParameter> parameters;
  std::span<const FieldType> fields;
  std::span<const Name> constructors;
  LocationId location;
};

struct TypeSynonym {
  DottedName name;
  std::span<const TypeParameter> parameters;
  const Type* type = nullptr;
  LocationId location;
};

struct Value {
  DottedName name;
  bool is_test = false; // a scenario for the test runner of old
  const Type* type = nullptr;
  const Expr* body = nullptr;
  LocationId location;
};

// In scope: the parameter of the template or interface in all expressions; the argument in all but
// none; the contract id only in the update.
struct Choice {
  Name name;
  bool consuming = false;
  Name contract_id;
  Binder argument;
  const Type* result = nullptr;
  const Expr* controllers = nullptr;
  const Expr* observers = nullptr;   // null exactly in versions without choice observers
  const Expr* authorizers = nullptr; // null: signatories and controllers; no version has more yet
  const Expr* update = nullptr;
  LocationId location;
};

struct MethodBody {
  Name name;
  const Expr* value = nullptr;
};

// How a template is an instance of an interface. In a template `other` is the interface, in an
// interface it is the template.
struct InterfaceInstance {
  IdentifierId other;
  std::span<const MethodBody> methods;
  const Expr* view = nullptr;
  LocationId location;
};

struct TemplateKey {
  const Type* type = nullptr;
  // Records and projections of the template's parameter only, written in the form that the first
  // versions with keys had. It means the same.
  bool restricted = false;
  const Expr* key = nullptr;
  const Expr* maintainers = nullptr; // a function of the key
};

// The data type of the same name is the type of its contracts.
struct Template {
  DottedName name;
  Name parameter;
  const Expr* precondition = nullptr; // null: always true
  const Expr* signatories = nullptr;
  const Expr* observers = nullptr;
  const Expr* agreement = nullptr;
  const TemplateKey* key = nullptr; // null: none
  std::span<const Choice> choices;
  std::span<const InterfaceInstance> implements;
  LocationId location;
};

struct Method {
  Name name;
  const Type* type = nullptr;
  LocationId location;
};

struct Interface {
  DottedName name;
  Name parameter;
  std::span<const IdentifierId> requirements;
  std::span<const Method> methods;
  std::span<const Choice> choices;
  std::span<const InterfaceInstance> co_implements;
  const Type* view = nullptr;
  LocationId location;
};

// The data type of the same name is the type of the exception.
struct Exception {
  DottedName name;
  const Expr* message = nullptr; // a function of the exception
  LocationId location;
};

struct Module {
  ModuleName name;
  std::span<const TypeSynonym> synonyms;
  std::span<const DataType> data_types;
  std::span<const Value> values;
  std::span<const Template> templates;
  std::span<const Exception> exceptions;
  std::span<const Interface> interfaces;
};

// Everything of one name in a module; null what there is not. At most one of synonym, data type and
// value is there, and at most one of template, exception and interface.
struct Definition {
  const TypeSynonym* synonym = nullptr;
  const DataType* data_type = nullptr;
  const Value* value = nullptr;
  const Template* contract = nullptr; // the template
  const Exception* exception = nullptr;
  const Interface* interface = nullptr;
};

} // namespace tenon::daml::lf
