#include "rendering/event_renderer.hpp"

#include <charconv>

#include "errors/codes.hpp"
#include "rendering/wire_writer.hpp"
#include "submission/blob.hpp"
#include "tenon/core/encoding.hpp"
#include "values/decode.hpp"
#include "values/fields.hpp"

namespace tenon::daml_api {

namespace {

using wire_form::append_bytes;
using wire_form::append_number;
using wire_form::append_text;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

// Numbers of fields, as com/daml/ledger/api/v1/event.proto gives them.
namespace created_field {
constexpr std::uint32_t kEventId = 1, kContractId = 2, kTemplateId = 3, kArguments = 4,
                        kWitnesses = 5, kAgreement = 6, kKey = 7, kSignatories = 8, kObservers = 9,
                        kMetadata = 10, kViews = 11, kArgumentsBlob = 12, kEventBlob = 13,
                        kCreatedAt = 14, kPackageName = 15;
} // namespace created_field
namespace archived_field {
constexpr std::uint32_t kEventId = 1, kContractId = 2, kTemplateId = 3, kWitnesses = 4,
                        kPackageName = 5;
} // namespace archived_field
namespace exercised_field {
constexpr std::uint32_t kEventId = 1, kContractId = 2, kTemplateId = 3, kChoice = 5, kArgument = 6,
                        kActors = 7, kConsuming = 8, kWitnesses = 10, kChildren = 11, kResult = 12,
                        kInterface = 13, kPackageName = 14;
} // namespace exercised_field

// A google.protobuf.StringValue, which may be set and empty.
std::string string_value(std::string_view text) {
  std::string out;
  append_text(out, 1, text);
  return out;
}

template <typename Texts>
void append_texts(std::string& out, std::uint32_t field, const Texts& texts) {
  for (const auto& text : texts)
    append_bytes(out, field, text);
}

Failure unreadable(const index::IndexedEvent& event) {
  return Failure(codes::kLedgerApiInternalError, "an event of contract " + event.contract_id +
                                                     " holds a value that cannot be read");
}

} // namespace

std::string event_id(std::string_view transaction_id_hex, std::uint32_t node) {
  return "#" + std::string(transaction_id_hex) + ":" + std::to_string(node);
}

Answer<std::string> transaction_of_event(std::string_view text) {
  const auto colon = text.rfind(':');
  if (text.starts_with('#') && colon != std::string_view::npos && colon > 1) {
    std::uint32_t node = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, node);
    if (error == std::errc() && stop == end)
      return std::string(text.substr(1, colon - 1));
  }
  return wrong_argument("event_id: expected \"#transaction id:number\", found \"" +
                        std::string(text.substr(0, 128)) + "\"");
}

std::string encode_identifier(std::string_view type) {
  std::string out;
  const auto first = type.find(':');
  const auto second = type.find(':', first + 1);
  append_text(out, 1, type.substr(0, first));
  append_text(out, 3, type.substr(first + 1, second - first - 1));
  append_text(out, 4, type.substr(second + 1));
  return out;
}

std::string encode_timestamp(std::int64_t unix_us) {
  std::int64_t seconds = unix_us / kMicrosPerSecond;
  std::int64_t micros = unix_us % kMicrosPerSecond;
  if (micros < 0) {
    --seconds;
    micros += kMicrosPerSecond;
  }
  std::string out;
  append_number(out, 1, static_cast<std::uint64_t>(seconds));
  append_number(out, 2, static_cast<std::uint64_t>(micros * 1000));
  return out;
}

void EventRenderer::append_package_name(std::string& out, std::uint32_t field,
                                        std::string_view name) const {
  if (format_ == EventFormat::k2_10 && !name.empty())
    append_bytes(out, field, string_value(name));
}

void EventRenderer::append_contract_time(std::string& out,
                                         const index::engine::Contract& contract) const {
  const std::string created_at = encode_timestamp(contract.created_at_us());
  if (format_ == EventFormat::k2_10) {
    append_bytes(out, created_field::kCreatedAt, created_at);
    return;
  }
  std::string metadata;
  append_bytes(metadata, 1, created_at);
  append_text(metadata, 2, contract.key_hash());
  append_text(metadata, 3, driver_metadata(contract));
  append_bytes(out, created_field::kMetadata, metadata);
}

Answer<std::string> EventRenderer::created(const index::IndexedEvent& event,
                                           std::string_view transaction_id_hex,
                                           const Witnesses& witnesses,
                                           const CreatedDetails& details) const {
  const index::engine::Contract& contract = event.event->created();
  std::string out;
  append_bytes(out, created_field::kEventId, event_id(transaction_id_hex, event.node()));
  append_bytes(out, created_field::kContractId, event.contract_id);
  append_bytes(out, created_field::kTemplateId, encode_identifier(contract.template_()));
  if (details.arguments) {
    std::string value;
    if (!decode_record_to_wire(contract.argument(), {verbose_}, value))
      return unreadable(event);
    append_bytes(out, created_field::kArguments, value);
    if (!contract.key().empty()) {
      value.clear();
      if (!decode_value_to_wire(contract.key(), {verbose_}, value))
        return unreadable(event);
      append_bytes(out, created_field::kKey, value);
    }
  }
  append_texts(out, created_field::kWitnesses, witnesses);
  append_bytes(out, created_field::kAgreement, string_value(contract.agreement()));
  append_texts(out, created_field::kSignatories, contract.signatories());
  append_texts(out, created_field::kObservers, contract.observers());
  append_contract_time(out, contract);
  append_texts(out, created_field::kViews, details.interface_views);
  if (details.arguments_blob)
    append_bytes(out, created_field::kArgumentsBlob, arguments_any(contract).SerializeAsString());
  if (details.created_event_blob)
    append_bytes(out, created_field::kEventBlob, contract_blob(contract));
  append_package_name(out, created_field::kPackageName, contract.package_name());
  return out;
}

std::string EventRenderer::archived(const index::IndexedEvent& event,
                                    std::string_view transaction_id_hex,
                                    const Witnesses& witnesses) const {
  const index::engine::Exercise& exercise = event.event->exercised();
  std::string out;
  append_bytes(out, archived_field::kEventId, event_id(transaction_id_hex, event.node()));
  append_bytes(out, archived_field::kContractId, event.contract_id);
  append_bytes(out, archived_field::kTemplateId, encode_identifier(exercise.template_()));
  append_texts(out, archived_field::kWitnesses, witnesses);
  append_package_name(out, archived_field::kPackageName, exercise.package_name());
  return out;
}

Answer<std::string> EventRenderer::exercised(const index::IndexedEvent& event,
                                             std::string_view transaction_id_hex,
                                             const Witnesses& witnesses,
                                             const std::vector<std::string>& children) const {
  const index::engine::Exercise& exercise = event.event->exercised();
  std::string out;
  append_bytes(out, exercised_field::kEventId, event_id(transaction_id_hex, event.node()));
  append_bytes(out, exercised_field::kContractId, event.contract_id);
  append_bytes(out, exercised_field::kTemplateId, encode_identifier(exercise.template_()));
  append_text(out, exercised_field::kChoice, exercise.choice());
  std::string value;
  if (!decode_value_to_wire(exercise.argument(), {verbose_}, value))
    return unreadable(event);
  append_bytes(out, exercised_field::kArgument, value);
  append_texts(out, exercised_field::kActors, exercise.actors());
  append_number(out, exercised_field::kConsuming, exercise.consuming() ? 1 : 0);
  append_texts(out, exercised_field::kWitnesses, witnesses);
  append_texts(out, exercised_field::kChildren, children);
  if (!exercise.result().empty()) {
    value.clear();
    if (!decode_value_to_wire(exercise.result(), {verbose_}, value))
      return unreadable(event);
    append_bytes(out, exercised_field::kResult, value);
  }
  if (!exercise.interface().empty())
    append_bytes(out, exercised_field::kInterface, encode_identifier(exercise.interface()));
  append_package_name(out, exercised_field::kPackageName, exercise.package_name());
  return out;
}

Answer<std::string> EventRenderer::view(std::string_view engine_value) const {
  std::string record;
  if (!decode_record_to_wire(engine_value, {verbose_}, record))
    return Failure(codes::kLedgerApiInternalError, "the engine gave a view that is no record");
  return record;
}

} // namespace tenon::daml_api
