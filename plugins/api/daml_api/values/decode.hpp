// From the engine's values, as they stand in events, to those of the Ledger API. Both are trees of
// messages whose bytes differ in numbers of fields and little else, so bytes are made from bytes,
// without a message in between: streams of contracts spend most of their time here. Pure; any
// thread.
#pragma once

#include "com/daml/ledger/api/v1/value.pb.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml_api {

// What clients asked for.
struct Detail {
  bool verbose = true; // with the names of types and the labels of fields
};

// Appends an encoded com.daml.ledger.api.v1.Value for a tenon.daml.v1.Value. False, with `out` as
// it was, for what is no value of the engine; texts are taken as they are.
[[nodiscard]] bool decode_value_to_wire(BytesView engine_value, Detail detail, std::string& out);
// Of a value that is a record: appends a com.daml.ledger.api.v1.Record.
[[nodiscard]] bool decode_record_to_wire(BytesView engine_value, Detail detail, std::string& out);

// The same as messages. A fault for what is no value.
[[nodiscard]] Result<com::daml::ledger::api::v1::Value> decode_value(BytesView engine_value,
                                                                     Detail detail);
[[nodiscard]] Result<com::daml::ledger::api::v1::Record> decode_record(BytesView engine_value,
                                                                       Detail detail);

} // namespace tenon::daml_api
