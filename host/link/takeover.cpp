#include "link/takeover.hpp"

#include <algorithm>

#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kAnswerMs = 5'000;
constexpr std::size_t kMaxBytes = std::size_t{4} << 30; // held in memory until all is there

} // namespace

void Takeover::begin(std::uint64_t height, const Hash& state_root, std::size_t sources, Done done) {
  done_ = std::move(done);
  height_ = height;
  state_root_ = state_root;
  sources_left_ = sources;
  tried_.clear();
  state_.clear();
  bytes_ = 0;
  next_source();
}

void Takeover::next_source() {
  if (sources_left_ == 0)
    return end(std::move(state_));
  const std::vector<std::string> connected = link_.connected();
  const auto untried = std::ranges::find_if(
      connected, [&](const std::string& name) { return !tried_.contains(name); });
  if (untried == connected.end()) {
    return end(unavailable("what this node may see of the state after block " +
                           std::to_string(height_) + " is needed from " +
                           std::to_string(sources_left_) + " more replicas than gave it"));
  }
  source_ = *untried;
  tried_.insert(source_);
  from_key_.clear();
  ask();
}

void Takeover::ask() {
  pb::Request request;
  request.mutable_state()->set_height(height_);
  request.mutable_state()->set_from_key(from_key_);
  link_.ask(source_, std::move(request), kAnswerMs, [this](Result<pb::Answer> answer) {
    strand_.post([this, given = std::move(answer)] { take(given); });
  });
}

void Takeover::take(const Result<pb::Answer>& answer) {
  if (!answer.ok())
    return next_source();
  const Status added = add(answer->state());
  if (added.code() == Code::kResourceExhausted)
    return end(added);
  if (!added.ok()) {
    link_.drop(source_, added.message());
    return next_source();
  }
  from_key_ = answer->state().next_key();
  if (!from_key_.empty())
    return ask();
  --sources_left_;
  next_source();
}

// Keys only grow, so that the source comes to an end.
Status Takeover::add(const v1::StatePart& part) {
  Bytes least = from_key_;
  for (const v1::StateItem& item : part.items()) {
    if (item.key() < least)
      return invalid_argument("the entries of the state that it gave are out of order");
    least = item.key() + '\0';
    if (const auto had = state_.find(item.key()); had != state_.end()) {
      if (had->second != item.entry())
        return invalid_argument("it gave an entry that differs from a proved one");
      continue;
    }
    const auto path = merkle::decode_proof(item.path());
    if (!merkle::is_entry(item.entry()))
      return invalid_argument("it gave an entry of the state that is malformed");
    const Status proved = path.ok()
                              ? merkle::verify_proof(*path, state_root_, crypto::sha256(item.key()),
                                                     merkle::entry_hash(item.entry()))
                              : path.status();
    if (!proved.ok())
      return invalid_argument("it gave an entry of the state that is not there: " +
                              proved.message());
    bytes_ += item.key().size() + item.entry().size();
    if (bytes_ > kMaxBytes)
      return resource_exhausted("the state that this node may see has more than 4 GiB");
    state_.emplace(item.key(), item.entry());
  }
  return part.next_key().empty() || part.next_key() > from_key_
             ? Status()
             : invalid_argument("the state that it gives does not end");
}

void Takeover::end(Result<Projection::State> state) {
  const Done done = std::exchange(done_, nullptr);
  done(std::move(state));
}

} // namespace tenon::host::link
