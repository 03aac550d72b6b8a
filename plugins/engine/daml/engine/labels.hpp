// Values with the names of their types and fields, which transactions leave out: what stands in the
// state and in events can be read without the packages. Pure; any thread.
#pragma once

#include "interpreter/store.hpp"
#include "values/value.hpp"

namespace tenon::daml::engine {

// Values with names are written in this version of the transaction format: the newest that keeps
// them.
inline constexpr TransactionVersion kNamedVersion = TransactionVersion::k11;

// `value` is of the type. A failure says that it is not.
[[nodiscard]] Result<Value> add_names(interpreter::PackageStore& store,
                                      const interpreter::RuntimeType& type, const Value& value);
// The same, encoded in kNamedVersion.
[[nodiscard]] Result<Bytes> encode_named(interpreter::PackageStore& store,
                                         const interpreter::RuntimeType& type, const Value& value);

} // namespace tenon::daml::engine
