#include "ledger/error.hpp"

namespace tenon::daml::ledger {

namespace {

struct Published {
  std::string_view id;
  Code code;
};

Published published(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::kMissingAuthorization:
  case ErrorKind::kNoStakeholderAuthorizes:
  case ErrorKind::kNoSignatories:
  case ErrorKind::kNoControllers:
  case ErrorKind::kMaintainersNoSignatories:
    return {"DAML_AUTHORIZATION_ERROR", Code::kInvalidArgument};
  case ErrorKind::kNoMaintainers:
  case ErrorKind::kInvalidValue:
  case ErrorKind::kLimit:
    return {"DAML_INTERPRETER_INVALID_ARGUMENT", Code::kInvalidArgument};
  case ErrorKind::kContractNotActive:
    return {"CONTRACT_NOT_ACTIVE", Code::kNotFound};
  case ErrorKind::kContractNotFound:
    return {"CONTRACT_NOT_FOUND", Code::kNotFound};
  case ErrorKind::kContractExists:
    return {"INCONSISTENT_CONTRACTS", Code::kFailedPrecondition};
  case ErrorKind::kDuplicateKey:
    return {"DUPLICATE_CONTRACT_KEY", Code::kAlreadyExists};
  case ErrorKind::kInconsistentKey:
    return {"INCONSISTENT_CONTRACT_KEY", Code::kFailedPrecondition};
  }
  return {"INCONSISTENT", Code::kFailedPrecondition};
}

} // namespace

std::string contract_not_found(const ContractId& id) {
  return "Contract could not be found with id " + id.to_text();
}

std::string_view Error::id() const {
  return published(kind).id;
}

Status Error::to_status() const {
  const auto [error_id, code] = published(kind);
  return {code, std::string(error_id) + ": " + message};
}

} // namespace tenon::daml::ledger
