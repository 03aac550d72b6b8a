// Contracts as opaque blobs: what created events give to clients that mean to disclose a contract,
// and what comes back with a command. Whether the contract is on the ledger, and is what the blob
// says, is for the engine to judge. Pure; any thread.
#pragma once

#include <cstdint>
#include <google/protobuf/any.pb.h>
#include <string>

#include "errors/failure.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/daml/engine/v1/engine.pb.h"

namespace tenon::daml_api {

// CreatedEvent.created_event_blob.
[[nodiscard]] Bytes contract_blob(const daml::engine::v1::Contract& contract);
// CreatedEvent.create_arguments_blob: the arguments as transactions hold them, under the name that
// this message has in Daml's transaction format.
[[nodiscard]] google::protobuf::Any arguments_any(const daml::engine::v1::Contract& contract);
// ContractMetadata.driver_metadata: the same bytes wherever the contract is shown.
[[nodiscard]] Bytes driver_metadata(const daml::engine::v1::Contract& contract);

// INVALID_ARGUMENT for bytes that contract_blob() does not make.
[[nodiscard]] Answer<daml::engine::v1::DisclosedContract> parse_blob(BytesView blob);
// Back: the arguments. INVALID_FIELD "blob" for what arguments_any() does not make.
[[nodiscard]] Answer<Bytes> parse_arguments_any(const google::protobuf::Any& any);
// Whether driver_metadata() of the contract of this id gives these bytes.
[[nodiscard]] bool is_driver_metadata(BytesView metadata, BytesView contract_id);

} // namespace tenon::daml_api
