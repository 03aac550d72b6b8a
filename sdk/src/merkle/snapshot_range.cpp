#include "tenon/merkle/snapshot_range.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::merkle {

namespace {

constexpr std::uint8_t kVersion = 1;

Status malformed(const std::string& what) {
  return invalid_argument("malformed range of the state: " + what);
}

bool take_sized(Reader& reader, BytesView& out) {
  std::uint32_t size = 0;
  return reader.be32(size) && reader.take(size, out);
}

void append_sized(Bytes& out, BytesView bytes) {
  append_be32(out, static_cast<std::uint32_t>(bytes.size()));
  out.append(bytes);
}

} // namespace

void SnapshotRangeWriter::add(BytesView key, BytesView entry, const Hash& key_hash) {
  append_sized(entries_, key);
  append_sized(entries_, entry);
  last_ = key_hash;
  ++count_;
}

KeySpan SnapshotRangeWriter::span(bool reaches_end) const {
  return {first_, reaches_end ? KeySpan::all().last : last_};
}

Bytes SnapshotRangeWriter::finish(bool reaches_end, const RangeProof& proof) const {
  Bytes out;
  out.push_back(static_cast<char>(kVersion));
  out.append(first_.view());
  out.push_back(reaches_end ? '\1' : '\0');
  append_be32(out, count_);
  out.append(entries_);
  out.append(encode_range_proof(proof));
  return out;
}

Result<SnapshotRange> parse_snapshot_range(BytesView encoded) {
  Reader reader(encoded);
  SnapshotRange range;
  std::uint8_t version = 0;
  std::uint8_t reaches_end = 0;
  std::uint32_t count = 0;
  if (!reader.u8(version) || version != kVersion)
    return malformed("expected version 1");
  if (!reader.hash(range.span.first) || !reader.u8(reaches_end) || reaches_end > 1 ||
      !reader.be32(count)) {
    return malformed("its first hash, its end or its count");
  }
  if (count == 0 && reaches_end == 0)
    return malformed("no entries, although it does not reach the end");
  for (std::uint32_t i = 0; i < count; ++i) {
    SnapshotEntry entry;
    if (!take_sized(reader, entry.key) || !take_sized(reader, entry.entry))
      return malformed("it ends inside entry " + std::to_string(i));
    if (entry.key.empty())
      return malformed("entry " + std::to_string(i) + " has an empty key");
    range.entries.push_back(entry);
  }
  range.span.last =
      reaches_end != 0 ? KeySpan::all().last : crypto::sha256(range.entries.back().key);
  TENON_ASSIGN_OR_RETURN(range.proof, decode_range_proof(reader.rest()));
  return range;
}

Result<SnapshotRange> decode_snapshot_range(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(SnapshotRange range, parse_snapshot_range(encoded));
  for (SnapshotEntry& entry : range.entries)
    entry.leaf = {crypto::sha256(entry.key), entry_hash(entry.entry)};
  return range;
}

Status verify_snapshot_range(const SnapshotRange& range, const Hash& root) {
  std::vector<RangeLeaf> leaves;
  leaves.reserve(range.entries.size());
  for (const SnapshotEntry& entry : range.entries)
    leaves.push_back(entry.leaf);
  return verify_range_proof(range.proof, root, range.span, leaves);
}

} // namespace tenon::merkle
