#include "services/party_management.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "com/daml/ledger/api/v1/admin/party_management_service.pb.h"
#include "common/random_id.hpp"
#include "errors/codes.hpp"
#include "services/object_meta.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

namespace admin = com::daml::ledger::api::v1::admin;

constexpr const char* kSystemEngine = "sys";
constexpr std::array<std::string_view, 6> kFields = {
    "party",      "display_name",
    "is_local",   "local_metadata.annotations",
    "local_metadata.resource_version", "identity_provider_id"};

bool hosted_here(const ParticipantParts& parts, const v1::PartyInfo& info) {
  const auto& hosts = info.record().hosted_by();
  return std::find(hosts.begin(), hosts.end(), parts.client_id) != hosts.end();
}

void set_details(admin::PartyDetails& details, const v1::PartyInfo& info, bool local,
                 const PartyRecord* record) {
  details.set_party(info.party());
  details.set_display_name(info.record().display_name());
  details.set_is_local(local);
  details.mutable_local_metadata();
  if (record != nullptr) {
    set_meta(*details.mutable_local_metadata(), record->version, record->annotations);
    details.set_identity_provider_id(record->identity_provider_id);
  }
}

// As whoever administers that identity provider may see it: parties of others are there, but not
// what is noted of them, and to all but the default one they are not local either.
void add_visible(const ParticipantParts& parts, const std::vector<v1::PartyInfo>& infos,
                 const std::map<std::string, PartyRecord>& records, const std::string& provider,
                 google::protobuf::RepeatedPtrField<admin::PartyDetails>& out) {
  for (const v1::PartyInfo& info : infos) {
    const auto found = records.find(info.party());
    const bool own =
        found != records.end() && found->second.identity_provider_id == provider;
    const bool local = hosted_here(parts, info) && (own || provider == kDefaultProvider);
    set_details(*out.Add(), info, local, own ? &found->second : nullptr);
  }
}

Answer<std::map<std::string, PartyRecord>> records_of(const ParticipantParts& parts,
                                                      const std::vector<v1::PartyInfo>& infos) {
  std::vector<std::string> names;
  names.reserve(infos.size());
  for (const v1::PartyInfo& info : infos)
    names.push_back(info.party());
  return parts.store.parties(names);
}

Answer<admin::GetPartiesResponse> get_parties(const ParticipantParts& parts,
                                              const admin::GetPartiesRequest& request) {
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, request.identity_provider_id(),
                                        "identity_provider_id"));
  std::set<std::string> names;
  for (const std::string& party : request.parties()) {
    TENON_RETURN_IF_FAILED(require_party(party));
    names.insert(party);
  }
  TENON_ASSIGN_OR_RETURN(const auto infos, known_parties(parts, {names.begin(), names.end()}));
  TENON_ASSIGN_OR_RETURN(const auto records, records_of(parts, infos));
  admin::GetPartiesResponse response;
  add_visible(parts, infos, records, request.identity_provider_id(),
              *response.mutable_party_details());
  return response;
}

// The ledger gives them page by page too.
Answer<std::vector<v1::PartyInfo>> parties_after(const ParticipantParts& parts,
                                                 std::string after, std::size_t count) {
  std::vector<v1::PartyInfo> infos;
  while (infos.size() < count) {
    v1::PartiesRequest request;
    request.set_after(after);
    request.set_limit(count - infos.size());
    TENON_ASSIGN_OR_RETURN(v1::PartiesResponse page, parts.ledger.parties(request));
    for (v1::PartyInfo& info : *page.mutable_parties())
      infos.push_back(std::move(info));
    if (!page.more() || page.parties().empty())
      break;
    after = infos.back().party();
  }
  return infos;
}

Answer<admin::ListKnownPartiesResponse>
list_known_parties(const ParticipantParts& parts, const admin::ListKnownPartiesRequest& request) {
  TENON_ASSIGN_OR_RETURN(const std::string after, read_page_token(request.page_token()));
  if (request.page_size() < 0)
    return wrong_argument("page_size: expected 0 or more, found " +
                          std::to_string(request.page_size()));
  if (static_cast<std::uint32_t>(request.page_size()) > parts.max_parties_page) {
    return wrong_argument("page_size: expected at most " + std::to_string(parts.max_parties_page) +
                          ", found " + std::to_string(request.page_size()));
  }
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, request.identity_provider_id(),
                                        "identity_provider_id"));
  const std::size_t count = request.page_size() == 0
                                ? parts.max_parties_page
                                : static_cast<std::uint32_t>(request.page_size());
  TENON_ASSIGN_OR_RETURN(const auto infos, parties_after(parts, after, count));
  TENON_ASSIGN_OR_RETURN(const auto records, records_of(parts, infos));
  admin::ListKnownPartiesResponse response;
  add_visible(parts, infos, records, request.identity_provider_id(),
              *response.mutable_party_details());
  if (infos.size() == count)
    response.set_next_page_token(page_token(infos.back().party()));
  return response;
}

Answer<PartyRecord> new_record(const admin::AllocatePartyRequest& request) {
  if (!request.party_id_hint().empty())
    TENON_RETURN_IF_FAILED(require_party(request.party_id_hint()));
  TENON_RETURN_IF_FAILED(require_no_version(request.local_metadata(),
                                            "party_details.local_metadata.resource_version"));
  PartyRecord record;
  TENON_ASSIGN_OR_RETURN(record.annotations,
                         read_annotations(request.local_metadata(), EmptyValues::kRefused,
                                          "party_details.local_metadata.annotations"));
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, request.identity_provider_id(),
                                        "identity_provider_id"));
  record.identity_provider_id = request.identity_provider_id();
  record.party =
      request.party_id_hint().empty() ? "party-" + api::random_id() : request.party_id_hint();
  return record;
}

// What the ledger says to an allocation that it refuses.
Failure refused(const v1::Completion& completion, const std::string& party) {
  if (completion.reason() == "PARTY_EXISTS")
    return wrong_argument("Party already exists: " + party);
  if (completion.reason() == "INVALID_PARTY")
    return wrong_argument(completion.message());
  if (completion.reason() == "ALLOCATION_NOT_ALLOWED")
    return {codes::kPermissionDenied, completion.message()};
  Status status(static_cast<Code>(completion.code()), completion.message());
  return Failure::from_status(
      completion.fault() ? Status::make_fault(status.code(), status.message()) : status);
}

Answer<admin::AllocatePartyResponse> note_allocated(const ParticipantParts& parts,
                                                    const PartyRecord& record,
                                                    const std::string& display_name) {
  TENON_ASSIGN_OR_RETURN(const PartyRecord created, parts.store.create_party(record));
  v1::PartyInfo info;
  info.set_party(record.party);
  info.mutable_record()->set_display_name(display_name);
  admin::AllocatePartyResponse response;
  set_details(*response.mutable_party_details(), info, true, &created);
  return response;
}

Answer<v1::Submission> allocation(const ParticipantParts& parts, const PartyRecord& record,
                                  const std::string& display_name) {
  TENON_RETURN_IF_FAILED(require_provider(parts, record.identity_provider_id));
  v1::SystemCommand command;
  command.mutable_allocate_party()->set_party(record.party);
  command.mutable_allocate_party()->set_display_name(display_name);
  v1::Submission submission;
  submission.set_engine(kSystemEngine);
  submission.set_command_id("allocate|" + api::random_id());
  submission.set_command(command.SerializeAsString());
  return submission;
}

void allocate_party(const ParticipantParts& parts, const admin::AllocatePartyRequest& request,
                    const rpc::Reply<admin::AllocatePartyResponse>& reply) {
  const Answer<PartyRecord> record = new_record(request);
  if (!record.ok())
    return reply(record.failure());
  const Answer<v1::Submission> submission = allocation(parts, *record, request.display_name());
  if (!submission.ok())
    return reply(submission.failure());
  const Status status = parts.ledger.submit(
      *submission, [&parts, reply, record = *record, display_name = request.display_name()](
                       const v1::Completion& completion) {
        if (completion.code() != 0)
          return reply(refused(completion, record.party));
        reply(note_allocated(parts, record, display_name));
      });
  if (!status.ok())
    reply(Failure::from_status(status));
}

// What a request to update asks for, before the party is looked up.
struct WantedDetails {
  PartyUpdate update;
  std::optional<std::string> display_name;
  std::optional<bool> local;
};

Failure bad_update(const std::string& party, const std::string& why) {
  return Failure(codes::kInvalidPartyDetailsUpdateRequest,
                 "updating the details of the party '" + party + "': " + why)
      .about("PARTY", party);
}

Answer<WantedDetails> read_update(const ParticipantParts& parts,
                                  const admin::UpdatePartyDetailsRequest& request) {
  if (!request.has_party_details())
    return missing_field("party_details");
  const admin::PartyDetails& details = request.party_details();
  TENON_RETURN_IF_FAILED(require_party(details.party()));
  WantedDetails wanted;
  wanted.update.party = details.party();
  TENON_ASSIGN_OR_RETURN(wanted.update.expected_version,
                         read_version(details.local_metadata(), "party_details.local_metadata"));
  TENON_ASSIGN_OR_RETURN(const Annotations annotations,
                         read_annotations(details.local_metadata(), EmptyValues::kRemove,
                                          "party_details.local_metadata.annotations"));
  if (!request.has_update_mask())
    return missing_field("update_mask");
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, details.identity_provider_id(),
                                        "identity_provider_id"));
  wanted.update.identity_provider_id = details.identity_provider_id();
  TENON_RETURN_IF_FAILED(require_provider(parts, details.identity_provider_id()));
  TENON_ASSIGN_OR_RETURN(const UpdateMask mask,
                         UpdateMask::read(request.update_mask(), kFields, [&](const auto& why) {
                           return bad_update(details.party(), why);
                         }));
  wanted.update.annotations =
      mask.pick("local_metadata.annotations", annotations, annotations.empty());
  wanted.display_name =
      mask.pick("display_name", details.display_name(), details.display_name().empty());
  wanted.local = mask.pick("is_local", details.is_local(), !details.is_local());
  return wanted;
}

Answer<admin::UpdatePartyDetailsResponse>
update_party(const ParticipantParts& parts, const admin::UpdatePartyDetailsRequest& request) {
  TENON_ASSIGN_OR_RETURN(const WantedDetails wanted, read_update(parts, request));
  const std::string& party = wanted.update.party;
  TENON_ASSIGN_OR_RETURN(const auto known, known_parties(parts, {party}));
  if (known.empty()) {
    return Failure(codes::kPartyNotFound,
                   "updating the details of a party: the ledger has no party '" + party + "'")
        .about("PARTY", party);
  }
  const v1::PartyInfo& info = known.front();
  const bool local = hosted_here(parts, info);
  if (wanted.local.has_value() && *wanted.local != local)
    return bad_update(party, "is_local is what the ledger says and cannot be changed here");
  if (wanted.display_name.has_value() && *wanted.display_name != info.record().display_name()) {
    return bad_update(party, "display_name cannot be changed: it is \"" +
                                 info.record().display_name() + "\" on the ledger");
  }
  TENON_ASSIGN_OR_RETURN(const PartyRecord record,
                         parts.store.update_party(wanted.update, local));
  admin::UpdatePartyDetailsResponse response;
  set_details(*response.mutable_party_details(), info, local, &record);
  return response;
}

Answer<admin::UpdatePartyIdentityProviderResponse>
move_party(const ParticipantParts& parts,
           const admin::UpdatePartyIdentityProviderRequest& request) {
  const std::string& from = request.source_identity_provider_id();
  const std::string& to = request.target_identity_provider_id();
  TENON_RETURN_IF_FAILED(require_party(request.party()));
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, from, "source_identity_provider_id"));
  TENON_RETURN_IF_FAILED(optional_field(kLedgerStringSyntax, to, "target_identity_provider_id"));
  TENON_RETURN_IF_FAILED(require_provider(parts, from));
  TENON_RETURN_IF_FAILED(require_provider(parts, to));
  TENON_ASSIGN_OR_RETURN(const auto known, known_parties(parts, {request.party()}));
  const bool local = !known.empty() && hosted_here(parts, known.front());
  TENON_RETURN_IF_FAILED(parts.store.move_party(request.party(), from, to, local));
  return admin::UpdatePartyIdentityProviderResponse();
}

} // namespace

void add_party_management(rpc::Methods& methods, const ParticipantParts& parts) {
  const std::string service = "com.daml.ledger.api.v1.admin.PartyManagementService/";
  methods.unary<admin::GetParticipantIdRequest, admin::GetParticipantIdResponse>(
      service + "GetParticipantId", [&parts](const auto&, const auto&, auto reply) {
        admin::GetParticipantIdResponse response;
        response.set_participant_id(parts.participant_id);
        reply(std::move(response));
      });
  methods.unary<admin::GetPartiesRequest, admin::GetPartiesResponse>(
      service + "GetParties", [&parts](const auto&, const auto& request, auto reply) {
        reply(get_parties(parts, request));
      });
  methods.unary<admin::ListKnownPartiesRequest, admin::ListKnownPartiesResponse>(
      service + "ListKnownParties", [&parts](const auto&, const auto& request, auto reply) {
        reply(list_known_parties(parts, request));
      });
  methods.unary<admin::AllocatePartyRequest, admin::AllocatePartyResponse>(
      service + "AllocateParty", [&parts](const auto&, const auto& request, auto reply) {
        allocate_party(parts, request, reply);
      });
  methods.unary<admin::UpdatePartyDetailsRequest, admin::UpdatePartyDetailsResponse>(
      service + "UpdatePartyDetails", [&parts](const auto&, const auto& request, auto reply) {
        reply(update_party(parts, request));
      });
  methods.unary<admin::UpdatePartyIdentityProviderRequest,
                admin::UpdatePartyIdentityProviderResponse>(
      service + "UpdatePartyIdentityProviderId",
      [&parts](const auto&, const auto& request, auto reply) {
        reply(move_party(parts, request));
      });
}

} // namespace tenon::daml_api
