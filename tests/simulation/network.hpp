// The simulated network between named nodes: delays, loses, repeats and reorders frames, cuts links
// one way or both, heals. A connection ends with the life of its receiver: what was sent to an
// earlier one does not arrive. Owned by the simulation; one thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "simulation/clockwork.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::simulation {

struct Weather {
  std::uint64_t min_delay_us = 200;
  std::uint64_t max_delay_us = 2'000;
  double loss = 0;
  double repeat = 0;
  double straggle = 0; // of frames that take up to a hundred times as long
};

class Network {
public:
  using Deliver = std::function<void(const std::string& from, const std::string& to,
                                     std::uint32_t lane, const Bytes& frame)>;

  Network(Clockwork& clock, Random& random, Deliver deliver)
      : clock_(clock), random_(random), deliver_(std::move(deliver)) {}

  void set_weather(const Weather& weather) { weather_ = weather; }
  void cut(const std::string& from, const std::string& to) { cut_.emplace(from, to); }
  void heal() {
    cut_.clear();
    weather_ = Weather{};
  }
  void restarted(const std::string& name) { ++lives_[name]; }
  [[nodiscard]] bool is_cut(const std::string& from, const std::string& to) const {
    return cut_.contains({from, to});
  }

  void send(const std::string& from, const std::string& to, std::uint32_t lane,
            const std::shared_ptr<const Bytes>& frame) {
    const std::uint64_t life = lives_[to];
    const int copies = random_.chance(weather_.repeat) ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      if (is_cut(from, to) || random_.chance(weather_.loss)) {
        ++lost_;
        continue;
      }
      std::uint64_t delay = random_.between(weather_.min_delay_us, weather_.max_delay_us);
      if (random_.chance(weather_.straggle))
        delay *= random_.between(2, 100);
      clock_.after(delay, [this, from, to, lane, frame, life] {
        if (lives_[to] == life)
          deliver_(from, to, lane, *frame);
      });
    }
    ++sent_;
  }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
  Clockwork& clock_;
  Random& random_;
  Deliver deliver_;
  Weather weather_;
  std::set<std::pair<std::string, std::string>> cut_;
  std::map<std::string, std::uint64_t> lives_;
  std::uint64_t sent_ = 0;
  std::uint64_t lost_ = 0;
};

} // namespace tenon::simulation
