// What RocksDB complains about, told so that whoever runs the node knows what to do. Any thread.
#pragma once

#include <rocksdb/status.h>

#include <string_view>

#include "tenon/core/status.hpp"

namespace tenon::store {

// What remains to be done about a damaged database.
inline constexpr const char* kRestore =
    "Restore this replica's state from another replica or from a backup";

// A fault, whatever it is: this replica cannot go on. `doing` says what failed.
[[nodiscard]] Status failure(const rocksdb::Status& status, std::string_view doing);

} // namespace tenon::store
