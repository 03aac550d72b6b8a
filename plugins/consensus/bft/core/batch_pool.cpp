#include "bft/core/batch_pool.hpp"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

namespace tenon::consensus::bft {

namespace {

// Of each batch in a block: its tag and size.
constexpr std::size_t kFraming = 16;

} // namespace

BatchPool::Added BatchPool::add(const Hash& digest, Bytes bytes, std::string origin,
                                TimeUs now_us) {
  if (final_.contains(digest))
    return Added::kFinal;
  if (bytes.empty())
    return Added::kFull; // nobody's
  if (batches_.contains(digest))
    return Added::kKnown;
  std::size_t& window = origin_bytes_[origin];
  // A batch of any size may wait alone.
  if (window > 0 && window + bytes.size() > limits_.max_origin_bytes)
    return Added::kFull;
  window += bytes.size();
  bytes_ += bytes.size();
  PooledBatch batch;
  batch.transactions = count_transactions(bytes).value_or(0);
  batch.bytes = std::move(bytes);
  batch.origin = std::move(origin);
  batch.since_us = now_us;
  batch.arrival = next_arrival_++;
  order_.emplace(batch.arrival, digest);
  batches_.emplace(digest, std::move(batch));
  return Added::kNew;
}

const PooledBatch* BatchPool::find(const Hash& digest) const {
  const auto found = batches_.find(digest);
  return found == batches_.end() ? nullptr : &found->second;
}

void BatchPool::acknowledge(const Hash& digest, ValidatorIndex holder) {
  if (const auto found = batches_.find(digest); found != batches_.end())
    found->second.holders.insert(holder);
}

std::vector<BatchPool::Choice> BatchPool::choose(const Space& space, const Digests& taken) const {
  std::vector<Choice> chosen;
  std::size_t bytes = 0;
  std::size_t transactions = 0;
  std::size_t inline_bytes = 0;
  for (const auto& [arrival, digest] : order_) {
    if (taken.contains(digest))
      continue;
    const PooledBatch& batch = batches_.at(digest);
    const bool contents = batch.holders.size() < space.holders;
    // The first one goes whatever its size: it would never fit better.
    if (!chosen.empty()) {
      if (bytes + batch.bytes.size() + kFraming > space.max_bytes ||
          transactions + batch.transactions > space.max_transactions)
        break;
      if (contents && inline_bytes + batch.bytes.size() > space.max_inline_bytes)
        continue; // its holders will soon be known
    }
    bytes += batch.bytes.size() + kFraming;
    transactions += batch.transactions;
    inline_bytes += contents ? batch.bytes.size() : 0;
    chosen.push_back({digest, contents});
  }
  return chosen;
}

bool BatchPool::has_other_than(const Digests& taken) const {
  if (batches_.size() > taken.size())
    return true;
  for (const auto& [digest, batch] : batches_) {
    if (!taken.contains(digest))
      return true;
  }
  return false;
}

void BatchPool::finish(const Hash& digest) {
  if (const auto found = batches_.find(digest); found != batches_.end()) {
    const PooledBatch& batch = found->second;
    const auto window = origin_bytes_.find(batch.origin);
    window->second -= batch.bytes.size();
    if (window->second == 0)
      origin_bytes_.erase(window);
    bytes_ -= batch.bytes.size();
    order_.erase(batch.arrival);
    batches_.erase(found);
  }
  if (!final_.insert(digest).second)
    return;
  final_order_.push_back(digest);
  if (final_order_.size() > limits_.max_remembered) {
    final_.erase(final_order_.front());
    final_order_.pop_front();
  }
}

std::vector<Hash> BatchPool::waiting_of(const std::string& origin, TimeUs before_us,
                                        std::size_t max_bytes) const {
  std::vector<Hash> waiting;
  std::size_t bytes = 0;
  for (const auto& [arrival, digest] : order_) {
    const PooledBatch& batch = batches_.at(digest);
    if (batch.since_us >= before_us)
      break;
    if (batch.origin != origin)
      continue;
    bytes += batch.bytes.size();
    if (!waiting.empty() && bytes > max_bytes)
      break;
    waiting.push_back(digest);
  }
  return waiting;
}

std::size_t BatchPool::bytes_of(const std::string& origin) const {
  const auto found = origin_bytes_.find(origin);
  return found == origin_bytes_.end() ? 0 : found->second;
}

std::optional<TimeUs> BatchPool::oldest_us() const {
  if (order_.empty())
    return std::nullopt;
  return batches_.at(order_.begin()->second).since_us;
}

std::optional<std::size_t> count_transactions(BytesView batch) {
  using google::protobuf::internal::WireFormatLite;
  google::protobuf::io::CodedInputStream in(reinterpret_cast<const std::uint8_t*>(batch.data()),
                                            static_cast<int>(batch.size()));
  constexpr int kTransactions = 3; // TransactionBatch.transactions
  std::size_t count = 0;
  while (const std::uint32_t tag = in.ReadTag()) {
    if (WireFormatLite::GetTagFieldNumber(tag) == kTransactions)
      ++count;
    if (!WireFormatLite::SkipField(&in, tag))
      return std::nullopt;
  }
  if (!in.ConsumedEntireMessage())
    return std::nullopt;
  return count;
}

} // namespace tenon::consensus::bft
