// The checksum of a whole table: CRC32C (RFC 3720, appendix B.4), under the name and in the form
// that RocksDB's own generator has, so that databases of either agree. RocksDB as Debian builds it
// works it out by tables of bytes; ISA-L does it with the processor's instructions where it has
// them.
#pragma once

#include <rocksdb/file_checksum.h>

#include <memory>

namespace tenon::store {

// Stateless; any thread. RocksDB makes one generator for each table that it writes.
[[nodiscard]] std::shared_ptr<rocksdb::FileChecksumGenFactory> file_checksums();

} // namespace tenon::store
