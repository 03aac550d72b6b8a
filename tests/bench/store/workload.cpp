#include "workload.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <unordered_set>

#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::bench {

std::uint64_t SplitMix64::next() {
  state_ += 0x9e37'79b9'7f4a'7c15;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58'476d'1ce4'e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d0'49bb'1331'11eb;
  return mixed ^ (mixed >> 31);
}

Bytes Workload::key(std::uint64_t index) const {
  Bytes key = crypto::sha256("key " + std::to_string(index)).str();
  key.resize(options_.key_size, 'k');
  return key;
}

void Workload::fill(void* to, std::size_t size) {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const std::uint64_t word = contents_.next();
    const std::size_t part = std::min(size, sizeof word);
    std::memcpy(at, &word, part);
    at += part;
    size -= part;
  }
}

Bytes Workload::entry() {
  const std::vector<std::string> readers = {std::string(merkle::kPublicReader)};
  const Bytes reader_list = merkle::encode_readers(readers);
  merkle::StateEntry entry;
  fill(entry.salt.bytes.data(), entry.salt.bytes.size());
  entry.readers = reader_list;
  const std::size_t frame = merkle::encode_entry(entry).size();
  Bytes value(options_.value_size > frame ? options_.value_size - frame : 0, '\0');
  fill(value.data(), value.size());
  entry.value = value;
  return merkle::encode_entry(entry);
}

Updates Workload::consecutive(std::uint64_t first, std::uint64_t count) {
  Updates updates;
  const std::uint64_t end = std::min(options_.keys, first + count);
  for (std::uint64_t index = first; index < end; ++index)
    updates.emplace_back(key(index), entry());
  return updates;
}

Updates Workload::random(std::uint64_t count) {
  Updates updates;
  updates.reserve(count);
  std::unordered_set<std::uint64_t> taken;
  while (updates.size() < count) {
    const std::uint64_t index = random_key();
    if (taken.insert(index).second)
      updates.emplace_back(key(index), entry());
  }
  return updates;
}

} // namespace tenon::bench
