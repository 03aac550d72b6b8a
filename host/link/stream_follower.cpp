#include "link/stream_follower.hpp"

#include <algorithm>

#include "pipeline/outcome.hpp"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kWaitMs = 500; // for news, at the replica …
// … which must have answered so much later: a frozen one costs no more. Longer where all are slow.
constexpr std::uint64_t kLeastSlackMs = 500;
constexpr std::uint64_t kMostSlackMs = 8'000;
// After which the next one is asked, so that none can feed this node slowly for long.
constexpr std::uint64_t kTurnUs = 5'000'000;
// Before a replica has another turn that failed, or gave no answer; at most, and after a lie.
constexpr std::uint64_t kPauseUs = 500'000;
constexpr std::uint64_t kSilencePauseUs = 4'000'000;
constexpr std::uint64_t kMaxPauseUs = 30'000'000;
// Without an answer for so long, who knows what is new.
constexpr std::uint64_t kStaleUs = 10'000'000;

} // namespace

StreamFollower::StreamFollower(const Parts& parts, Applied applied, Switched switched)
    : parts_(parts), takeover_(parts.link, parts.strand), applied_(std::move(applied)),
      switched_(std::move(switched)),
      pages_(parts.metrics.counter("stream_pages_total", "Pages taken into the projection")),
      switches_(parts.metrics.counter("replica_switches_total",
                                      "Times that another replica was followed")),
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

std::uint64_t StreamFollower::behind() const {
  const std::uint64_t height = parts_.projection.cursor().height;
  const std::uint64_t seen = seen_height_;
  return seen > height ? seen - height : 0;
}

bool StreamFollower::caught_up() const {
  return caught_up_ && parts_.clock.monotonic_us() - last_answer_us_ < kStaleUs;
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
  if (asking_ || takeover_.under_way() || parts_.health.halted())
    return;
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
  request.mutable_stream()->set_wait_ms(caught_up_ ? kWaitMs : 0);
  asking_ = true;
  parts_.link.ask(chosen, std::move(request), kWaitMs + slack_ms_,
                  [this, chosen](Result<pb::Answer> answer) {
                    parts_.strand.post([this, chosen, given = std::move(answer)] {
                      asking_ = false;
                      take(chosen, given);
                      ask(false); // with all of them failing, wake() sets the pace
                    });
                  });
}

void StreamFollower::take(const std::string& replica, const Result<pb::Answer>& answer) {
  if (!answer.ok()) {
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
  take_page(replica, answer->page()); // the link lets no other answer through
}

void StreamFollower::take_page(const std::string& replica, const v1::StreamPage& page) {
  const std::uint64_t height = parts_.projection.cursor().height;
  if (page.blocks_size() == 0) {
    if (page.head_height() != height)
      return failed(replica, "it has nothing for this node after block " + std::to_string(height) +
                                 ", and says that it is at block " +
                                 std::to_string(page.head_height()));
    // Nothing new there. Another one is asked next, so that nobody can keep news back for long.
    answered(replica, page.head_height());
    caught_up_ = true;
    end_turn();
    return;
  }
  auto checked = wire::verify_stream_page(page, parts_.projection.cursor());
  if (!checked.ok()) {
    parts_.link.drop(replica, checked.status().message());
    return failed(replica, checked.status().message(), kMaxPauseUs);
  }
  answered(replica, page.head_height());
  if (parts_.projection.needs_state(*checked))
    return take_over(replica, page, std::move(*checked));
  apply(page, *checked, nullptr);
}

void StreamFollower::take_over(const std::string& replica, const v1::StreamPage& page,
                               wire::StreamedPage checked) {
  const wire::StreamedBlock last = checked.blocks.back();
  parts_.log.write(plugin::LogLevel::kInfo, "link",
                   "the parties of this client node have changed: it takes over what they may see "
                   "of the state after block " +
                       std::to_string(last.header.height()),
                   {});
  const std::size_t sources = parts_.projection.cursor().validators.max_byzantine() + 1;
  takeover_.begin(last.header.height(), last.state_root, sources,
                  [this, replica, page, checked = std::move(checked)](
                      const Result<Projection::State>& state) {
                    if (state.ok()) {
                      apply(page, checked, &*state);
                      ask(false);
                      return;
                    }
                    parts_.log.write(plugin::LogLevel::kWarn, "link", state.status().message(), {});
                    failed(replica, state.status().message()); // the page is asked for again
                  });
}

void StreamFollower::apply(const v1::StreamPage& page,
                           const wire::StreamedPage& checked, const Projection::State* state) {
  const Status status = parts_.health.observe(
      pipeline::contained([&] { return parts_.projection.apply(page, checked, state); }));
  if (!status.ok())
    return;
  pages_.add();
  const std::uint64_t height = checked.blocks.back().header.height();
  height_.set(static_cast<double>(height));
  if (height >= page.head_height())
    caught_up_ = true;
  applied_(page, checked);
  if (parts_.clock.monotonic_us() - turn_began_us_ > kTurnUs)
    end_turn();
}

void StreamFollower::answered(const std::string& replica, std::uint64_t head_height) {
  failures_.erase(replica);
  slack_ms_ = std::max(slack_ms_ / 2, kLeastSlackMs);
  seen_height_ = head_height;
  last_answer_us_ = parts_.clock.monotonic_us();
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
