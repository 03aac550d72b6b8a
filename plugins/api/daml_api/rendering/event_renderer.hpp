// Events as clients of the Ledger API get them, in wire form: CreatedEvent, ArchivedEvent,
// ExercisedEvent of com.daml.ledger.api.v1. Values are transcoded, not taken apart. Constant; any
// thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "errors/failure.hpp"
#include "index/indexed_transaction.hpp"

namespace tenon::daml_api {

// Which release's fields events have. Before 2.7 a contract's time stands in its metadata, and
// blobs are messages of type Any; from then on it has a field, and names of packages are given.
enum class EventFormat : std::uint8_t { k2_6, k2_10 };

// What is told of a created contract beside what everybody is told.
struct CreatedDetails {
  bool arguments = true;
  bool arguments_blob = false;      // as 2.6 gives it
  bool created_event_blob = false;  // as later releases give it
  std::span<const std::string> interface_views; // encoded InterfaceView messages
};

// "#<transaction id>:<node>".
[[nodiscard]] std::string event_id(std::string_view transaction_id_hex, std::uint32_t node);

// The transaction id in an event id, whether or not there is such a transaction. INVALID_ARGUMENT
// for what has another form.
[[nodiscard]] Answer<std::string> transaction_of_event(std::string_view text);

// An encoded Identifier for "package:Module:Name".
[[nodiscard]] std::string encode_identifier(std::string_view type);
// An encoded Timestamp.
[[nodiscard]] std::string encode_timestamp(std::int64_t unix_us);

using Witnesses = std::vector<std::string_view>;

class EventRenderer {
public:
  EventRenderer(EventFormat format, bool verbose) : format_(format), verbose_(verbose) {}

  [[nodiscard]] Answer<std::string> created(const index::IndexedEvent& event,
                                            std::string_view transaction_id_hex,
                                            const Witnesses& witnesses,
                                            const CreatedDetails& details) const;
  [[nodiscard]] std::string archived(const index::IndexedEvent& event,
                                     std::string_view transaction_id_hex,
                                     const Witnesses& witnesses) const;
  [[nodiscard]] Answer<std::string> exercised(const index::IndexedEvent& event,
                                              std::string_view transaction_id_hex,
                                              const Witnesses& witnesses,
                                              const std::vector<std::string>& children) const;
  // An encoded Record for the view of an interface.
  [[nodiscard]] Answer<std::string> view(std::string_view engine_value) const;

  [[nodiscard]] EventFormat format() const { return format_; }

private:
  void append_package_name(std::string& out, std::uint32_t field, std::string_view name) const;
  void append_contract_time(std::string& out, const index::engine::Contract& contract) const;

  EventFormat format_;
  bool verbose_;
};

} // namespace tenon::daml_api
