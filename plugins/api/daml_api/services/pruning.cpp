#include "services/pruning.hpp"

#include "com/daml/ledger/api/v1/admin/participant_pruning_service.pb.h"
#include "errors/codes.hpp"
#include "submission/offset.hpp"

namespace tenon::daml_api {

namespace admin = com::daml::ledger::api::v1::admin;

namespace {

Answer<admin::PruneResponse> prune(const ServiceParts& parts, const admin::PruneRequest& request) {
  TENON_RETURN_IF_FAILED(
      optional_field(kLedgerStringSyntax, request.submission_id(), "submission_id"));
  if (request.prune_up_to().empty())
    return wrong_argument("prune_up_to not specified");
  TENON_ASSIGN_OR_RETURN(const std::uint64_t up_to,
                         parse_offset(request.prune_up_to(), "prune_up_to"));
  const std::uint64_t end = parts.index.extent().end;
  if (up_to >= end) {
    return Failure(codes::kOffsetOutOfRange, "prune_up_to needs to be before ledger end " +
                                                 offset_text(end) + ", and not " +
                                                 request.prune_up_to().substr(0, 256));
  }
  const Status pruned = parts.index.prune(up_to, request.prune_all_divulged_contracts());
  if (!pruned.ok())
    return pruned;
  return admin::PruneResponse();
}

} // namespace

void add_pruning_service(rpc::Methods& methods, const ServiceParts& parts) {
  methods.unary<admin::PruneRequest, admin::PruneResponse>(
      std::string(kAdminApi) + "ParticipantPruningService/Prune",
      [&parts](const rpc::Call&, const admin::PruneRequest& request, auto reply) {
        reply(prune(parts, request));
      });
}

} // namespace tenon::daml_api
