// Who asks, as a verified token says. Immutable once made; any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace tenon::api::rest {

struct Identity {
  std::string subject;
  std::vector<std::string> act_as;
  std::vector<std::string> read_as;
  bool admin = false;
  std::uint64_t expires_at_s = 0; // Unix time

  [[nodiscard]] bool may_act_as(const std::string& party) const {
    return std::find(act_as.begin(), act_as.end(), party) != act_as.end();
  }
  [[nodiscard]] bool may_read_as(const std::string& party) const {
    return may_act_as(party) || std::find(read_as.begin(), read_as.end(), party) != read_as.end();
  }
  // Every party whose data the token opens, without repetition.
  [[nodiscard]] std::vector<std::string> readable() const {
    std::vector<std::string> parties = act_as;
    parties.insert(parties.end(), read_as.begin(), read_as.end());
    std::sort(parties.begin(), parties.end());
    parties.erase(std::unique(parties.begin(), parties.end()), parties.end());
    return parties;
  }
};

} // namespace tenon::api::rest
