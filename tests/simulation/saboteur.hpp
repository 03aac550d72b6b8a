// Where a test may plant a bug: around every event of every core, and in what a driver owes its
// core. The base class plants none. Owned by the test; the simulation's thread.
#pragma once

#include "simulation/model_ledger.hpp"

namespace tenon::simulation {

class Saboteur {
public:
  virtual ~Saboteur() = default;
  virtual void before_event(bft::Core&) const {}
  // What the core wants done has not been done yet.
  virtual void after_event(bft::Core&) const {}
  virtual void committed(bft::Core&, const std::vector<ModelBlock>&) const {}
  // Does the driver wait for the disk before it says that a record is there?
  [[nodiscard]] virtual bool waits_for_disk() const { return true; }
  [[nodiscard]] virtual bool writes(const Bytes&) const { return true; }
  [[nodiscard]] virtual bool reads_back(const Bytes&) const { return true; }
  [[nodiscard]] virtual bool notices_a_lost_log() const { return true; }
  [[nodiscard]] virtual bool checks_signatures() const { return true; }
  [[nodiscard]] virtual bool tells_the_end_of_epochs() const { return true; }
  [[nodiscard]] virtual bool checks_ranges() const { return true; }
};

} // namespace tenon::simulation
