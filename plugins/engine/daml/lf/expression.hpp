// Expressions of Daml-LF as a package holds them. Plain data in the package's arena: trivially
// destructible, never changed after the package is built, at stable addresses, read by any thread.
//
// Look at `form`, then take the expression as the structure that lists the form:
//
//   switch (expression.form) {
//   case ExprForm::kCase: {
//     const Case& match = as<Case>(expression);
//
// What archives write as one step stays one step: applications, abstractions and blocks of
// bindings have one or more arguments, parameters and bindings.
#pragma once

#include <cassert>
#include <cstdint>
#include <span>

#include "lf/builtins.hpp"
#include "lf/names.hpp"
#include "lf/types.hpp"

namespace tenon::daml::lf {

enum class ExprForm : std::uint8_t {
  kVariable,
  kValue,
  kBuiltin,
  kConstant,
  kLiteral,
  kRecord,
  kRecordProjection,
  kRecordUpdate,
  kVariant,
  kEnum,
  kStruct,
  kStructProjection,
  kStructUpdate,
  kApplication,
  kTypeApplication,
  kAbstraction,
  kTypeAbstraction,
  kCase,
  kLet,
  kNil,
  kCons,
  kNone,
  kSome,
  kToAny,
  kFromAny,
  kTypeRep,
  kToAnyException,
  kFromAnyException,
  kThrow,
  kToInterface,
  kFromInterface,
  kUnsafeFromInterface,
  kToRequiredInterface,
  kFromRequiredInterface,
  kUnsafeFromRequiredInterface,
  kCallInterface,
  kViewInterface,
  kSignatoryInterface,
  kObserverInterface,
  kInterfaceTypeRep,
  kUpdate,
  kScenario,
};
// "record projection": for messages.
[[nodiscard]] std::string_view form_name(ExprForm form);

struct Expr {
  ExprForm form = ExprForm::kVariable;
  LocationId location; // where its source stands, if the compiler said so
};

// The expression as one of the structures below; its form must be one that the structure lists.
template <typename Node> [[nodiscard]] const Node& as(const Expr& expression) {
  assert(Node::has(expression.form));
  return static_cast<const Node&>(expression);
}

struct Variable : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kVariable; }
  Name name;
};

// A value defined in some module.
struct ValueReference : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kValue; }
  IdentifierId value;
};

// As written: builtin_info() tells the generic function that it stands for.
struct BuiltinFunction : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kBuiltin; }
  Builtin builtin = Builtin::kEqual;
};

// The values are those of the archive format.
enum class Constant : std::uint8_t { kUnit = 0, kFalse = 1, kTrue = 2 };

struct ConstantValue : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kConstant; }
  Constant constant = Constant::kUnit;
};

enum class LiteralForm : std::uint8_t {
  kInt64,        // integer
  kNumeric,      // text, scale
  kText,         // text
  kTimestamp,    // integer: microseconds of Unix time
  kDate,         // integer: days of Unix time
  kRoundingMode, // integer: 0 up, down, ceiling, floor, half up, half down, half even, 7
                 // unnecessary
};

struct Literal : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kLiteral; }
  LiteralForm literal = LiteralForm::kInt64;
  // kNumeric: the scale of its type. The text has as many digits after the point, or fewer before
  // 1.7, where every decimal has scale 10 (and may have a "+" and leading zeros).
  std::uint8_t scale = 0;
  StringId text;
  std::int64_t integer = 0;
};

struct FieldExpr {
  Name name;
  const Expr* value = nullptr;
};

// In all that names a data type with arguments, `type` has the form kConstructor.
struct Record : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kRecord; }
  const Type* type = nullptr;
  std::span<const FieldExpr> fields;
};

struct RecordProjection : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kRecordProjection; }
  Name field;
  const Type* type = nullptr;
  const Expr* record = nullptr;
};

struct RecordUpdate : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kRecordUpdate; }
  Name field;
  const Type* type = nullptr;
  const Expr* record = nullptr;
  const Expr* value = nullptr;
};

struct Variant : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kVariant; }
  Name constructor;
  const Type* type = nullptr;
  const Expr* argument = nullptr;
};

struct EnumValue : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kEnum; }
  Name constructor;
  IdentifierId type;
};

struct Struct : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kStruct; }
  std::span<const FieldExpr> fields;
};

struct StructProjection : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kStructProjection; }
  Name field;
  const Expr* record = nullptr;
};

struct StructUpdate : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kStructUpdate; }
  Name field;
  const Expr* record = nullptr;
  const Expr* value = nullptr;
};

struct Application : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kApplication; }
  const Expr* function = nullptr;
  std::span<const Expr* const> arguments; // at least one
};

struct TypeApplication : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kTypeApplication; }
  const Expr* function = nullptr;
  std::span<const Type* const> arguments; // at least one
};

struct Binder {
  Name name;
  const Type* type = nullptr;
};

struct Abstraction : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kAbstraction; }
  std::span<const Binder> parameters; // at least one
  const Expr* body = nullptr;
};

struct TypeAbstraction : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kTypeAbstraction; }
  std::span<const TypeParameter> parameters; // at least one
  const Expr* body = nullptr;
};

enum class PatternForm : std::uint8_t {
  kDefault,  // matches everything, binds nothing
  kVariant,  // type, constructor, binder
  kConstant, // constant
  kNil,
  kCons, // binder (head), tail
  kNone,
  kSome, // binder
  kEnum, // type, constructor
};

struct Pattern {
  PatternForm form = PatternForm::kDefault;
  Constant constant = Constant::kUnit;
  IdentifierId type;
  Name constructor;
  Name binder;
  Name tail;
};

struct Alternative {
  Pattern pattern;
  const Expr* body = nullptr;
};

struct Case : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kCase; }
  const Expr* scrutinee = nullptr;
  std::span<const Alternative> alternatives; // may be empty
};

struct Binding {
  Binder binder;
  const Expr* value = nullptr;
};

// Each binding is in scope in those after it and in the body.
struct Let : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kLet; }
  std::span<const Binding> bindings; // at least one
  const Expr* body = nullptr;
};

struct Cons : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kCons; }
  const Type* type = nullptr;         // of an element
  std::span<const Expr* const> front; // at least one
  const Expr* tail = nullptr;
};

// A type, and where the form has one an operand: nil and none and some with the type of their
// element, the conversions to and from Any and AnyException, a type representation.
struct Typed : Expr {
  static constexpr bool has(ExprForm form) {
    return form == ExprForm::kNil ||
           (form >= ExprForm::kNone && form <= ExprForm::kFromAnyException);
  }
  const Type* type = nullptr;
  const Expr* operand = nullptr; // null for kNil, kNone, kTypeRep
};

struct Throw : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kThrow; }
  const Type* result = nullptr;
  const Type* exception_type = nullptr;
  const Expr* exception = nullptr;
};

// From a template to an interface and back, or between an interface and one that requires it.
// `interface` is the more general of the two, `specific` the template or the requiring interface.
struct InterfaceConversion : Expr {
  static constexpr bool has(ExprForm form) {
    return form >= ExprForm::kToInterface && form <= ExprForm::kUnsafeFromRequiredInterface;
  }
  IdentifierId interface;
  IdentifierId specific;
  const Expr* contract_id = nullptr; // of the unsafe forms: whom a failure blames
  const Expr* operand = nullptr;
};

struct CallInterface : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kCallInterface; }
  IdentifierId interface;
  Name method;
  const Expr* operand = nullptr;
};

// What an interface value tells about itself: view, signatories, observers, type representation.
struct InterfaceQuery : Expr {
  static constexpr bool has(ExprForm form) {
    return form >= ExprForm::kViewInterface && form <= ExprForm::kInterfaceTypeRep;
  }
  IdentifierId interface;
  const Expr* operand = nullptr;
};

enum class UpdateForm : std::uint8_t {
  kPure,              // type, first: the value
  kEmbed,             // type, first: an expression that yields the update when it is run
  kBlock,             // bindings (may be empty), first: the last step
  kCreate,            // target: template; first: the argument
  kCreateInterface,   // target: interface; first: the interface value
  kExercise,          // target: template; name: choice; first: contract id; second: argument
  kSoftExercise,      // the same, also on a contract of a predecessor of the template
  kExerciseInterface, // the same, target: interface
  kExerciseByKey,     // target: template; name: choice; first: key; second: argument
  kFetch,             // target: template; first: contract id
  kSoftFetch,         // the same, also a contract of a predecessor of the template
  kFetchInterface,    // the same, target: interface
  kFetchByKey,        // target: template; first: key
  kLookupByKey,       // target: template; first: key
  kGetTime,           //
  kTryCatch,          // type; first: what is tried; name: of the exception in second, the handler
};
[[nodiscard]] std::string_view form_name(UpdateForm form);

struct Update : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kUpdate; }
  UpdateForm update = UpdateForm::kGetTime;
  IdentifierId target;
  Name name;
  const Type* type = nullptr;
  const Expr* first = nullptr;
  const Expr* second = nullptr;
  std::span<const Binding> bindings;
};

// Scenarios were a way to test in the language itself. Every standard library still has some, so
// they are read and written; nothing runs them.
enum class ScenarioForm : std::uint8_t {
  kPure,       // type, first
  kBlock,      // bindings (may be empty), first
  kCommit,     // first: party, second: update, type
  kMustFailAt, // first: party, second: update, type
  kPass,       // first
  kGetTime,    //
  kGetParty,   // first
  kEmbed,      // type, first
};
[[nodiscard]] std::string_view form_name(ScenarioForm form);

struct Scenario : Expr {
  static constexpr bool has(ExprForm form) { return form == ExprForm::kScenario; }
  ScenarioForm scenario = ScenarioForm::kGetTime;
  const Type* type = nullptr;
  const Expr* first = nullptr;
  const Expr* second = nullptr;
  std::span<const Binding> bindings;
};

} // namespace tenon::daml::lf
