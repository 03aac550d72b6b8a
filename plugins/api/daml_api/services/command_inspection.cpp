#include "services/command_inspection.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace admin = com::daml::ledger::api::v1::admin;

namespace {

constexpr std::uint32_t kDefaultLimit = 100;

// What an accepted command did, as far as it was not pruned.
Outcome add_updates(const ServiceParts& parts, CommandLog::Status& status) {
  if (status.state() != admin::STATE_SUCCEEDED)
    return {};
  TENON_ASSIGN_OR_RETURN(
      const auto transaction,
      parts.index.transaction(from_hex(status.completion().transaction_id()).value_or("")));
  if (!transaction)
    return {};
  auto& updates = *status.mutable_updates();
  for (const index::IndexedEvent& event : transaction->events) {
    if (!event.is_create())
      updates.set_exercised(updates.exercised() + 1);
    if (!event.is_flat())
      continue;
    auto& contract = event.is_create() ? *updates.add_created() : *updates.add_archived();
    contract.set_contract_id(event.contract_id);
    *contract.mutable_template_id() = api_identifier(event.template_id());
  }
  return {};
}

Answer<admin::GetCommandStatusResponse>
command_status(const ServiceParts& parts, const CommandLog& log,
               const admin::GetCommandStatusRequest& request) {
  if (!admin::CommandState_IsValid(request.state())) {
    return invalid_field("state", "expected 0 to 3, found " + std::to_string(request.state()));
  }
  const std::size_t limit = request.limit() == 0 ? kDefaultLimit : request.limit();
  admin::GetCommandStatusResponse response;
  std::vector<CommandLog::Status> found =
      log.find(request.command_id_prefix(), request.state(), limit);
  for (CommandLog::Status& status : found) {
    TENON_RETURN_IF_FAILED(add_updates(parts, status));
    *response.add_command_status() = std::move(status);
  }
  return response;
}

} // namespace

void add_command_inspection_service(rpc::Methods& methods, const ServiceParts& parts,
                                    const CommandLog& log) {
  methods.unary<admin::GetCommandStatusRequest, admin::GetCommandStatusResponse>(
      std::string(kAdminApi) + "CommandInspectionService/GetCommandStatus",
      [&parts, &log](const rpc::Call&, const admin::GetCommandStatusRequest& request, auto reply) {
        reply(command_status(parts, log, request));
      });
}

} // namespace tenon::daml_api
