#include "link/takeover.hpp"

#include <algorithm>

#include "pipeline/keys.hpp"
#include "pipeline/ledger_records.hpp"
#include "pipeline/visibility.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/sparse_proof.hpp"
#include "tenon/merkle/state_entry.hpp"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kAnswerMs = 5'000;
// A part that is late, or that its replica has no time for, is asked for again; the pause doubles.
constexpr std::uint32_t kMostTries = 5;
constexpr std::uint64_t kFirstPauseUs = 250'000;

bool may_pass(Code code) {
  return code == Code::kDeadlineExceeded || code == Code::kUnavailable ||
         code == Code::kResourceExhausted;
}

bool is_validator(const v1::ValidatorSet& set, const std::string& name) {
  return std::ranges::any_of(set.validators(), [&](const v1::Validator& validator) {
    return validator.name() == name;
  });
}

} // namespace

void Takeover::begin(Target target, Done done) {
  done_ = std::move(done);
  if (target.height != target_.height || target.state_root != target_.state_root) {
    state_.clear();
    bytes_ = 0;
    given_by_.clear();
  }
  target_ = std::move(target);
  left_.clear();
  too_late_.clear();
  last_failure_.clear();
  next_source();
}

void Takeover::next_source() {
  given_.clear();
  given_bytes_ = 0;
  const std::size_t needed = std::size_t{target_.validators.max_byzantine()} + 1;
  if (given_by_.size() >= needed)
    return end(std::move(state_));
  if (too_late_.size() >= needed) {
    return end(out_of_range("the state after block " + std::to_string(target_.height) +
                            " is too old to be had of the replicas"));
  }
  const std::vector<std::string> connected = link_.connected();
  const auto untried = std::ranges::find_if(connected, [&](const std::string& name) {
    return is_validator(target_.validators, name) && !given_by_.contains(name) &&
           !left_.contains(name);
  });
  if (untried == connected.end()) {
    return end(unavailable("what this node may see of the state after block " +
                           std::to_string(target_.height) + " is needed from " +
                           std::to_string(needed) + " of the replicas that certified it; found " +
                           std::to_string(given_by_.size()) + " that gave it" +
                           (last_failure_.empty() ? "" : "; last failure: " + last_failure_)));
  }
  source_ = *untried;
  from_key_.clear();
  tries_ = 0;
  ask();
}

void Takeover::leave_source() {
  left_.insert(source_);
  next_source();
}

void Takeover::resume() {
  if (done_ && !asking_ && clock_.monotonic_us() >= ask_at_us_)
    ask();
}

void Takeover::ask() {
  asking_ = true;
  pb::Request request;
  request.mutable_state()->set_height(target_.height);
  request.mutable_state()->set_from_key(from_key_);
  link_.ask(source_, std::move(request), kAnswerMs, [this](Result<pb::Answer> answer) {
    strand_.post([this, given = std::move(answer)] {
      asking_ = false;
      take(given);
    });
  });
}

// The same part of the same source, later: what it gave so far stays.
void Takeover::put_off(const Status& why) {
  last_failure_ = source_ + ": " + why.message();
  tries_ += 1;
  if (why.code() == Code::kOutOfRange)
    too_late_.insert(source_);
  if (!may_pass(why.code()) || tries_ >= kMostTries)
    return leave_source();
  ask_at_us_ = clock_.monotonic_us() + (kFirstPauseUs << (tries_ - 1));
}

void Takeover::take(const Result<pb::Answer>& answer) {
  if (!answer.ok())
    return put_off(answer.status());
  tries_ = 0;
  Status taken = add(answer->state());
  const bool is_last = taken.ok() && answer->state().next_key().empty();
  if (is_last)
    taken = check_visible();
  if (!taken.ok()) {
    last_failure_ = source_ + ": " + taken.message();
    // Too much is no lie as such; what it gave does not count in either case.
    if (taken.code() != Code::kResourceExhausted)
      link_.drop(source_, taken.message());
    return leave_source();
  }
  if (!is_last) {
    from_key_ = answer->state().next_key();
    return ask();
  }
  state_.merge(given_);
  bytes_ += given_bytes_;
  given_by_.insert(source_);
  next_source();
}

// Keys only grow, so that the source comes to an end.
Status Takeover::add(const v1::StatePart& part) {
  Bytes least = from_key_;
  for (const v1::StateItem& item : part.items()) {
    if (item.key() < least)
      return invalid_argument("the entries of the state that it gave are out of order");
    least = item.key() + '\0';
    TENON_RETURN_IF_ERROR(add_item(item));
  }
  return part.next_key().empty() || (part.next_key() > from_key_ && part.next_key() >= least)
             ? Status()
             : invalid_argument("the state that it gives does not end");
}

Status Takeover::add_item(const v1::StateItem& item) {
  if (const auto had = state_.find(item.key()); had != state_.end()) {
    return had->second == item.entry()
               ? Status()
               : invalid_argument("it gave an entry that differs from a proved one");
  }
  if (!merkle::is_entry(item.entry()))
    return invalid_argument("it gave an entry of the state that is malformed");
  const auto path = merkle::decode_proof(item.path());
  const Status proved = path.ok() ? merkle::verify_proof(*path, target_.state_root,
                                                         crypto::sha256(item.key()),
                                                         merkle::entry_hash(item.entry()))
                                  : path.status();
  if (!proved.ok()) {
    return invalid_argument("it gave an entry of the state that is not there: " +
                            proved.message());
  }
  given_bytes_ += item.key().size() + item.entry().size();
  if (bytes_ + given_bytes_ > max_bytes_) {
    return resource_exhausted("the state that this node may see is said to have more than " +
                              std::to_string(max_bytes_) + " bytes, which is the limit");
  }
  given_.emplace(item.key(), item.entry());
  return {};
}

// The records of the parties are public, so an honest source has given those that say so.
Status Takeover::check_visible() const {
  std::map<std::string, bool> hosted;
  for (const auto& [key, encoded] : given_) {
    TENON_ASSIGN_OR_RETURN(const bool visible, is_visible(key, encoded, hosted));
    if (!visible) {
      return invalid_argument("it gave an entry of the state that this client node may not see, or "
                              "kept back the record of a party that may");
    }
  }
  return {};
}

Result<bool> Takeover::is_visible(const Bytes& key, BytesView encoded,
                                  std::map<std::string, bool>& hosted) const {
  return pipeline::is_visible_entry(key, encoded, [&](const std::string& party) -> Result<bool> {
    auto known = hosted.find(party);
    if (known == hosted.end()) {
      TENON_ASSIGN_OR_RETURN(const bool hosts_it, hosts(party));
      known = hosted.emplace(party, hosts_it).first;
    }
    return known->second;
  });
}

Result<bool> Takeover::hosts(const std::string& party) const {
  const Bytes key = pipeline::keys::party(party);
  for (const Projection::State* const entries : {&given_, &state_}) {
    const auto found = entries->find(key);
    if (found == entries->end())
      continue;
    TENON_ASSIGN_OR_RETURN(const merkle::StateEntry entry, merkle::decode_entry(found->second));
    v1::PartyRecord record;
    if (!record.ParseFromArray(entry.value.data(), static_cast<int>(entry.value.size())))
      return invalid_argument("the record of a party that it gave is malformed");
    return pipeline::hosts(&record, target_.client);
  }
  return false;
}

void Takeover::end(Result<Projection::State> state) {
  if (state.ok()) {
    target_ = {};
    state_.clear();
    bytes_ = 0;
    given_by_.clear();
  }
  const Done done = std::exchange(done_, nullptr);
  done(std::move(state));
}

} // namespace tenon::host::link
