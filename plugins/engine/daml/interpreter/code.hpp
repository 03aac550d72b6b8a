// Programs as the machine runs them. A function is a row of cells: an instruction with the handler
// that performs it and up to four registers, followed by what else it needs. Registers are the
// words of the function's frame: arguments first, then what the closure took from around it, then
// what the function computes; a call's arguments stand where the callee's frame begins.
//
// Everything is made by the compiler when it is first needed, belongs to the package's code and is
// never changed after; any thread runs it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "interpreter/types.hpp"
#include "interpreter/word.hpp"
#include "lf/package.hpp"
#include "values/transaction_version.hpp"

namespace tenon::daml::interpreter {

class Machine;
class PackageCode;
struct Constant;
struct InterfaceCode;
struct TemplateCode;
union Cell;

// Performs the instruction and returns the next one; nullptr when the machine stops.
using Handler = const Cell* (*)(Machine& machine, const Cell* at);

using Register = std::uint16_t;

struct Operation {
  Handler handler;
  Register target;
  Register a;
  Register b;
  Register c;
};

union Cell {
  Operation operation;
  Word word;
  Register registers[8];
  struct Pointers {
    const void* first;
    const void* second;
  } pointers;
  struct Numbers {
    std::int64_t first;
    std::int64_t second;
  } numbers;

  Cell() : numbers{0, 0} {}
};
static_assert(sizeof(Cell) == 16);

// Where in a function's cells a piece of the source begins.
struct CodeLocation {
  std::uint32_t cell;
  lf::LocationId location;
};

struct Body {
  std::vector<Cell> cells;
  std::uint32_t frame_size = 0;
  std::uint16_t captured = 0;
  std::vector<CodeLocation> locations; // by ascending cell
};

struct Definition;

struct Function {
  Function() = default;
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;

  std::uint16_t arity = 0;
  Definition* definition = nullptr; // that it is part of; nullptr for the machine's own
  std::atomic<const Body*> body{nullptr};
  Closure self{this}; // the function without anything captured
};

// What a definition was made from.
enum class Part : std::uint8_t {
  kValue,            // an expression; a constant, or a function of `arity` arguments
  kExceptionMessage, // likewise
  kSignatories,      // of a template, from its argument
  kObservers,        //
  kCreate,           // update: argument -> contract id
  kFacts,            // contract id, argument, optional key with maintainers -> unit
  kFetch,            // update: contract id -> argument
  kFetchByKey,       // update: key -> struct of contractId and contract
  kLookupByKey,      // update: key -> optional contract id
  kExercise,         // update: contract id, choice argument -> result
  kExerciseByKey,    // update: key, choice argument -> result
  kExerciseInterface, // update: contract id, choice argument -> result
  kFetchInterface,   // update: contract id -> contract as interface
  kMethod,           // of an instance, from the template's argument
  kView,             //
};

// Something that is compiled on its own, when it is first used.
struct Definition {
  Part part = Part::kValue;
  PackageCode* package = nullptr; // whose names the source is written in
  std::uint32_t serial = 0;       // dense in the store
  std::uint16_t arity = 0;        // 0: a constant
  std::string name;               // "Module:name"

  const lf::Expr* expression = nullptr; // kValue, kExceptionMessage, kMethod, kView
  lf::Name parameter{};                 // kMethod, kView
  TemplateCode* contract = nullptr;     // of the parts of a template
  InterfaceCode* interface = nullptr;   // of the parts of an interface
  const lf::Choice* choice = nullptr;   // kExercise…

  Function value; // evaluates it, or applies it
  Function run;   // applies it and runs the update that comes out; updates of above: only this one
  std::atomic<const Constant*> constant{nullptr}; // owned by the store, which frees it
};

struct DataCode {
  PackageCode* package = nullptr;
  const lf::DataType* source = nullptr;
  // Of fields and constructors: the place in the type.
  std::unordered_map<std::string_view, std::uint32_t> index;
};

struct ChoiceCode {
  const lf::Choice* source = nullptr;
  std::string name;
  const RuntimeType* argument = nullptr;
  const RuntimeType* result = nullptr;
  Definition exercise;
  Definition exercise_by_key; // of a template with a key
};

// How a template is an instance of an interface.
struct InstanceCode {
  Definition view;
  std::unordered_map<std::uint32_t, std::unique_ptr<Definition>> methods; // by FieldName
};

struct InstanceTable {
  std::unordered_map<const TypeConstructor*, std::unique_ptr<InstanceCode>> entries;
  [[nodiscard]] const InstanceCode* find(const TypeConstructor* other) const {
    const auto found = entries.find(other);
    return found == entries.end() ? nullptr : found->second.get();
  }
};

struct TemplateCode {
  PackageCode* package = nullptr;
  const lf::Template* source = nullptr;
  const TypeConstructor* constructor = nullptr;
  const RuntimeType* type = nullptr;
  const RuntimeType* key_type = nullptr; // nullptr without a key
  TransactionVersion version{};
  std::optional<PackageName> package_name; // from version 17 on

  Definition signatories;
  Definition observers;
  Definition create;
  Definition facts;
  Definition fetch;
  Definition fetch_by_key;
  Definition lookup_by_key;
  std::unordered_map<std::string_view, std::unique_ptr<ChoiceCode>> choices;
  InstanceTable instances; // by interface

  [[nodiscard]] const Identifier& id() const { return constructor->id; }
};

struct InterfaceCode {
  PackageCode* package = nullptr;
  const lf::Interface* source = nullptr;
  const TypeConstructor* constructor = nullptr;
  const RuntimeType* view = nullptr;
  TransactionVersion version{};

  Definition fetch;
  std::unordered_map<std::string_view, std::unique_ptr<ChoiceCode>> choices;
  InstanceTable instances; // of templates that came before the interface, by template

  [[nodiscard]] const Identifier& id() const { return constructor->id; }
};

// nullptr when the template is no instance of the interface.
[[nodiscard]] const InstanceCode* find_instance(const InterfaceCode& interface,
                                                const TemplateCode& contract);

} // namespace tenon::daml::interpreter
