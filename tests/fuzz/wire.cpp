// Whatever bytes arrive as a batch, a block body or block results: hashing them must not crash, and
// must give the same answer twice.
#include <cstdlib>

#include "tenon/wire/hashing.hpp"

using namespace tenon;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

template <typename Message> bool parse(Message& message, BytesView bytes) {
  return message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  v1::TransactionBatch batch;
  if (parse(batch, bytes)) {
    require(wire::batch_signing_bytes(Hash{}, batch) == wire::batch_signing_bytes(Hash{}, batch));
  }
  v1::BlockBody body;
  if (parse(body, bytes)) {
    const auto first = wire::transactions_root(body);
    const auto second = wire::transactions_root(body);
    require(first.ok() == second.ok());
    require(!first.ok() || *first == *second);
  }
  v1::BlockResults results;
  if (parse(results, bytes)) {
    require(wire::events_root(results, 7) == wire::events_root(results, 7));
    static_cast<void>(wire::outcomes_root(results));
  }
  v1::ValidatorSet validators;
  if (parse(validators, bytes)) {
    require(wire::validators_hash(validators) == wire::validators_hash(validators));
  }
  return 0;
}
