#include "link/submitter.hpp"

#include <algorithm>

#include "tenon/crypto/sha256.hpp"
#include "tenon/v1/ledger_types.pb.h"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kAnswerMs = 2'000;
// Without an outcome by then, another replica is asked; the pause doubles with every try. Where
// outcomes take long for all batches, it is so many times what they take: sending everything again
// makes nobody faster.
constexpr std::uint64_t kFirstResendUs = 1'000'000;
constexpr std::uint64_t kMaxResendUs = 8'000'000;
constexpr std::uint64_t kPatience = 4;
constexpr std::uint64_t kSmoothing = 8; // samples
// After a refusal or a failure, the next replica is asked this soon.
constexpr std::uint64_t kAfterFailureUs = 100'000;
// From this try on, so many replicas get it at once: one of them is honest and up.
constexpr std::uint32_t kTriesAlone = 2;
constexpr std::size_t kReplicasAtOnce = 3;
constexpr std::size_t kMaxBytes = 64u << 20; // under way
// A block may be on its way that still takes the transaction in.
constexpr std::uint64_t kForgetAfterUs = 5'000'000;

} // namespace

Submitter::Submitter(ReplicaLink& link, const Clock& clock, Metrics& metrics, Preferred preferred,
                     Settled settled)
    : link_(link), clock_(clock), preferred_(std::move(preferred)), settled_(std::move(settled)),
      resent_(metrics.counter("batches_resent_total", "Batches sent to a further replica")),
      under_way_(metrics.gauge("batches_under_way", "Batches sent, outcomes not yet known")) {}

Status Submitter::attach(plugin::ReplicaApp&) {
  return failed_precondition("a client node orders nothing: there is no consensus to attach to");
}

Status Submitter::submit(BytesView encoded) {
  if (link_.connected().empty()) {
    return unavailable("NO_REPLICA: this client node is connected to no replica; submit again "
                       "later, and see /v1/status for what keeps them away");
  }
  v1::TransactionBatch message;
  if (!message.ParseFromArray(encoded.data(), static_cast<int>(encoded.size())))
    return fault("this node made a batch that is not a TransactionBatch message");
  Batch batch;
  batch.bytes = std::make_shared<const Bytes>(encoded);
  for (const std::string& bytes : message.transactions()) {
    v1::Transaction transaction;
    batch.open.insert(crypto::sha256(bytes));
    if (transaction.ParseFromString(bytes))
      batch.not_after_us = std::max<std::uint64_t>(batch.not_after_us, transaction.not_after_us());
  }
  const Hash hash = crypto::sha256(encoded);
  Send first;
  {
    const std::lock_guard lock(mutex_);
    if (bytes_ + encoded.size() > kMaxBytes) {
      return resource_exhausted("TOO_MUCH_UNDER_WAY: " + std::to_string(bytes_) +
                                " bytes of transactions await their outcome; try again later");
    }
    bytes_ += encoded.size();
    for (const Hash& transaction : batch.open)
      batch_of_.insert_or_assign(transaction, hash);
    const auto place = batches_.insert_or_assign(hash, std::move(batch)).first;
    first = next_try(hash, place->second);
    under_way_.set(static_cast<double>(batches_.size()));
  }
  send(first);
  return {};
}

Submitter::Send Submitter::next_try(const Hash& hash, Batch& batch) const {
  const std::uint64_t now_us = clock_.monotonic_us();
  if (batch.tries == 0)
    batch.sent_us = now_us;
  const std::uint64_t first_us = std::max(kFirstResendUs, kPatience * outcome_us_);
  batch.resend_at_us =
      now_us + std::min(first_us << std::min(batch.tries, 8u), kMaxResendUs);
  return {batch.bytes, hash, batch.tries++};
}

// The first try goes to the replica that the stream comes from, the next to the one after it.
void Submitter::send(const Send& what) {
  const std::vector<std::string> replicas = link_.connected();
  if (replicas.empty())
    return; // its time comes again
  if (what.tries > 0)
    resent_.add();
  const auto preferred = std::ranges::find(replicas, preferred_());
  const std::size_t first =
      (preferred == replicas.end() ? 0
                                   : static_cast<std::size_t>(preferred - replicas.begin())) +
      what.tries;
  const std::size_t count =
      what.tries < kTriesAlone ? 1 : std::min(kReplicasAtOnce, replicas.size());
  for (std::size_t i = 0; i < count; ++i) {
    pb::Request request;
    request.set_batch(*what.bytes);
    link_.ask(replicas[(first + i) % replicas.size()], std::move(request), kAnswerMs,
              [this, batch = what.batch](const Result<pb::Answer>& answer) {
                answered(batch, answer.status());
              });
  }
}

// A refusal is no outcome: the replica may lie, or be behind. Another one is asked.
void Submitter::answered(const Hash& hash, const Status& status) {
  if (status.ok() || status.code() == Code::kResourceExhausted)
    return; // who is busy is not asked again any sooner
  const std::lock_guard lock(mutex_);
  const auto found = batches_.find(hash);
  if (found == batches_.end())
    return;
  found->second.resend_at_us = std::min(found->second.resend_at_us,
                                        clock_.monotonic_us() + kAfterFailureUs *
                                                                    (found->second.tries + 1));
}

void Submitter::known(BytesView transaction_id) {
  const Hash transaction = Hash::from_view_or_zero(transaction_id);
  Hash settled;
  {
    const std::lock_guard lock(mutex_);
    const auto place = batch_of_.find(transaction);
    if (place == batch_of_.end())
      return;
    const auto batch = batches_.find(place->second);
    settled = place->second;
    batch_of_.erase(place);
    if (batch == batches_.end())
      return;
    batch->second.open.erase(transaction);
    if (!batch->second.open.empty())
      return;
    const std::uint64_t took_us = clock_.monotonic_us() - batch->second.sent_us;
    outcome_us_ = (outcome_us_ * (kSmoothing - 1) + took_us) / kSmoothing;
    bytes_ -= batch->second.bytes->size();
    batches_.erase(batch);
    under_way_.set(static_cast<double>(batches_.size()));
  }
  settled_(settled);
}

void Submitter::tick() {
  std::vector<Send> late;
  std::vector<Hash> forgotten;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t now_us = clock_.monotonic_us();
    const std::uint64_t wall_us = clock_.wall_us();
    for (auto batch = batches_.begin(); batch != batches_.end();) {
      if (wall_us > batch->second.not_after_us + kForgetAfterUs) {
        for (const Hash& transaction : batch->second.open)
          batch_of_.erase(transaction);
        forgotten.push_back(batch->first);
        bytes_ -= batch->second.bytes->size();
        batch = batches_.erase(batch);
        continue;
      }
      if (now_us >= batch->second.resend_at_us)
        late.push_back(next_try(batch->first, batch->second));
      ++batch;
    }
    under_way_.set(static_cast<double>(batches_.size()));
  }
  for (const Send& one : late)
    send(one);
  for (const Hash& batch : forgotten)
    settled_(batch);
}

void Submitter::send_all_again() {
  std::vector<Send> all;
  {
    const std::lock_guard lock(mutex_);
    for (auto& [hash, batch] : batches_)
      all.push_back(next_try(hash, batch));
  }
  for (const Send& one : all)
    send(one);
}

Result<Bytes> Submitter::describe() const {
  const std::size_t replicas = link_.connected().size();
  const std::lock_guard lock(mutex_);
  return "{\"ready\":" + std::string(replicas > 0 ? "true" : "false") +
         ",\"reason\":\"" + (replicas > 0 ? "" : "no replica is connected") +
         "\",\"replicas_connected\":" + std::to_string(replicas) +
         ",\"batches_under_way\":" + std::to_string(batches_.size()) + "}";
}

} // namespace tenon::host::link
