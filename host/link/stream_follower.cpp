#include "link/stream_follower.hpp"

#include <algorithm>

#include "pipeline/outcome.hpp"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kWaitMs = 500; // for news, at the replica …
// … which must have answered so much later: a frozen one costs no more. Longer where all are slow.
constexpr std::uint64_t kLeastSlackMs = 500;
constexpr std::uint64_t kMostSlackMs = 8'000;
// By so much of it the slack shrinks with every answer in time: one says little about the next.
constexpr std::uint64_t kSlackShrinks = 16;
// After which the next one is asked, so that none can feed this node slowly for long.
constexpr std::uint64_t kTurnUs = 5'000'000;
// Before a replica has another turn that failed, or gave no answer; at most, and after a lie.
constexpr std::uint64_t kPauseUs = 500'000;
constexpr std::uint64_t kSilencePauseUs = 4'000'000;
constexpr std::uint64_t kMaxPauseUs = 30'000'000;
// Without an answer for so long, who knows what is new. Each further replica takes a turn longer.
constexpr std::uint64_t kStaleUs = 10'000'000;

} // namespace

StreamFollower::StreamFollower(const Parts& parts, Applied applied, Switched switched,
                               Restarted restarted)
    : parts_(parts), takeover_(parts.link, parts.strand, parts.clock), applied_(std::move(applied)),
      switched_(std::move(switched)), restarted_(std::move(restarted)),
      pages_(parts.metrics.counter("stream_pages_total", "Pages taken into the projection")),
      switches_(parts.metrics.counter("replica_switches_total",
                                      "Times that another replica was followed")),
      restarts_(parts.metrics.counter("stream_restarts_total",
                                      "Times that the node began anew at a later block, because "
                                      "the replicas do not have any more what it lacked")),
      height_(parts.metrics.gauge("head_height", "Height of the last block taken in")) {
  slack_ms_ = kLeastSlackMs;
  height_.set(static_cast<double>(parts_.projection.cursor().height));
}

void StreamFollower::wake() {
  parts_.strand.post([this] { ask(true); });
}

std::string StreamFollower::replica() const {
  const std::lock_guard lock(mutex_);
  return replica_;
}

StreamFollower::Heard StreamFollower::heard() const {
  const wire::StreamCursor cursor = parts_.projection.cursor();
  const std::uint64_t f = cursor.validators.max_byzantine();
  const std::uint64_t now_us = parts_.clock.monotonic_us();
  Heard heard;
  heard.needed = f + 1;
  std::vector<std::uint64_t> heads;
  const std::lock_guard lock(mutex_);
  for (const v1::Validator& validator : cursor.validators.validators()) {
    const auto word = words_.find(validator.name());
    if (word == words_.end() || now_us - word->second.at_us >= kStaleUs + f * kTurnUs)
      continue;
    heard.had_all += word->second.had_all ? 1 : 0;
    heads.push_back(word->second.head_height);
  }
  std::ranges::sort(heads, std::greater());
  const std::uint64_t head = heads.empty() ? 0 : heads[std::min<std::size_t>(f, heads.size() - 1)];
  heard.behind = head > cursor.height ? head - cursor.height : 0;
  return heard;
}

void StreamFollower::note(const std::string& replica, std::uint64_t head_height, bool had_all) {
  const std::lock_guard lock(mutex_);
  words_[replica] = {head_height, parts_.clock.monotonic_us(), had_all};
}

bool StreamFollower::knows_all_of(const std::string& replica) const {
  const std::lock_guard lock(mutex_);
  const auto word = words_.find(replica);
  return word != words_.end() && word->second.had_all &&
         parts_.clock.monotonic_us() - word->second.at_us < kStaleUs;
}

bool StreamFollower::caught_up() const {
  const Heard now = heard();
  return now.had_all >= now.needed;
}

std::string StreamFollower::lag() const {
  const Heard now = heard();
  return std::to_string(now.behind) + " blocks to go, and it has lately had all that " +
         std::to_string(now.had_all) + " of the replicas had, of " + std::to_string(now.needed) +
         " needed";
}

std::string StreamFollower::last_failure() const {
  const std::lock_guard lock(mutex_);
  return last_failure_;
}

std::uint64_t StreamFollower::paused_until_us(const std::string& replica) const {
  const auto found = failures_.find(replica);
  const bool over =
      found == failures_.end() || found->second.until_us <= parts_.clock.monotonic_us();
  return over ? 0 : found->second.until_us;
}

// The present one as long as it does its work; otherwise the next by name that has not just failed.
// When all have, the one whose pause ends first, but only `in_need`.
std::string StreamFollower::choose(bool in_need) const {
  const std::vector<std::string> connected = parts_.link.connected();
  const std::string present = replica();
  if (std::ranges::binary_search(connected, present) && paused_until_us(present) == 0)
    return present;
  return next_after(present, in_need);
}

std::string StreamFollower::next_after(const std::string& name, bool in_need) const {
  const std::vector<std::string> connected = parts_.link.connected();
  const auto after = static_cast<std::size_t>(std::ranges::upper_bound(connected, name) -
                                              connected.begin());
  std::string best;
  std::uint64_t best_until = UINT64_MAX;
  for (std::size_t i = 0; i < connected.size(); ++i) {
    const std::string& one = connected[(after + i) % connected.size()];
    if (const std::uint64_t until = paused_until_us(one); until < best_until) {
      best = one;
      best_until = until;
    }
  }
  return best_until == 0 || in_need ? best : std::string();
}

void StreamFollower::ask(bool in_need) {
  if (asking_ || parts_.health.halted())
    return;
  if (takeover_.under_way())
    return takeover_.resume();
  const std::string chosen = choose(in_need);
  if (chosen.empty())
    return;
  if (chosen != replica()) {
    {
      const std::lock_guard lock(mutex_);
      replica_ = chosen;
    }
    turn_began_us_ = parts_.clock.monotonic_us();
    switches_.add();
    switched_();
  }
  const wire::StreamCursor cursor = parts_.projection.cursor();
  pb::Request request;
  request.mutable_stream()->set_after_height(cursor.height);
  request.mutable_stream()->set_hosting_epoch(cursor.hosting_epoch);
  // At first it wants to know where the replica is, news or not.
  const bool begins = must_begin_anew();
  request.mutable_stream()->set_begin(begins);
  request.mutable_stream()->set_epoch(cursor.validators.epoch());
  asked_to_wait_ms_ = !begins && (knows_all_of(chosen) || caught_up()) ? kWaitMs : 0;
  request.mutable_stream()->set_wait_ms(asked_to_wait_ms_);
  asked_at_us_ = parts_.clock.monotonic_us();
  asking_ = true;
  parts_.link.ask(chosen, std::move(request), kWaitMs + slack_ms_,
                  [this, chosen, begins](Result<pb::Answer> answer) {
                    parts_.strand.post([this, chosen, begins, given = std::move(answer)] {
                      asking_ = false;
                      take(chosen, given, begins);
                      ask(false); // with all of them failing, wake() sets the pace
                    });
                  });
}

void StreamFollower::take(const std::string& replica, const Result<pb::Answer>& answer,
                          bool begins) {
  if (!answer.ok()) {
    note_refusal(replica, answer.status());
    parts_.log.write(plugin::LogLevel::kInfo, "link",
                     "the stream from " + replica + " stopped: " + answer.status().message() +
                         "; another replica is asked",
                     {});
    const bool silent = answer.status().code() == Code::kDeadlineExceeded;
    failed(replica, answer.status().message(), silent ? kSilencePauseUs : 0);
    if (silent && next_after(replica, false).empty())
      slack_ms_ = std::min(2 * slack_ms_, kMostSlackMs); // it may be the way that is slow
    return;
  }
  // The link lets no other answer through.
  begins ? take_start(replica, answer->page()) : take_page(replica, answer->page());
}

void StreamFollower::note_refusal(const std::string& replica, const Status& why) {
  const std::uint64_t height = parts_.projection.cursor().height;
  if (std::exchange(without_after_, height) != height)
    without_history_.clear();
  if (why.code() == Code::kOutOfRange && pipeline::explain(why).reason == "HISTORY_PRUNED")
    without_history_.insert(replica);
}

bool StreamFollower::must_begin_anew() const {
  const wire::StreamCursor cursor = parts_.projection.cursor();
  if (cursor.height != without_after_ || without_history_.empty())
    return false;
  const auto say_so = std::ranges::count_if(
      cursor.validators.validators(), [this](const v1::Validator& validator) {
        return without_history_.contains(validator.name());
      });
  return static_cast<std::uint64_t>(say_so) > cursor.validators.max_byzantine();
}

void StreamFollower::take_start(const std::string& replica, const v1::StreamPage& page) {
  if (!page.has_start())
    return failed(replica, "it does not say where this node may begin anew");
  const wire::StreamCursor cursor = parts_.projection.cursor();
  auto start = wire::verify_stream_start(page, cursor);
  if (!start.ok()) {
    parts_.link.drop(replica, start.status().message());
    return failed(replica, start.status().message(), kMaxPauseUs);
  }
  answered(replica);
  const std::uint64_t height = start->block.header.height();
  parts_.log.write(plugin::LogLevel::kWarn, "link",
                   "the replicas do not have any more what comes after block " +
                       std::to_string(cursor.height) + ", or it is not this node's: it takes " +
                       "over what it may see of the state after block " + std::to_string(height) +
                       " and has no history before that",
                   {});
  takeover_.begin({height, start->block.state_root, cursor.client, start->certified_by},
                  [this, replica, page, start = *start](const Result<Projection::State>& state) {
                    if (state.ok())
                      return restart(replica, page, start, *state);
                    parts_.log.write(plugin::LogLevel::kWarn, "link", state.status().message(), {});
                    failed(replica, state.status().message());
                  });
}

void StreamFollower::restart(const std::string& replica, const v1::StreamPage& page,
                             const wire::StreamStart& start, const Projection::State& state) {
  const Status status = parts_.health.observe(pipeline::contained(
      [&] { return parts_.projection.restart(page.start(), start, state); }));
  if (!status.ok())
    return;
  restarts_.add();
  const std::uint64_t height = start.block.header.height();
  height_.set(static_cast<double>(height));
  note(replica, page.head_height(), height >= page.head_height());
  restarted_(height);
  ask(false);
}

void StreamFollower::take_page(const std::string& replica, const v1::StreamPage& page) {
  const std::uint64_t height = parts_.projection.cursor().height;
  if (page.blocks_size() == 0) {
    if (page.head_height() != height)
      return failed(replica, "it has nothing for this node after block " + std::to_string(height) +
                                 ", and says that it is at block " +
                                 std::to_string(page.head_height()));
    // Nothing new there. Another one is asked next, so that nobody can keep news back for long.
    answered(replica);
    note(replica, page.head_height(), /*had_all=*/true);
    end_turn();
    return;
  }
  auto checked = wire::verify_stream_page(page, parts_.projection.cursor());
  if (!checked.ok()) {
    parts_.link.drop(replica, checked.status().message());
    return failed(replica, checked.status().message(), kMaxPauseUs);
  }
  answered(replica);
  if (parts_.projection.needs_state(*checked))
    return take_over(replica, page, std::move(*checked));
  apply(replica, page, *checked, nullptr);
}

void StreamFollower::take_over(const std::string& replica, const v1::StreamPage& page,
                               wire::StreamedPage checked) {
  const wire::StreamedBlock last = checked.blocks.back();
  parts_.log.write(plugin::LogLevel::kInfo, "link",
                   "the parties of this client node have changed: it takes over what they may see "
                   "of the state after block " +
                       std::to_string(last.header.height()),
                   {});
  const wire::StreamCursor cursor = parts_.projection.cursor();
  takeover_.begin({last.header.height(), last.state_root, cursor.client, cursor.validators},
                  [this, replica, page, checked = std::move(checked)](
                      const Result<Projection::State>& state) {
                    // Too long ago: the streams go on, and the state is taken over further on.
                    if (state.ok() || state.status().code() == Code::kOutOfRange) {
                      apply(replica, page, checked, state.ok() ? &*state : nullptr);
                      ask(false);
                      return;
                    }
                    parts_.log.write(plugin::LogLevel::kWarn, "link", state.status().message(), {});
                    failed(replica, state.status().message()); // the page is asked for again
                  });
}

void StreamFollower::apply(const std::string& replica, const v1::StreamPage& page,
                           const wire::StreamedPage& checked, const Projection::State* state) {
  const Status status = parts_.health.observe(
      pipeline::contained([&] { return parts_.projection.apply(page, checked, state); }));
  if (!status.ok())
    return;
  pages_.add();
  const std::uint64_t height = checked.blocks.back().header.height();
  height_.set(static_cast<double>(height));
  note(replica, page.head_height(), height >= page.head_height());
  applied_(page, checked);
  const bool others_are_needed = height >= page.head_height() && !caught_up();
  if (others_are_needed || parts_.clock.monotonic_us() - turn_began_us_ > kTurnUs)
    end_turn();
}

void StreamFollower::answered(const std::string& replica) {
  failures_.erase(replica);
  // What it took beyond the wait for news, at least.
  const std::uint64_t took_ms = (parts_.clock.monotonic_us() - asked_at_us_) / 1000;
  const std::uint64_t late_ms = took_ms > asked_to_wait_ms_ ? took_ms - asked_to_wait_ms_ : 0;
  slack_ms_ = std::clamp(std::max(slack_ms_ - slack_ms_ / kSlackShrinks, 2 * late_ms),
                         kLeastSlackMs, kMostSlackMs);
}

// Others come first for a while, and for longer each time.
void StreamFollower::failed(const std::string& replica, const std::string& why,
                            std::uint64_t least_pause_us) {
  Failures& failures = failures_[replica];
  const std::uint64_t pause_us = kPauseUs << std::min(failures.in_a_row++, 6u);
  failures.until_us = parts_.clock.monotonic_us() +
                      std::max(least_pause_us, std::min(pause_us, kMaxPauseUs));
  const std::lock_guard lock(mutex_);
  last_failure_ = replica + ": " + why;
}

// The next by name has its turn.
void StreamFollower::end_turn() {
  turn_began_us_ = parts_.clock.monotonic_us();
  const std::string next = next_after(replica(), false);
  if (next.empty())
    return;
  const std::lock_guard lock(mutex_);
  replica_ = next;
}

} // namespace tenon::host::link
