// Values to the bytes of the transaction format and back. One value and version have one encoding,
// and no other bytes are read: bytes are equal where values are. Pure; any thread.
#pragma once

#include "values/transaction_version.hpp"
#include "values/value.hpp"

namespace tenon::daml {

// While it is read a value takes up to about thirty times its encoded size.
inline constexpr std::size_t kMaxEncodedValueSize = 8u << 20;

// INVALID_ARGUMENT for what the version cannot carry and for what is nested too deep;
// RESOURCE_EXHAUSTED for what is too large. Type names and labels are left out where the version
// erases them.
[[nodiscard]] Result<Bytes> encode_value(const Value& value, TransactionVersion version);
// Any bytes. INVALID_ARGUMENT tells the place in the value, what was expected and found.
[[nodiscard]] Result<Value> decode_value(BytesView bytes, TransactionVersion version);
// A value that a client wrote, with or without names: any encoding of version 11, Numerics with any
// scale that keeps them. INVALID_ARGUMENT as above.
[[nodiscard]] Result<Value> decode_client_value(BytesView bytes);

struct VersionedValue {
  TransactionVersion version;
  Value value;
};

// The version stands before the value.
[[nodiscard]] Result<Bytes> encode_versioned_value(const VersionedValue& value);
[[nodiscard]] Result<VersionedValue> decode_versioned_value(BytesView bytes);

} // namespace tenon::daml
