// Archives of single packages: the envelope with its hash, and the package inside. Pure; any
// thread.
//
// What the outside sends and stores are archives. The hash is of the payload inside and is the
// package's id, so a package is decoded from the payload and encodes to the payload.
#pragma once

#include <string>

#include "lf/limits.hpp"
#include "lf/package.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::archive {

struct Archive {
  std::string package_id; // lower-case hex of the SHA-256 of the payload
  Bytes payload;
};

// An archive whose hash fits its payload; the payload itself is not looked at.
Result<Archive> read_archive(BytesView bytes);
// The other way; the hash is computed.
[[nodiscard]] Bytes write_archive(BytesView payload);
[[nodiscard]] std::string package_id_of(BytesView payload);

// The package of a payload, with the payload's hash as its id. Failures name the package, the
// module and the definition: INVALID_ARGUMENT what is wrong in it, UNIMPLEMENTED a version that is
// not supported, RESOURCE_EXHAUSTED one that is too large. Reading and writing the deepest package
// that may be takes up to 1 MiB of the thread's stack.
Result<lf::Package> decode_payload(BytesView payload);
// read_archive() and decode_payload().
Result<lf::Package> decode_archive(BytesView bytes);

// The payload; of a decoded package the one that it was decoded from. INVALID_ARGUMENT when the
// package, made by a builder, cannot be written in its version.
Result<Bytes> encode_package(const lf::Package& package);

} // namespace tenon::daml::archive
