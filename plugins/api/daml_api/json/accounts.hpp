// Users, parties, packages and the metering report: the services of the Ledger API, called in this
// process with the token's claims and told in JSON. Any thread.
#pragma once

#include "json/exchange.hpp"

namespace tenon::daml_api::json {

// `parts` outlives the answer.
void get_own_user(const Parts& parts, const ExchangePtr& exchange);
void get_user(const Parts& parts, const ExchangePtr& exchange);
void list_users(const Parts& parts, const ExchangePtr& exchange);
void create_user(const Parts& parts, const ExchangePtr& exchange);
void delete_user(const Parts& parts, const ExchangePtr& exchange);
void list_own_rights(const Parts& parts, const ExchangePtr& exchange);
void list_rights(const Parts& parts, const ExchangePtr& exchange);
void grant_rights(const Parts& parts, const ExchangePtr& exchange);
void revoke_rights(const Parts& parts, const ExchangePtr& exchange);

void list_parties(const Parts& parts, const ExchangePtr& exchange);
void get_parties(const Parts& parts, const ExchangePtr& exchange);
void allocate_party(const Parts& parts, const ExchangePtr& exchange);

void list_packages(const Parts& parts, const ExchangePtr& exchange);
void get_package(const Parts& parts, const ExchangePtr& exchange);
void upload_package(const Parts& parts, const ExchangePtr& exchange);

void metering_report(const Parts& parts, const ExchangePtr& exchange);

} // namespace tenon::daml_api::json
