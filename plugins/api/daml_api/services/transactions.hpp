// TransactionService: streams of transactions, flat and as trees; single ones by their id or by
// that of one of their events; where the ledger ends and how far it was pruned.
#pragma once

#include "services/service_parts.hpp"

namespace tenon::daml_api {

// `parts` outlives the methods.
void add_transaction_service(rpc::Methods& methods, const ServiceParts& parts);

} // namespace tenon::daml_api
