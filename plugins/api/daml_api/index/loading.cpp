#include "index/loading.hpp"

#include "index/decoding.hpp"
#include "tenon/v1/ledger.pb.h"

namespace tenon::daml_api::index {

namespace {

struct Header {
  tenon::v1::LedgerTransaction message;
  std::uint64_t first_event = 0;
  std::uint64_t events = 0;
};

Result<std::optional<Header>> load_header(sqlite::Connection& connection, std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement(
          "SELECT header, first_event, events FROM transactions WHERE offset = ?"));
  sqlite::Rows rows = find->run(offset);
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return std::optional<Header>();
  Header header;
  const std::string_view bytes = rows.bytes(0);
  if (!header.message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return data_loss("the database is damaged: the transaction at offset " +
                     std::to_string(offset) + " cannot be read");
  }
  header.first_event = rows.number(1);
  header.events = rows.number(2);
  return std::optional(std::move(header));
}

} // namespace

Result<std::shared_ptr<const IndexedTransaction>>
load_transaction(sqlite::Connection& connection, const Names& names, std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(std::optional<Header> header, load_header(connection, offset));
  if (!header)
    return std::shared_ptr<const IndexedTransaction>();
  TENON_ASSIGN_OR_RETURN(sqlite::Statement* const find,
                         connection.statement("SELECT payload, witnesses FROM events WHERE "
                                              "sequence >= ? AND sequence < ? ORDER BY sequence"));
  sqlite::Rows rows = find->run(header->first_event, header->first_event + header->events);
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
    if (!there)
      break;
    tenon::v1::Event& event = *header->message.add_events();
    event.set_payload(std::string(rows.bytes(0)));
    TENON_ASSIGN_OR_RETURN(const std::vector<std::string> witnesses,
                           read_names(names, rows.bytes(1)));
    for (const std::string& witness : witnesses)
      event.add_readers(witness);
  }
  if (static_cast<std::uint64_t>(header->message.events_size()) != header->events) {
    return data_loss("the database is damaged: the transaction at offset " +
                     std::to_string(offset) + " has " + std::to_string(header->events) +
                     " events, found " + std::to_string(header->message.events_size()));
  }
  return decode_transaction(header->message);
}

Result<std::shared_ptr<const IndexedCompletion>> load_completion(sqlite::Connection& connection,
                                                                 std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(const std::optional<Header> header, load_header(connection, offset));
  return header ? decode_completion(header->message) : nullptr;
}

Result<std::optional<ActiveContract>>
load_event(sqlite::Connection& connection, std::uint64_t sequence,
           const std::shared_ptr<google::protobuf::Arena>& arena, std::uint64_t* bytes) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT offset, payload FROM events WHERE sequence = ?"));
  sqlite::Rows rows = find->run(sequence);
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (!there)
    return std::optional<ActiveContract>();
  const std::string_view payload = rows.bytes(1);
  if (bytes != nullptr)
    *bytes = payload.size();
  ActiveContract contract;
  contract.offset = rows.number(0);
  TENON_ASSIGN_OR_RETURN(contract.created, decode_event(payload, arena));
  return std::optional(std::move(contract));
}

Result<std::uint64_t> last_sequence_at(sqlite::Connection& connection, std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(
      sqlite::Statement* const find,
      connection.statement("SELECT first_event FROM transactions WHERE offset > ? "
                           "ORDER BY offset LIMIT 1"));
  sqlite::Rows rows = find->run(offset);
  TENON_ASSIGN_OR_RETURN(const bool there, rows.next());
  if (there)
    return rows.number(0) - 1;
  TENON_ASSIGN_OR_RETURN(const std::int64_t next,
                         connection.integer("SELECT next_sequence FROM state"));
  return static_cast<std::uint64_t>(next) - 1;
}

std::vector<std::string_view> stakeholders_of(const engine::Contract& contract) {
  std::vector<std::string_view> names(contract.signatories().begin(),
                                      contract.signatories().end());
  names.insert(names.end(), contract.observers().begin(), contract.observers().end());
  return names;
}

} // namespace tenon::daml_api::index
