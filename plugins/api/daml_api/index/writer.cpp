#include "index/writer.hpp"

#include <algorithm>

#include "index/decoding.hpp"
#include "index/loading.hpp"
#include "index/postings.hpp"

namespace tenon::daml_api::index {

namespace {

using sqlite::Blob;

constexpr std::uint64_t kHourUs = 3'600'000'000;
constexpr std::string_view kInsertPosting =
    "INSERT OR IGNORE INTO postings(party, list, offset) VALUES (?, ?, ?)";
constexpr std::string_view kDeletePosting =
    "DELETE FROM postings WHERE party = ? AND list = ? AND offset = ?";

} // namespace

Result<std::vector<std::shared_ptr<const IndexedTransaction>>>
Writer::append(const tenon::v1::TransactionsResponse& page) {
  std::vector<std::shared_ptr<const IndexedTransaction>> added;
  StateRow state = state_;
  NewNames names(names_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  for (const tenon::v1::LedgerTransaction& message : page.transactions()) {
    if (message.offset() <= state.extent.end) {
      return fault("the ledger gave a transaction at offset " + std::to_string(message.offset()) +
                   ", expected one after " + std::to_string(state.extent.end));
    }
    state.extent.end = message.offset();
    state.extent.end_record_time_us = message.record_time_us();
    if (message.engine() != engine_)
      continue;
    auto decoded = decode_transaction(message);
    if (!decoded.ok())
      return fault(decoded.status().message()); // the ledger's, not this database's
    TENON_RETURN_IF_ERROR(insert(message, **decoded, names, state));
    if (!(*decoded)->events.empty())
      state.extent.end_ledger_time_us = (*decoded)->ledger_time_us();
    added.push_back(std::move(*decoded));
  }
  state.followed_to = std::max(page.next_offset(), state.extent.end);
  TENON_RETURN_IF_ERROR(write_state(*connection_, state));
  TENON_RETURN_IF_ERROR(transaction.commit());
  names.committed();
  state_ = state;
  return added;
}

Status Writer::insert(const tenon::v1::LedgerTransaction& message,
                      const IndexedTransaction& transaction, NewNames& names, StateRow& state) {
  TENON_RETURN_IF_ERROR(insert_header(message, state.next_sequence));
  for (int i = 0; i < message.events_size(); ++i) {
    const IndexedEvent& event = transaction.events[static_cast<std::size_t>(i)];
    const Place place{message.offset(), event.node(), state.next_sequence++};
    TENON_RETURN_IF_ERROR(
        insert_event(place, message.events(i).payload(), event.witnesses, names));
    if (event.is_create()) {
      TENON_RETURN_IF_ERROR(
          insert_create(place, event.event->created(), event.transient, names));
    } else if (event.is_archive()) {
      TENON_RETURN_IF_ERROR(insert_archive(place, event, names));
    }
  }
  TENON_RETURN_IF_ERROR(insert_postings(transaction, names));
  return transaction.completion ? insert_completion(transaction, names) : ok_status();
}

Status Writer::insert_header(const tenon::v1::LedgerTransaction& message,
                             std::uint64_t first_event) {
  tenon::v1::LedgerTransaction header;
  header.set_offset(message.offset());
  header.set_transaction_id(message.transaction_id());
  header.set_record_time_us(message.record_time_us());
  header.set_submitter_view(message.submitter_view());
  *header.mutable_act_as() = message.act_as();
  header.set_command_id(message.command_id());
  header.set_context(message.context());
  header.set_code(message.code());
  header.set_reason(message.reason());
  header.set_message(message.message());
  return execute("INSERT INTO transactions(offset, id, record_time, first_event, events, header) "
                 "VALUES (?, ?, ?, ?, ?, ?)",
                 message.offset(), Blob{message.transaction_id()}, message.record_time_us(),
                 first_event, static_cast<std::int64_t>(message.events_size()),
                 Blob{header.SerializeAsString()});
}

Status Writer::insert_event(Place place, BytesView payload,
                            const std::vector<std::string>& witnesses, NewNames& names) {
  Bytes ids;
  for (const std::string& witness : witnesses) {
    TENON_ASSIGN_OR_RETURN(const NameId id, names.intern(*connection_, witness));
    append_name_id(ids, id);
  }
  return execute("INSERT INTO events(sequence, offset, node, payload, witnesses) "
                 "VALUES (?, ?, ?, ?, ?)",
                 place.sequence, place.offset, std::int64_t{place.node}, Blob{payload}, Blob{ids});
}

Status Writer::insert_create(Place place, const engine::Contract& contract, bool transient,
                             NewNames& names) {
  TENON_RETURN_IF_ERROR(execute("INSERT INTO contracts(id, created) VALUES (?, ?) "
                                "ON CONFLICT(id) DO UPDATE SET created = excluded.created",
                                Blob{contract.contract_id()}, place.sequence));
  if (!contract.key_hash().empty()) {
    TENON_RETURN_IF_ERROR(execute("INSERT INTO key_creates(key_hash, sequence) VALUES (?, ?)",
                                  Blob{contract.key_hash()}, place.sequence));
  }
  if (transient)
    return {}; // never active between transactions
  TENON_ASSIGN_OR_RETURN(const NameId type, names.intern(*connection_, contract.template_()));
  for (const std::string_view party : stakeholders_of(contract)) {
    TENON_ASSIGN_OR_RETURN(const NameId id, names.intern(*connection_, std::string(party)));
    TENON_RETURN_IF_ERROR(
        execute("INSERT OR IGNORE INTO active(party, template, sequence) VALUES (?, ?, ?)", id,
                type, place.sequence));
  }
  return {};
}

Status Writer::insert_archive(Place place, const IndexedEvent& event, NewNames& names) {
  const engine::Exercise& exercise = event.event->exercised();
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection_->statement("SELECT created FROM contracts WHERE id = ?"));
  std::uint64_t created = 0; // 0: it was never seen
  {
    sqlite::Rows rows = find->run(Blob{exercise.contract_id()});
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (there)
      created = rows.number(0);
  }
  TENON_RETURN_IF_ERROR(
      execute("INSERT INTO contracts(id, archived, archived_at) VALUES (?, ?, ?) ON CONFLICT(id) "
              "DO UPDATE SET archived = excluded.archived, archived_at = excluded.archived_at",
              Blob{exercise.contract_id()}, place.sequence, place.offset));
  if (created == 0 || event.transient)
    return {};
  TENON_ASSIGN_OR_RETURN(const NameId type, names.intern(*connection_, exercise.template_()));
  for (const std::string& party : exercise.stakeholders()) {
    TENON_ASSIGN_OR_RETURN(const NameId id, names.intern(*connection_, party));
    TENON_RETURN_IF_ERROR(
        execute("DELETE FROM active WHERE party = ? AND template = ? AND sequence = ?", id, type,
                created));
    TENON_RETURN_IF_ERROR(execute("INSERT OR IGNORE INTO archived(party, template, offset, "
                                  "sequence) VALUES (?, ?, ?, ?)",
                                  id, type, place.offset, created));
  }
  return {};
}

Status Writer::insert_postings(const IndexedTransaction& transaction, NewNames& names) {
  const Postings postings = postings_of(transaction);
  const auto intern = [&](std::string_view name) {
    return names.intern(*connection_, std::string(name));
  };
  for (const std::string_view party : postings.witnesses) {
    TENON_ASSIGN_OR_RETURN(const NameId id, intern(party));
    TENON_RETURN_IF_ERROR(execute(kInsertPosting, id, kAllEvents, transaction.offset));
  }
  for (const std::string_view party : postings.stakeholders) {
    TENON_ASSIGN_OR_RETURN(const NameId id, intern(party));
    TENON_RETURN_IF_ERROR(execute(kInsertPosting, id, kAnyTemplate, transaction.offset));
  }
  for (const auto& [party, type] : postings.templates) {
    TENON_ASSIGN_OR_RETURN(const NameId id, intern(party));
    TENON_ASSIGN_OR_RETURN(const NameId list, intern(type));
    TENON_RETURN_IF_ERROR(execute(kInsertPosting, id, list, transaction.offset));
  }
  return {};
}

Status Writer::insert_completion(const IndexedTransaction& transaction, NewNames& names) {
  const IndexedCompletion& completion = *transaction.completion;
  if (completion.context.application_id().empty())
    return {}; // of another API: no application waits for it
  TENON_ASSIGN_OR_RETURN(const NameId application,
                         names.intern(*connection_, completion.context.application_id()));
  for (const std::string& party : completion.act_as) {
    TENON_ASSIGN_OR_RETURN(const NameId id, names.intern(*connection_, party));
    TENON_RETURN_IF_ERROR(execute("INSERT OR IGNORE INTO completions(application, party, offset) "
                                  "VALUES (?, ?, ?)",
                                  application, id, completion.offset));
  }
  if (transaction.events.empty())
    return {};
  return execute("INSERT INTO metering(hour, application, events) VALUES (?, ?, ?) ON "
                 "CONFLICT(hour, application) DO UPDATE SET events = events + excluded.events",
                 transaction.record_time_us / kHourUs, application,
                 static_cast<std::uint64_t>(transaction.events.size()));
}

Status Writer::begin_anew(StateSource& source) {
  StateRow state;
  state.next_sequence = state_.next_sequence; // numbers are never used again
  TENON_ASSIGN_OR_RETURN(const StateSource::Place place, source.begin());
  state.extent.began_at = place.offset;
  state.extent.pruned_up_to = std::max(state_.extent.pruned_up_to, place.offset);
  state.extent.divulgence_pruned_up_to = state_.extent.divulgence_pruned_up_to;
  state.extent.divulgence_pruned_us = state_.extent.divulgence_pruned_us;
  state.extent.end = place.offset;
  state.extent.end_record_time_us = place.record_time_us;
  state.followed_to = place.offset;
  NewNames names(names_);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_RETURN_IF_ERROR(connection_->execute(
      "DELETE FROM transactions; DELETE FROM events; DELETE FROM contracts; DELETE FROM active; "
      "DELETE FROM archived; DELETE FROM postings; DELETE FROM completions; "
      "DELETE FROM key_creates"));
  TENON_RETURN_IF_ERROR(insert_state(source, names, state));
  TENON_RETURN_IF_ERROR(write_state(*connection_, state));
  TENON_RETURN_IF_ERROR(transaction.commit());
  names.committed();
  state_ = state;
  return {};
}

Status Writer::insert_state(StateSource& source, NewNames& names, StateRow& state) {
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const std::vector<engine::Contract> contracts, source.next());
    if (contracts.empty())
      return {};
    for (const engine::Contract& contract : contracts) {
      const Place place{state.extent.began_at, contract.node(), state.next_sequence++};
      engine::Event event;
      event.set_node(contract.node());
      event.set_ledger_time_us(contract.created_at_us());
      *event.mutable_created() = contract;
      TENON_RETURN_IF_ERROR(insert_event(place, event.SerializeAsString(), {}, names));
      TENON_RETURN_IF_ERROR(insert_create(place, contract, false, names));
      state.extent.end_ledger_time_us =
          std::max<std::int64_t>(state.extent.end_ledger_time_us, contract.created_at_us());
    }
  }
}

Result<std::int64_t> Writer::ledger_time_us_at(std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t last, last_sequence_at(*connection_, offset));
  const auto arena = std::make_shared<google::protobuf::Arena>();
  TENON_ASSIGN_OR_RETURN(const auto event, load_event(*connection_, last, arena));
  return event ? event->created.event->ledger_time_us() : std::int64_t{0};
}

Status Writer::set_pruned(const PrunedOffsets& pruned) {
  StateRow state = state_;
  Extent& extent = state.extent;
  extent.pruned_up_to = std::max(extent.pruned_up_to, pruned.up_to);
  extent.divulgence_pruned_up_to = std::max(extent.divulgence_pruned_up_to, pruned.divulged_up_to);
  extent.divulgence_pruned_us = std::max(extent.divulgence_pruned_us, pruned.divulged_until_us);
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  TENON_RETURN_IF_ERROR(write_state(*connection_, state));
  TENON_RETURN_IF_ERROR(transaction.commit());
  state_ = state;
  return {};
}

Result<bool> Writer::free_some(std::uint64_t transactions) {
  TENON_ASSIGN_OR_RETURN(sqlite::Transaction transaction,
                         sqlite::Transaction::begin(*connection_, true));
  std::vector<std::uint64_t> offsets;
  {
    TENON_ASSIGN_OR_RETURN(
        sqlite::Statement* const find,
        connection_->statement(
            "SELECT offset FROM transactions WHERE offset <= ? ORDER BY offset LIMIT ?"));
    sqlite::Rows rows = find->run(state_.extent.pruned_up_to, transactions);
    for (;;) {
      TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
      if (!there)
        break;
      offsets.push_back(rows.number(0));
    }
  }
  for (const std::uint64_t offset : offsets)
    TENON_RETURN_IF_ERROR(remove(offset));
  TENON_RETURN_IF_ERROR(transaction.commit());
  return offsets.size() == transactions;
}

// A create stays until its contract's archive goes: it may be active.
Status Writer::remove(std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(const auto transaction, load_transaction(*connection_, names_, offset));
  if (!transaction)
    return {};
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection_->statement(
                             "SELECT first_event FROM transactions WHERE offset = ?"));
  std::uint64_t sequence = 0;
  {
    sqlite::Rows rows = find->run(offset);
    TENON_RETURN_IF_ERROR(rows.next().status());
    sequence = rows.number(0);
  }
  for (const IndexedEvent& event : transaction->events) {
    if (event.is_archive())
      TENON_RETURN_IF_ERROR(remove_archived(offset, event));
    if (!event.is_create())
      TENON_RETURN_IF_ERROR(execute("DELETE FROM events WHERE sequence = ?", sequence));
    ++sequence;
  }
  TENON_RETURN_IF_ERROR(remove_postings(*transaction));
  return execute("DELETE FROM transactions WHERE offset = ?", offset);
}

Status Writer::remove_archived(std::uint64_t offset, const IndexedEvent& event) {
  const engine::Exercise& exercise = event.event->exercised();
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection_->statement("SELECT created FROM contracts WHERE id = ?"));
  std::uint64_t created = 0;
  {
    sqlite::Rows rows = find->run(Blob{exercise.contract_id()});
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (there)
      created = rows.number(0);
  }
  TENON_RETURN_IF_ERROR(
      execute("DELETE FROM contracts WHERE id = ?", Blob{exercise.contract_id()}));
  if (created == 0)
    return {};
  const auto arena = std::make_shared<google::protobuf::Arena>();
  TENON_ASSIGN_OR_RETURN(const auto create, load_event(*connection_, created, arena));
  if (create && !create->created.event->created().key_hash().empty()) {
    TENON_RETURN_IF_ERROR(
        execute("DELETE FROM key_creates WHERE key_hash = ? AND sequence = ?",
                Blob{create->created.event->created().key_hash()}, created));
  }
  TENON_RETURN_IF_ERROR(execute("DELETE FROM events WHERE sequence = ?", created));
  TENON_ASSIGN_OR_RETURN(const NameId type, known(exercise.template_()));
  for (const std::string& party : exercise.stakeholders()) {
    TENON_ASSIGN_OR_RETURN(const NameId id, known(party));
    TENON_RETURN_IF_ERROR(execute("DELETE FROM archived WHERE party = ? AND template = ? AND "
                                  "offset = ? AND sequence = ?",
                                  id, type, offset, created));
  }
  return {};
}

Status Writer::remove_postings(const IndexedTransaction& transaction) {
  const Postings postings = postings_of(transaction);
  for (const std::string_view party : postings.witnesses) {
    TENON_ASSIGN_OR_RETURN(const NameId id, known(party));
    TENON_RETURN_IF_ERROR(execute(kDeletePosting, id, kAllEvents, transaction.offset));
  }
  for (const std::string_view party : postings.stakeholders) {
    TENON_ASSIGN_OR_RETURN(const NameId id, known(party));
    TENON_RETURN_IF_ERROR(execute(kDeletePosting, id, kAnyTemplate, transaction.offset));
  }
  for (const auto& [party, type] : postings.templates) {
    TENON_ASSIGN_OR_RETURN(const NameId id, known(party));
    TENON_ASSIGN_OR_RETURN(const NameId list, known(type));
    TENON_RETURN_IF_ERROR(execute(kDeletePosting, id, list, transaction.offset));
  }
  if (!transaction.completion || transaction.completion->context.application_id().empty())
    return {};
  TENON_ASSIGN_OR_RETURN(const NameId application,
                         known(transaction.completion->context.application_id()));
  for (const std::string& party : transaction.completion->act_as) {
    TENON_ASSIGN_OR_RETURN(const NameId id, known(party));
    TENON_RETURN_IF_ERROR(
        execute("DELETE FROM completions WHERE application = ? AND party = ? AND offset = ?",
                application, id, transaction.offset));
  }
  return {};
}

Result<NameId> Writer::known(std::string_view name) const {
  if (const auto id = names_.find(name))
    return *id;
  return data_loss("the database is damaged: it does not know the name \"" + std::string(name) +
                   "\", which stands in an event of it");
}

} // namespace tenon::daml_api::index
