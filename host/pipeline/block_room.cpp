#include "pipeline/block_room.hpp"

#include <algorithm>

namespace tenon::host::pipeline {

namespace {

std::uint64_t readers_bytes(const std::vector<std::string>& readers) {
  std::uint64_t bytes = 0;
  for (const std::string& reader : readers)
    bytes += reader.size() + kReaderOverheadBytes;
  return bytes;
}

} // namespace

bool leaves_room(const v1::LedgerParameters& parameters) {
  const std::uint64_t most =
      kMostBlockContentBytes - kMostExpiredKeyBytes - kLeastResultBytes;
  return parameters.max_block_bytes() <= most &&
         parameters.max_block_transactions() <=
             (most - parameters.max_block_bytes()) / kTransactionOverheadBytes;
}

BlockRoom::BlockRoom(std::uint64_t body_bytes, std::uint64_t transactions)
    : left_(kMostBlockContentBytes - kMostExpiredKeyBytes -
            std::min(kMostBlockContentBytes - kMostExpiredKeyBytes,
                     body_bytes + transactions * kTransactionOverheadBytes)) {}

Status BlockRoom::take(std::uint64_t bytes) {
  if (take_if_there(bytes))
    return {};
  constexpr std::uint64_t kMost = kMostBlockContentBytes - kMostExpiredKeyBytes;
  if (bytes > kMost) {
    return invalid_argument("RESULT_TOO_LARGE: what the transaction writes and tells has " +
                            std::to_string(bytes) + " bytes; no block holds more than " +
                            std::to_string(kMost) + ": do less in one transaction");
  }
  return resource_exhausted("BLOCK_FULL: what the transaction writes and tells has " +
                            std::to_string(bytes) + " bytes, and its block has room for " +
                            std::to_string(left_) + " more; submit the command again");
}

bool BlockRoom::take_if_there(std::uint64_t bytes) {
  if (bytes > left_)
    return false;
  left_ -= bytes;
  return true;
}

std::uint64_t content_bytes(const plugin::ExecutionResult& result) {
  std::uint64_t bytes = result.response.size();
  for (const plugin::EngineWrite& write : result.writes) {
    if (write.key_class != plugin::KeyClass::kState)
      continue;
    bytes += kItemOverheadBytes + write.key.size();
    if (write.value)
      bytes += write.value->size() + readers_bytes(write.readers);
  }
  for (const plugin::EngineEvent& event : result.events)
    bytes += kItemOverheadBytes + event.payload.size() + readers_bytes(event.readers);
  return bytes;
}

} // namespace tenon::host::pipeline
