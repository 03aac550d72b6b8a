#include "archive/archive.hpp"

#include "archive/decoder.hpp"
#include "archive/encoder.hpp"
#include "archive/messages_definitions.hpp"
#include "archive/wire_reader.hpp"
#include "archive/wire_writer.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml::archive {

namespace {

constexpr std::uint64_t kPayloadTag = 3 << 3 | 2;
constexpr std::uint64_t kHashTag = 4 << 3 | 2;

} // namespace

std::string package_id_of(BytesView payload) {
  return to_hex(crypto::sha256(payload).view());
}

Result<Archive> read_archive(BytesView bytes) {
  WireReader reader(bytes);
  FieldsOf<ArchiveMessage> fields(reader);
  TENON_RETURN_IF_ERROR(fields.read(bytes));
  if (const Place function = fields[ArchiveMessage::kHashFunction];
      function.value() != ArchiveMessage::kSha256) {
    return reader.unexpected(function, "0 (SHA-256)", std::to_string(function.value()));
  }
  TENON_ASSIGN_OR_RETURN(const BytesView payload, reader.require(fields[ArchiveMessage::kPayload]));
  TENON_ASSIGN_OR_RETURN(const BytesView hash, reader.require(fields[ArchiveMessage::kHash]));
  Archive result{package_id_of(payload), Bytes(payload)};
  if (hash != result.package_id) {
    constexpr std::size_t kShown = 64;
    return reader.unexpected(fields[ArchiveMessage::kHash],
                             "the hash of the payload, " + result.package_id,
                             "\"" + std::string(hash.substr(0, kShown)) + "\"");
  }
  return result;
}

Bytes write_archive(BytesView payload) {
  const std::string id = package_id_of(payload);
  WireWriter writer;
  writer.put(id);
  writer.put_varint(id.size());
  writer.put_varint(kHashTag);
  writer.put(payload);
  writer.put_varint(payload.size());
  writer.put_varint(kPayloadTag);
  return writer.take();
}

Result<lf::Package> decode_payload(BytesView payload) {
  std::string id = package_id_of(payload);
  if (payload.size() > lf::kMaxPackageSize) {
    return resource_exhausted("package " + id + ": expected at most " +
                              std::to_string(lf::kMaxPackageSize) + " bytes, found " +
                              std::to_string(payload.size()));
  }
  Decoder decoder(payload);
  return decoder.decode(std::move(id));
}

Result<lf::Package> decode_archive(BytesView bytes) {
  TENON_ASSIGN_OR_RETURN(const Archive archive, read_archive(bytes));
  return decode_payload(archive.payload);
}

Result<Bytes> encode_package(const lf::Package& package) {
  Encoder encoder(package);
  return encoder.encode();
}

} // namespace tenon::daml::archive
