#include "auth/claims.hpp"
#include "errors/codes.hpp"
#include "participant/store.hpp"

namespace tenon::daml_api {

namespace {

constexpr std::string_view kTable = "party_annotations";

Failure about_party(const ErrorCode& code, std::string cause, const std::string& party) {
  return Failure(code, std::move(cause)).about("PARTY", party);
}

Failure not_found(std::string_view operation, const std::string& party) {
  return about_party(codes::kPartyNotFound,
                     std::string(operation) + ": the party '" + party + "' is not known here",
                     party);
}

Failure too_large(const std::string& party) {
  return about_party(codes::kMaxPartyDetailsAnnotationsSizeExceeded,
                     "the annotations of the party '" + party + "' would have more than 256 KiB",
                     party);
}

} // namespace

Answer<std::optional<PartyRecord>> ParticipantStore::find_party(const std::string& party) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection_->statement("SELECT identity_provider, version FROM parties WHERE party = ?"));
  sqlite::Rows rows = find->run(std::string_view(party));
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return std::optional<PartyRecord>();
  PartyRecord record;
  record.party = party;
  record.identity_provider_id = rows.bytes(0);
  record.version = rows.integer(1);
  TENON_ASSIGN_OR_RETURN(record.annotations, read_annotations(kTable, party));
  return std::optional<PartyRecord>(std::move(record));
}

Status ParticipantStore::insert_party(const PartyRecord& record) {
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const add,
                         connection_->statement("INSERT INTO parties VALUES (?, ?, ?)"));
  TENON_RETURN_IF_ERROR(add->execute(std::string_view(record.party),
                                     std::string_view(record.identity_provider_id),
                                     record.version));
  return write_annotations(kTable, record.party, record.annotations);
}

Answer<std::map<std::string, PartyRecord>>
ParticipantStore::parties(const std::vector<std::string>& names) {
  const std::lock_guard lock(mutex_);
  std::map<std::string, PartyRecord> records;
  for (const std::string& name : names) {
    TENON_ASSIGN_OR_RETURN(std::optional<PartyRecord> record, find_party(name));
    if (record.has_value())
      records.emplace(name, *std::move(record));
  }
  return records;
}

Answer<PartyRecord> ParticipantStore::create_party(const PartyRecord& record) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const std::optional<PartyRecord> found, find_party(record.party));
  if (found.has_value() && found->identity_provider_id != record.identity_provider_id)
    return not_allowed("the party " + record.party + " belongs to another identity provider");
  if (found.has_value()) {
    return about_party(codes::kInternalPartyRecordAlreadyExists,
                       "the new party '" + record.party + "' has a local record already",
                       record.party);
  }
  if (!annotations_fit(record.annotations))
    return too_large(record.party);
  PartyRecord created = record;
  created.version = 0;
  TENON_RETURN_IF_ERROR(insert_party(created));
  TENON_RETURN_IF_ERROR(transaction.commit());
  return created;
}

Answer<PartyRecord> ParticipantStore::update_party(const PartyUpdate& update, bool hosted) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const std::optional<PartyRecord> found, find_party(update.party));
  if (!found.has_value() && !hosted)
    return not_found("updating the details of a party", update.party);
  PartyRecord record;
  record.party = update.party;
  record.identity_provider_id = update.identity_provider_id;
  if (found.has_value()) {
    record = *found;
    if (record.identity_provider_id != update.identity_provider_id)
      return not_allowed("the party " + record.party + " belongs to another identity provider");
    if (update.expected_version.has_value() && *update.expected_version != record.version) {
      return about_party(codes::kConcurrentPartyDetailsUpdateDetected,
                         "the party '" + record.party +
                             "' has been changed meanwhile: it is at version " +
                             std::to_string(record.version),
                         record.party);
    }
    ++record.version;
  }
  if (update.annotations.has_value())
    record.annotations = merge_annotations(std::move(record.annotations), *update.annotations);
  if (!annotations_fit(record.annotations))
    return too_large(record.party);
  if (!found.has_value()) {
    TENON_RETURN_IF_ERROR(insert_party(record));
  } else {
    TENON_ASSIGN_OR_RETURN(
        sqlite::Statement* const write,
        connection_->statement("UPDATE parties SET version = ? WHERE party = ?"));
    TENON_RETURN_IF_ERROR(write->execute(record.version, std::string_view(record.party)));
    TENON_RETURN_IF_ERROR(write_annotations(kTable, record.party, record.annotations));
  }
  TENON_RETURN_IF_ERROR(transaction.commit());
  return record;
}

Outcome ParticipantStore::move_party(const std::string& party, const std::string& from,
                                     const std::string& to, bool hosted) {
  const std::lock_guard lock(mutex_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_ASSIGN_OR_RETURN(const std::optional<PartyRecord> found, find_party(party));
  const bool there = found.has_value() ? found->identity_provider_id == from
                                       : hosted && from == kDefaultProvider;
  if (!there)
    return not_found("changing the identity provider of a party", party);
  if (!found.has_value()) {
    PartyRecord record;
    record.party = party;
    record.identity_provider_id = to;
    TENON_RETURN_IF_ERROR(insert_party(record));
    return transaction.commit();
  }
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const write,
      connection_->statement("UPDATE parties SET identity_provider = ? WHERE party = ?"));
  TENON_RETURN_IF_ERROR(write->execute(std::string_view(to), std::string_view(party)));
  return transaction.commit();
}

} // namespace tenon::daml_api
