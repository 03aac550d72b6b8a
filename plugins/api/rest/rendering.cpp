#include "rendering.hpp"

#include "handlers/answer.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::api::rest {

namespace {

void write_outcome(JsonWriter& json, std::uint32_t code, const std::string& reason,
                   const std::string& message) {
  json.key("outcome").begin_object();
  json.key("committed").boolean(code == TENON_OK);
  if (code != TENON_OK) {
    json.key("code").string(reason.empty() ? code_name(static_cast<Code>(code)) : reason);
    json.key("detail").string(message);
  }
  json.end_object();
}

// Engines speak JSON here; what does not is given in base64.
void write_payload(JsonWriter& json, const char* name, std::string_view payload) {
  if (is_json(payload)) {
    json.key(name).raw(payload);
  } else {
    json.key(std::string(name) + "_base64").string(to_base64(payload));
  }
}

template <typename Strings> void write_strings(JsonWriter& json, const Strings& strings) {
  json.begin_array();
  for (const auto& text : strings)
    json.string(text);
  json.end_array();
}

void write_place(JsonWriter& json, const v1::LedgerTransaction& transaction) {
  json.key("offset").decimal(transaction.offset());
  json.key("height").decimal(wire::offset_height(transaction.offset()));
  json.key("index").integer(wire::offset_index(transaction.offset()));
  json.key("transaction").string(to_hex(transaction.transaction_id()));
  json.key("record_time").string(rfc3339(transaction.record_time_us()));
}

void write_event_list(JsonWriter& json, const v1::LedgerTransaction& transaction,
                      bool operator_view) {
  json.key("events").begin_array();
  for (const auto& event : transaction.events()) {
    json.begin_object();
    json.key("engine").string(event.engine());
    write_payload(json, "payload", event.payload());
    if (operator_view)
      write_strings(json.key("readers"), event.readers());
    json.end_object();
  }
  json.end_array();
}

Status write_body(JsonWriter& json, const v1::BlockSummary& block) {
  v1::BlockResults results;
  if (!results.ParseFromString(block.results()))
    return fault("the results of block " + std::to_string(block.height()) + " cannot be read");
  json.key("outcomes").begin_array();
  std::uint64_t index = 0;
  for (const auto& result : results.results()) {
    json.begin_object();
    json.key("offset").decimal(wire::make_offset(block.height(), index++));
    json.key("transaction").string(to_hex(result.outcome().transaction_id()));
    write_outcome(json, result.outcome().code(), result.outcome().reason(),
                  result.outcome().message());
    json.key("events").integer(static_cast<std::uint64_t>(result.events_size()));
    json.end_object();
  }
  json.end_array();
  json.key("body").string(to_base64(block.body()));
  return {};
}

} // namespace

std::uint64_t end_of_block(std::uint64_t height) {
  return wire::make_offset(height, (std::uint64_t{1} << wire::kOffsetIndexBits) - 1);
}

void write_transaction(JsonWriter& json, const v1::LedgerTransaction& transaction,
                       bool operator_view) {
  write_place(json, transaction);
  json.key("engine").string(transaction.engine());
  if (transaction.submitter_view()) {
    write_strings(json.key("act_as"), transaction.act_as());
    json.key("command_id").string(transaction.command_id());
    write_outcome(json, transaction.code(), transaction.reason(), transaction.message());
    if (!transaction.response().empty())
      write_payload(json, "response", transaction.response());
  }
  write_event_list(json, transaction, operator_view);
}

void write_events(JsonWriter& json, const v1::LedgerTransaction& transaction, bool operator_view) {
  write_place(json, transaction);
  write_event_list(json, transaction, operator_view);
}

Status write_block(JsonWriter& json, const v1::BlockSummary& block) {
  v1::BlockHeader header;
  v1::ResultHeader result;
  v1::Certificate certificate;
  if (!header.ParseFromString(block.header()) || !result.ParseFromString(block.result_header()) ||
      !certificate.ParseFromString(block.certificate()))
    return fault("the headers of block " + std::to_string(block.height()) + " cannot be read");
  json.key("height").decimal(block.height());
  json.key("offset").decimal(end_of_block(block.height()));
  json.key("block").string(to_hex(block.block_id()));
  json.key("parent").string(to_hex(header.parent()));
  json.key("record_time").string(rfc3339(header.record_time_us()));
  json.key("transactions").integer(block.transactions());
  json.key("transactions_root").string(to_hex(header.transactions_root()));
  json.key("state_root").string(to_hex(result.state_root()));
  json.key("outcomes_root").string(to_hex(result.outcomes_root()));
  json.key("events_root").string(to_hex(result.events_root()));
  json.key("signatures").integer(static_cast<std::uint64_t>(certificate.signatures_size()));
  json.key("header").string(to_base64(block.header()));
  json.key("result_header").string(to_base64(block.result_header()));
  json.key("certificate").string(to_base64(block.certificate()));
  if (!block.results().empty())
    TENON_RETURN_IF_ERROR(write_body(json, block));
  return {};
}

} // namespace tenon::api::rest
