#include "link/stream_follower.hpp"

#include <algorithm>

#include "pipeline/outcome.hpp"

namespace tenon::host::link {

namespace {

constexpr std::uint64_t kWaitMs = 1'000;    // for news, at the replica
constexpr std::uint64_t kAnswerMs = 3'000;  // in which it must have answered
constexpr std::uint64_t kTurnUs = 5'000'000; // after which the next one is asked, so that none can
                                             // feed this node slowly for long
constexpr std::uint64_t kPauseUs = 500'000; // before a replica that failed has another turn
constexpr std::uint64_t kLongPauseUs = 30'000'000; // … or gave what does not verify

} // namespace

StreamFollower::StreamFollower(const Parts& parts, Applied applied, Switched switched)
    : parts_(parts), applied_(std::move(applied)), switched_(std::move(switched)),
      pages_(parts.metrics.counter("stream_pages_total", "Pages taken into the projection")),
      switches_(parts.metrics.counter("replica_switches_total",
                                      "Times that another replica was followed")),
      height_(parts.metrics.gauge("head_height", "Height of the last block taken in")) {
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

// The present one as long as it does its work; otherwise the next by name that has not just failed.
// When all have, the one whose pause ends first, but only `in_need`.
std::string StreamFollower::choose(bool in_need) const {
  const std::vector<std::string> connected = parts_.link.connected();
  if (connected.empty())
    return {};
  const std::string present = replica();
  const std::uint64_t now_us = parts_.clock.monotonic_us();
  const auto until = [&](const std::string& name) {
    const auto found = passed_over_until_us_.find(name);
    return found == passed_over_until_us_.end() || found->second <= now_us ? 0 : found->second;
  };
  if (std::ranges::binary_search(connected, present) && until(present) == 0)
    return present;
  const auto after = std::ranges::upper_bound(connected, present);
  std::string best;
  std::uint64_t best_until = UINT64_MAX;
  for (std::size_t i = 0; i < connected.size(); ++i) {
    const std::size_t at = (static_cast<std::size_t>(after - connected.begin()) + i);
    const std::string& name = connected[at % connected.size()];
    if (until(name) < best_until) {
      best = name;
      best_until = until(name);
    }
  }
  return best_until == 0 || in_need ? best : std::string();
}

void StreamFollower::ask(bool in_need) {
  if (asking_ || parts_.health.halted())
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
  parts_.link.ask(chosen, std::move(request), kAnswerMs,
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
    pass_over(replica, kPauseUs);
    return;
  }
  if (!answer->has_page()) {
    parts_.link.drop(replica, "it answered a request for a page with something else");
    pass_over(replica, kLongPauseUs);
    return;
  }
  take_page(replica, answer->page());
}

void StreamFollower::take_page(const std::string& replica, const v1::StreamPage& page) {
  seen_height_ = page.head_height();
  if (page.blocks_size() == 0) {
    // Nothing new there. Another one is asked next, so that nobody can keep news back for long.
    caught_up_ = true;
    pass_over(replica, 0);
    return;
  }
  const auto checked = wire::verify_stream_page(page, parts_.projection.cursor());
  if (!checked.ok()) {
    parts_.link.drop(replica, checked.status().message());
    pass_over(replica, kLongPauseUs);
    return;
  }
  const Status status = parts_.health.observe(
      pipeline::contained([&] { return parts_.projection.apply(page, *checked); }));
  if (!status.ok())
    return;
  pages_.add();
  const std::uint64_t height = checked->blocks.back().header.height();
  height_.set(static_cast<double>(height));
  if (height >= page.head_height())
    caught_up_ = true;
  applied_(page, *checked);
  if (parts_.clock.monotonic_us() - turn_began_us_ > kTurnUs)
    pass_over(replica, 0);
}

void StreamFollower::pass_over(const std::string& replica, std::uint64_t pause_us) {
  if (pause_us > 0) {
    passed_over_until_us_[replica] = parts_.clock.monotonic_us() + pause_us;
    return;
  }
  // The next by name has its turn.
  const std::vector<std::string> connected = parts_.link.connected();
  const std::lock_guard lock(mutex_);
  turn_began_us_ = parts_.clock.monotonic_us();
  if (connected.empty())
    return;
  const auto after = std::ranges::upper_bound(connected, replica_);
  replica_ = after == connected.end() ? connected.front() : *after;
}

} // namespace tenon::host::link
