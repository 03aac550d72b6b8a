#include "index/decoding.hpp"

#include <set>

#include "tenon/core/encoding.hpp"

namespace tenon::daml_api::index {

namespace {

// A create and the archive of the same contract in the same transaction belong together.
void mark_transient(std::vector<IndexedEvent>& events) {
  std::set<std::string_view> created;
  std::set<std::string_view> transient;
  for (const IndexedEvent& event : events) {
    if (event.is_create())
      created.insert(event.contract_id);
    else if (event.is_archive() && created.contains(event.contract_id))
      transient.insert(event.contract_id);
  }
  for (IndexedEvent& event : events)
    event.transient = event.is_flat() && transient.contains(event.contract_id);
}

// Decoded messages are about twice as large as encoded ones, and each event has its own frame.
std::uint64_t size_in_memory(const tenon::v1::LedgerTransaction& transaction) {
  constexpr std::uint64_t kPerEvent = 256;
  return 2 * transaction.ByteSizeLong() +
         kPerEvent * (1 + static_cast<std::uint64_t>(transaction.events_size()));
}

} // namespace

Result<IndexedEvent> decode_event(std::string_view payload,
                                  const std::shared_ptr<google::protobuf::Arena>& arena) {
  auto* const message = google::protobuf::Arena::CreateMessage<engine::Event>(arena.get());
  if (!message->ParseFromArray(payload.data(), static_cast<int>(payload.size())) ||
      message->content_case() == engine::Event::CONTENT_NOT_SET) {
    return data_loss("an event of the daml engine was expected, found " +
                     std::to_string(payload.size()) + " bytes that are none");
  }
  IndexedEvent event;
  event.event = message;
  event.arena = arena;
  event.contract_id = to_hex(event.is_create() ? message->created().contract_id()
                                               : message->exercised().contract_id());
  return event;
}

std::shared_ptr<const IndexedCompletion>
decode_completion(const tenon::v1::LedgerTransaction& transaction) {
  if (!transaction.submitter_view() || transaction.act_as().empty())
    return nullptr;
  auto completion = std::make_shared<IndexedCompletion>();
  completion->offset = transaction.offset();
  completion->record_time_us = transaction.record_time_us();
  completion->transaction_id = transaction.transaction_id();
  completion->act_as.assign(transaction.act_as().begin(), transaction.act_as().end());
  completion->code = transaction.code();
  completion->reason = transaction.reason();
  completion->message = transaction.message();
  // What another API submitted has no application, and the ledger's command id.
  if (!completion->context.ParseFromString(transaction.context()) ||
      completion->context.application_id().empty()) {
    completion->context.Clear();
    completion->context.set_command_id(transaction.command_id());
  }
  return completion;
}

Result<std::shared_ptr<const IndexedTransaction>>
decode_transaction(const tenon::v1::LedgerTransaction& transaction) {
  auto decoded = std::make_shared<IndexedTransaction>();
  decoded->offset = transaction.offset();
  decoded->record_time_us = transaction.record_time_us();
  decoded->transaction_id = transaction.transaction_id();
  decoded->completion = decode_completion(transaction);
  decoded->bytes = size_in_memory(transaction);
  const auto arena = std::make_shared<google::protobuf::Arena>();
  decoded->events.reserve(static_cast<std::size_t>(transaction.events_size()));
  for (const tenon::v1::Event& event : transaction.events()) {
    auto one = decode_event(event.payload(), arena);
    if (!one.ok())
      return one.status().with_context("transaction " + to_hex(transaction.transaction_id()));
    one->witnesses.assign(event.readers().begin(), event.readers().end());
    decoded->events.push_back(std::move(*one));
  }
  mark_transient(decoded->events);
  return std::shared_ptr<const IndexedTransaction>(std::move(decoded));
}

} // namespace tenon::daml_api::index
