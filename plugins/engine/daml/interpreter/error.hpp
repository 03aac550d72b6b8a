// Why an interpretation failed: one structure that tells what was found and what was expected, with
// the error id that clients of Daml ledgers know. A value; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/error.hpp"
#include "values/value.hpp"

namespace tenon::daml::interpreter {

enum class ErrorKind : std::uint8_t {
  kIllFormedProgram,    // what no validated package does: a wrong kind of value, an unknown name
  kUnsupported,         // scenarios
  kInvalidCommand,      // a command whose template, choice or value does not fit
  kMissingPackage,      // not known to the ledger
  kUnhandledException,  // `exception` of type `type_name`
  kUserError,           // the program said so
  kInvalidCodePoint,    // text made of what is no code point
  kMatchFailed,         // a case without a matching alternative
  kPreconditionFailed,  // a create that the template refuses
  kContractNotFound,    //
  kContractKeyNotFound, // a fetch or exercise by key
  kKeyNotVisible,       // a key that leads to a contract which no reader may see
  kWrongTemplate,       // `contract_id` is of template `found`, not `expected`
  kWrongInterface,      // `contract_id` of template `found` is no instance of `expected`
  kNotComparable,       // functions
  kContractIdsNotComparable, // see contract_id.hpp
  kContractIdInKey,     //
  kValueNesting,        // more than Value::kMaxNesting
  kInvalidValue,        // a value that the ledger cannot carry
  kUpgrade,             // a contract that does not fit the newer version of its template
  kLedger,              // refused by the rules of the ledger: `ledger`
  kStepsExceeded,       // the budget's steps
  kMemoryExceeded,      // the budget's memory
  kConstantExceeded,    // evaluating a constant took more than was left of either
  kStackExceeded,       // too many calls inside each other
};

struct Error {
  ErrorKind kind = ErrorKind::kIllFormedProgram;
  std::string message; // in our words, without the id
  // Where it happened: "package:Module:name", then whoever called, innermost first, a few.
  std::vector<std::string> trace;
  std::optional<ContractId> contract_id;
  std::optional<Identifier> expected;
  std::optional<Identifier> found;
  std::string type_name;          // of the exception
  std::optional<Value> exception; // when it is a value of the ledger
  std::optional<std::size_t> root_node; // of an exception: the root action in which it was thrown
  std::optional<ledger::GlobalKey> key;
  std::optional<ledger::Error> ledger;

  // "DAML_AUTHORIZATION_ERROR" …: the published id.
  [[nodiscard]] std::string_view id() const;
  // "ID: message", with the code that belongs to the id.
  [[nodiscard]] Status to_status() const;
};

} // namespace tenon::daml::interpreter
