#include "notes.hpp"

#include <set>

#include "com/daml/ledger/api/v1/admin/package_management_service.pb.h"
#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"
#include "com/daml/ledger/api/v1/ledger_identity_service.pb.h"
#include "tenon/files.hpp"

namespace tenon::bench {
namespace {

namespace lapi = com::daml::ledger::api::v1;

constexpr std::size_t kOwners = 16;
constexpr const char* kText = "forty characters, like most texts have it";
const std::string kApi = "com.daml.ledger.api.v1.";

void add_field(lapi::Record& record, const char* label, lapi::Value value) {
  lapi::RecordField& field = *record.add_fields();
  field.set_label(label);
  *field.mutable_value() = std::move(value);
}

lapi::Value party(const std::string& name) {
  lapi::Value value;
  value.set_party(name);
  return value;
}

lapi::Value text(const char* content) {
  lapi::Value value;
  value.set_text(content);
  return value;
}

lapi::Value number_value(std::uint64_t number) {
  lapi::Value value;
  value.set_int64(static_cast<std::int64_t>(number));
  return value;
}

Result<std::set<std::string>> packages(LedgerClient& client) {
  TENON_ASSIGN_OR_RETURN(const auto known,
                         client.call<lapi::admin::ListKnownPackagesResponse>(
                             kApi + "admin.PackageManagementService/ListKnownPackages",
                             lapi::admin::ListKnownPackagesRequest()));
  std::set<std::string> ids;
  for (const auto& package : known.package_details())
    ids.insert(package.package_id());
  return ids;
}

Result<std::string> upload(LedgerClient& client, const std::filesystem::path& dar) {
  lapi::admin::UploadDarFileRequest request;
  TENON_ASSIGN_OR_RETURN(*request.mutable_dar_file(), tool::read_file(dar));
  TENON_ASSIGN_OR_RETURN(const auto before, packages(client));
  TENON_RETURN_IF_ERROR(
      client
          .call<lapi::admin::UploadDarFileResponse>(
              kApi + "admin.PackageManagementService/UploadDarFile", request)
          .status());
  TENON_ASSIGN_OR_RETURN(const auto after, packages(client));
  for (const std::string& id : after) {
    if (!before.contains(id))
      return id;
  }
  return data_loss("the package of " + dar.string() + " was uploaded and is not listed");
}

Result<std::string> allocate(LedgerClient& client, const std::string& hint) {
  lapi::admin::AllocatePartyRequest request;
  request.set_party_id_hint(hint);
  TENON_ASSIGN_OR_RETURN(const auto answer,
                         client.call<lapi::admin::AllocatePartyResponse>(
                             kApi + "admin.PartyManagementService/AllocateParty", request));
  return answer.party_details().party();
}

} // namespace

Result<Notes> Notes::prepare(LedgerClient& client, const std::filesystem::path& dar) {
  Notes notes;
  TENON_ASSIGN_OR_RETURN(const auto identity,
                         client.call<lapi::GetLedgerIdentityResponse>(
                             kApi + "LedgerIdentityService/GetLedgerIdentity",
                             lapi::GetLedgerIdentityRequest()));
  notes.ledger_id_ = identity.ledger_id();
  TENON_ASSIGN_OR_RETURN(notes.package_id_, upload(client, dar));
  TENON_ASSIGN_OR_RETURN(notes.reader_, allocate(client, "reader"));
  for (std::size_t i = 0; i < kOwners; ++i) {
    TENON_ASSIGN_OR_RETURN(notes.owners_.emplace_back(),
                           allocate(client, "owner-" + std::to_string(i)));
  }
  return notes;
}

const std::string& Notes::owner(std::uint64_t number) const {
  return owners_[number % owners_.size()];
}

lapi::Identifier Notes::template_id() const {
  lapi::Identifier id;
  id.set_package_id(package_id_);
  id.set_module_name("Notes");
  id.set_entity_name("Note");
  return id;
}

lapi::Record Notes::note(const std::string& owner, std::uint64_t number) const {
  lapi::Record record;
  add_field(record, "owner", party(owner));
  add_field(record, "reader", party(reader_));
  add_field(record, "number", number_value(number));
  add_field(record, "text", text(kText));
  return record;
}

SubmitRequest Notes::submit(const char* kind, std::uint64_t number) const {
  SubmitRequest request;
  lapi::Commands& commands = *request.mutable_commands();
  commands.set_ledger_id(ledger_id_);
  commands.set_application_id("bench");
  commands.set_command_id(kind + std::to_string(number));
  commands.set_party(owner(number));
  return request;
}

SubmitRequest Notes::create_and_close(std::uint64_t number) const {
  SubmitRequest request = submit("close-", number);
  auto& command = *request.mutable_commands()->add_commands()->mutable_createandexercise();
  *command.mutable_template_id() = template_id();
  *command.mutable_create_arguments() = note(owner(number), number);
  command.set_choice("Close");
  add_field(*command.mutable_choice_argument()->mutable_record(), "remark", text("done"));
  return request;
}

SubmitRequest Notes::create(std::uint64_t number, std::uint64_t count) const {
  SubmitRequest request = submit("create-", number);
  for (std::uint64_t i = 0; i < count; ++i) {
    auto& command = *request.mutable_commands()->add_commands()->mutable_create();
    *command.mutable_template_id() = template_id();
    *command.mutable_create_arguments() = note(owner(number), number * count + i);
  }
  return request;
}

lapi::TransactionFilter Notes::filter() const {
  lapi::TransactionFilter filter;
  (*filter.mutable_filters_by_party())[reader_];
  return filter;
}

lapi::GetTransactionsRequest Notes::transactions(const std::string& after,
                                                 const std::string& up_to) const {
  lapi::GetTransactionsRequest request;
  request.set_ledger_id(ledger_id_);
  request.mutable_begin()->set_absolute(after);
  request.mutable_end()->set_absolute(up_to);
  *request.mutable_filter() = filter();
  return request;
}

lapi::GetActiveContractsRequest Notes::active_contracts(bool verbose) const {
  lapi::GetActiveContractsRequest request;
  request.set_ledger_id(ledger_id_);
  *request.mutable_filter() = filter();
  request.set_verbose(verbose);
  return request;
}

Result<std::string> Notes::ledger_end(LedgerClient& client) const {
  lapi::GetLedgerEndRequest request;
  request.set_ledger_id(ledger_id_);
  TENON_ASSIGN_OR_RETURN(const auto end, client.call<lapi::GetLedgerEndResponse>(
                                             kApi + "TransactionService/GetLedgerEnd", request));
  return end.offset().absolute();
}

} // namespace tenon::bench
