// Planted bugs: what a wrong core or driver would do, one rule broken at a time, in every honest
// replica of a simulation. They show that the simulator's checks see what they are there for. Each
// tampers from outside, around the events of the production core, which has no code for it but one
// friend. Owned by the test; the simulation's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "simulation/saboteur.hpp"

namespace tenon::simulation {

struct Mutation {
  std::string name; // the rule that is broken, as a sentence without its subject
  std::shared_ptr<const Saboteur> saboteur;
};

[[nodiscard]] std::vector<Mutation> mutations();

} // namespace tenon::simulation
