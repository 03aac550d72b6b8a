// Why a command was not accepted, in the words of the Ledger API: for who waits for its outcome and
// for completions alike. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "errors/failure.hpp"

namespace tenon::daml_api {

// By what the ledger knows a command when it comes again.
struct ChangeId {
  std::string application_id;
  std::string command_id;
  std::vector<std::string> act_as;
};

// The name of a command on the ledger. No command id has a '|', so that both ids can be told apart.
[[nodiscard]] std::string ledger_command_id(const ChangeId& change);

// Of what the host says of a submission: in a Completion or a LedgerTransaction.
struct Rejection {
  std::uint32_t code = 0; // not 0
  std::string reason;
  std::string message;
  bool fault = false; // the outcome is unknown
};
[[nodiscard]] Failure rejection_failure(const Rejection& rejection, const ChangeId& change);

} // namespace tenon::daml_api
