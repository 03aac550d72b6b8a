// What is submitted to a ledger: commands, which become a program for the machine. Their values are
// brought in first, all of them, so that one that does not fit fails before anything is done.
#pragma once

#include <optional>
#include <span>

#include "interpreter/machine.hpp"

namespace tenon::daml::interpreter {

struct Command {
  enum class Form : std::uint8_t {
    kCreate,            // argument
    kExercise,          // contract_id, choice, argument; `type` may be an interface
    kExerciseByKey,     // key, choice, argument
    kCreateAndExercise, // argument, choice, choice_argument
    kFetch,             // contract_id; `type` may be an interface
    kFetchByKey,        // key
    kLookupByKey,       // key
  };

  Form form = Form::kCreate;
  Identifier type; // template
  std::optional<ContractId> contract_id = std::nullopt;
  std::optional<Value> key = std::nullopt;
  std::optional<Name> choice = std::nullopt;
  std::optional<Value> argument = std::nullopt;
  std::optional<Value> choice_argument = std::nullopt;
};

// A contract that comes with the commands: it need not be asked of the ledger.
struct DisclosedContract {
  ContractId contract_id;
  ContractInstance instance;
};

// Starts the machine on the commands, one after the other; what the last one yields is the result.
// Before them the parts of disclosed contracts are evaluated. The packages that commands and
// contracts name must be in the store. Nothing, or why they cannot be run.
[[nodiscard]] std::optional<Error>
start_commands(Machine& machine, std::span<const Command> commands,
               std::span<const DisclosedContract> disclosed = {});

// Starts the machine on the view that the contract has as an instance of the interface; no port is
// needed. The result is of the interface's view type.
[[nodiscard]] std::optional<Error> start_view(Machine& machine, const Identifier& interface_id,
                                              const Identifier& template_id,
                                              const Value& argument);

} // namespace tenon::daml::interpreter
