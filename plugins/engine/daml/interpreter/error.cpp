#include "interpreter/error.hpp"

namespace tenon::daml::interpreter {

namespace {

struct Published {
  std::string_view id;
  Code code;
};

Published published(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::kIllFormedProgram:
  case ErrorKind::kUnsupported:
  case ErrorKind::kMatchFailed:
  case ErrorKind::kInvalidCodePoint:
    return {"LEDGER_API_INTERNAL_ERROR", Code::kInternal};
  case ErrorKind::kInvalidCommand:
    return {"COMMAND_PREPROCESSING_FAILED", Code::kInvalidArgument};
  case ErrorKind::kMissingPackage:
    return {"PACKAGE_NOT_FOUND", Code::kNotFound};
  case ErrorKind::kUnhandledException:
  case ErrorKind::kUserError:
  case ErrorKind::kPreconditionFailed:
  case ErrorKind::kKeyNotVisible:
  case ErrorKind::kUpgrade:
    return {"DAML_INTERPRETATION_ERROR", Code::kFailedPrecondition};
  case ErrorKind::kContractNotFound:
    return {"CONTRACT_NOT_FOUND", Code::kNotFound};
  case ErrorKind::kContractKeyNotFound:
    return {"CONTRACT_KEY_NOT_FOUND", Code::kNotFound};
  case ErrorKind::kWrongTemplate:
  case ErrorKind::kWrongInterface:
  case ErrorKind::kNotComparable:
  case ErrorKind::kContractIdsNotComparable:
  case ErrorKind::kContractIdInKey:
  case ErrorKind::kValueNesting:
  case ErrorKind::kInvalidValue:
    return {"DAML_INTERPRETER_INVALID_ARGUMENT", Code::kInvalidArgument};
  case ErrorKind::kStepsExceeded:
  case ErrorKind::kMemoryExceeded:
  case ErrorKind::kConstantExceeded:
  case ErrorKind::kStackExceeded:
    return {"DAML_INTERPRETATION_ERROR", Code::kResourceExhausted};
  case ErrorKind::kLedger:
    break;
  }
  return {"DAML_INTERPRETATION_ERROR", Code::kFailedPrecondition};
}

// By these words clients know what a program itself has said from what was said of it.
std::string_view heading(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::kUnhandledException:
    return "Interpretation error: Error: Unhandled Daml exception: ";
  case ErrorKind::kUserError:
    return "Interpretation error: Error: User abort: ";
  default:
    return {};
  }
}

} // namespace

std::string_view Error::id() const {
  return ledger ? ledger->id() : published(kind).id;
}

Status Error::to_status() const {
  if (ledger)
    return ledger->to_status();
  const Published what = published(kind);
  std::string text = std::string(what.id) + ": " + std::string(heading(kind)) + message;
  if (root_node) {
    text += ". Details: Last location: [" + (trace.empty() ? std::string() : trace.front()) +
            "], partial transaction: root node " + std::to_string(*root_node);
  } else if (!trace.empty()) {
    text += " (in " + trace.front() + ")";
  }
  return {what.code, std::move(text)};
}

} // namespace tenon::daml::interpreter
