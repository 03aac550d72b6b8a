#include "common/records.hpp"

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kSealSize = 4;
constexpr char kEscaped = '\xff';
constexpr char kTerminator = '\x01';

BytesView seal_of(const Hash& digest) {
  return digest.view().substr(0, kSealSize);
}

void append_optional(Bytes& out, const std::optional<Hash>& hash) {
  out.push_back(hash ? '\1' : '\0');
  if (hash)
    out.append(hash->view());
}

bool read_optional(Reader& reader, std::optional<Hash>& out) {
  std::uint8_t present = 0;
  if (!reader.u8(present) || present > 1)
    return false;
  if (present == 0)
    return true;
  Hash hash;
  if (!reader.hash(hash))
    return false;
  out = hash;
  return true;
}

} // namespace

Bytes seal(Bytes record) {
  const Hash digest = crypto::sha256(record);
  record.append(seal_of(digest));
  return record;
}

Result<BytesView> unseal(BytesView sealed, std::string_view what) {
  if (sealed.size() < kSealSize)
    return data_loss(std::string(what) + " is cut short");
  const BytesView record = sealed.substr(0, sealed.size() - kSealSize);
  if (sealed.substr(record.size()) != seal_of(crypto::sha256(record))) {
    return data_loss(std::string(what) + " does not fit its checksum");
  }
  return record;
}

Bytes encode_head(const plugin::StoreHead& head) {
  Bytes out;
  append_be64(out, head.height);
  out.append(head.block_id.view()).append(head.result_hash.view()).append(head.state_root.view());
  return seal(std::move(out));
}

Result<plugin::StoreHead> decode_head(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(const BytesView record, unseal(encoded, "the head record"));
  Reader reader(record);
  plugin::StoreHead head;
  head.empty = false;
  if (!reader.be64(head.height) || !reader.hash(head.block_id) || !reader.hash(head.result_hash) ||
      !reader.hash(head.state_root) || !reader.empty()) {
    return data_loss("the head record is malformed");
  }
  return head;
}

Bytes encode_nodes(const NodesRecord& record) {
  Bytes out;
  append_be64(out, record.height);
  if (record.root.leaf) {
    out.push_back('\1');
    out.append(record.root.leaf->key_hash.view()).append(record.root.leaf->value_hash.view());
  } else if (record.root.page) {
    out.push_back('\2');
    out.append(record.root.hash().view());
  } else {
    out.push_back('\0');
  }
  return seal(std::move(out));
}

Result<NodesRecord> decode_nodes(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, unseal(encoded, "the tree's root record"));
  Reader reader(bytes);
  NodesRecord record;
  record.empty = false;
  std::uint8_t kind = 0;
  Hash first;
  Hash second;
  bool ok = reader.be64(record.height) && reader.u8(kind) && kind <= 2;
  if (ok && kind >= 1)
    ok = reader.hash(first);
  if (ok && kind == 1) {
    ok = reader.hash(second);
    if (ok)
      record.root = Leaf(first, second);
  }
  if (ok && kind == 2)
    record.root = Place(first);
  if (!ok || !reader.empty())
    return data_loss("the tree's root record is malformed");
  return record;
}

Bytes encode_horizon(const HorizonRecord& record) {
  Bytes out;
  append_be64(out, record.readable.oldest_block);
  append_be64(out, record.readable.oldest_version);
  append_be64(out, record.oldest_changes);
  return seal(std::move(out));
}

Result<HorizonRecord> decode_horizon(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, unseal(encoded, "the horizon record"));
  Reader reader(bytes);
  HorizonRecord record;
  if (!reader.be64(record.readable.oldest_block) || !reader.be64(record.readable.oldest_version) ||
      !reader.be64(record.oldest_changes) || !reader.empty()) {
    return data_loss("the horizon record is malformed");
  }
  return record;
}

Bytes encode_target(const plugin::StoreTarget& target) {
  return encode_head({false, target.height, target.block_id, target.result_hash,
                      target.state_root});
}

Result<plugin::StoreTarget> decode_target(BytesView encoded) {
  const auto head = decode_head(encoded);
  if (!head.ok())
    return head.status().with_context("the target of the import under way");
  return plugin::StoreTarget{head->height, head->block_id, head->result_hash, head->state_root};
}

Bytes range_key(const Hash& first) {
  Bytes out(kMetaRange);
  out.append(first.view());
  return out;
}

Bytes encode_changes(const ChangesRecord& record) {
  Bytes out(record.state_root.view());
  append_be32(out, static_cast<std::uint32_t>(record.changes.size()));
  for (const TreeChange& change : record.changes) {
    out.append(change.key_hash.view());
    append_optional(out, change.old_value_hash);
    append_optional(out, change.value_hash);
  }
  return seal(std::move(out));
}

Result<ChangesRecord> decode_changes(BytesView encoded) {
  TENON_ASSIGN_OR_RETURN(const BytesView bytes, unseal(encoded, "a block's change record"));
  Reader reader(bytes);
  ChangesRecord record;
  std::uint32_t count = 0;
  bool ok = reader.hash(record.state_root) && reader.be32(count);
  for (std::uint32_t i = 0; ok && i < count; ++i) {
    TreeChange change;
    ok = reader.hash(change.key_hash) && read_optional(reader, change.old_value_hash) &&
         read_optional(reader, change.value_hash);
    record.changes.push_back(change);
  }
  if (!ok || !reader.empty())
    return data_loss("a block's change record is malformed");
  return record;
}

Bytes encode_latest(std::uint64_t height, BytesView entry) {
  Bytes out;
  out.reserve(sizeof height + entry.size());
  append_be64(out, height);
  out.append(entry);
  return out;
}

bool decode_latest(BytesView record, std::uint64_t& height, BytesView& entry) {
  Reader reader(record);
  if (!reader.be64(height))
    return false;
  entry = reader.rest();
  return true;
}

Bytes history_prefix(BytesView key) {
  Bytes out;
  out.reserve(key.size() + 2 + sizeof(std::uint64_t));
  for (const char byte : key) {
    out.push_back(byte);
    if (byte == '\0')
      out.push_back(kEscaped);
  }
  out.push_back('\0');
  out.push_back(kTerminator);
  return out;
}

Bytes history_key(BytesView key, std::uint64_t height) {
  Bytes out = history_prefix(key);
  append_be64(out, ~height);
  return out;
}

bool decode_history_key(BytesView encoded, Bytes& key, std::uint64_t& height) {
  key.clear();
  std::size_t i = 0;
  for (;; ++i) {
    if (i + 1 >= encoded.size())
      return false;
    if (encoded[i] != '\0') {
      key.push_back(encoded[i]);
      continue;
    }
    ++i;
    if (encoded[i] == kTerminator)
      break;
    if (encoded[i] != kEscaped)
      return false;
    key.push_back('\0');
  }
  const BytesView rest = encoded.substr(i + 1);
  if (rest.size() != sizeof height)
    return false;
  height = ~read_be64(rest);
  return true;
}

Bytes encode_history(bool present, BytesView entry) {
  Bytes out;
  out.reserve(1 + entry.size());
  out.push_back(present ? '\1' : '\0');
  if (present)
    out.append(entry);
  return out;
}

Bytes height_key(std::uint64_t height) {
  Bytes out;
  append_be64(out, height);
  return out;
}

Bytes block_key(std::uint64_t height, plugin::BlockPart part) {
  Bytes out = height_key(height);
  out.push_back(static_cast<char>(part));
  return out;
}

} // namespace tenon::store
