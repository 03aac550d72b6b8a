#include "tenon/merkle/state_entry.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::merkle {

namespace {

constexpr char kEntryVersion = 1;

} // namespace

Bytes encode_entry(const StateEntry& entry) {
  Bytes out;
  out.reserve(1 + Hash::kSize + 8 + 4 + entry.readers.size() + entry.value.size());
  out.push_back(kEntryVersion);
  out.append(entry.salt.view());
  append_be64(out, entry.expires_at_us);
  append_be32(out, static_cast<std::uint32_t>(entry.readers.size()));
  out.append(entry.readers);
  out.append(entry.value);
  return out;
}

Result<StateEntry> decode_entry(BytesView encoded) {
  Reader reader(encoded);
  StateEntry entry;
  std::uint8_t version = 0;
  std::uint32_t readers_size = 0;
  if (!reader.u8(version) || version != kEntryVersion || !reader.hash(entry.salt) ||
      !reader.be64(entry.expires_at_us) || !reader.be32(readers_size) ||
      !reader.take(readers_size, entry.readers)) {
    return data_loss("a state entry of " + std::to_string(encoded.size()) +
                     " bytes is malformed: expected version 1, salt, expiry, readers, value");
  }
  entry.value = reader.rest();
  return entry;
}

Hash entry_hash(const Hash& salt, const Hash& access_hash, std::uint64_t expires_at_us,
                BytesView value) {
  Bytes expiry;
  append_be64(expiry, expires_at_us);
  return crypto::sha256({salt.view(), access_hash.view(), expiry, value});
}

Bytes entry_preimage(const Hash& salt, const Hash& access_hash, std::uint64_t expires_at_us,
                     BytesView value) {
  Bytes out(salt.view());
  out.append(access_hash.view());
  append_be64(out, expires_at_us);
  out.append(value);
  return out;
}

Hash entry_hash(BytesView encoded) {
  const auto entry = decode_entry(encoded);
  if (!entry.ok())
    return crypto::sha256(encoded);
  return entry_hash(entry->salt, crypto::sha256(entry->readers), entry->expires_at_us,
                    entry->value);
}

std::vector<Hash> entry_hashes(std::span<const BytesView> encoded) {
  std::size_t bytes = 0;
  for (const BytesView entry : encoded)
    bytes += entry.size() + Hash::kSize;
  Bytes preimages;
  preimages.reserve(bytes); // so that views into it stay
  std::vector<BytesView> messages;
  messages.reserve(encoded.size());
  BytesView readers; // neighbours mostly have the same
  Hash access_hash = crypto::sha256(readers);
  for (const BytesView bytes_of_entry : encoded) {
    const auto entry = decode_entry(bytes_of_entry);
    if (!entry.ok()) {
      messages.push_back(bytes_of_entry);
      continue;
    }
    if (entry->readers != readers) {
      readers = entry->readers;
      access_hash = crypto::sha256(readers);
    }
    const std::size_t begin = preimages.size();
    preimages.append(entry->salt.view()).append(access_hash.view());
    append_be64(preimages, entry->expires_at_us);
    preimages.append(entry->value);
    messages.push_back(BytesView(preimages).substr(begin));
  }
  std::vector<Hash> hashes(encoded.size());
  crypto::sha256_each(messages, hashes);
  return hashes;
}

Bytes encode_readers(std::span<const std::string> readers) {
  std::vector<std::string_view> sorted(readers.begin(), readers.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  if (std::binary_search(sorted.begin(), sorted.end(), kPublicReader))
    sorted = {kPublicReader};
  Bytes out;
  for (const std::string_view reader : sorted) {
    const std::string_view fitting = reader.substr(0, UINT16_MAX);
    append_be16(out, static_cast<std::uint16_t>(fitting.size()));
    out.append(fitting);
  }
  return out;
}

std::optional<std::vector<std::string>> decode_readers(BytesView encoded) {
  std::vector<std::string> readers;
  Reader reader(encoded);
  while (!reader.empty()) {
    std::uint16_t size = 0;
    BytesView party;
    if (!reader.be16(size) || !reader.take(size, party))
      return std::nullopt;
    readers.emplace_back(party);
  }
  return readers;
}

bool may_read(BytesView readers, std::span<const std::string> parties) {
  Reader reader(readers);
  std::uint16_t size = 0;
  BytesView party;
  while (reader.be16(size) && reader.take(size, party)) {
    if (party == kPublicReader)
      return true;
    if (std::find(parties.begin(), parties.end(), party) != parties.end())
      return true;
  }
  return false;
}

bool is_entry(BytesView encoded) {
  const auto entry = decode_entry(encoded);
  if (!entry.ok() || encode_entry(*entry) != encoded)
    return false;
  const auto readers = decode_readers(entry->readers);
  return readers && encode_readers(*readers) == entry->readers;
}

} // namespace tenon::merkle
