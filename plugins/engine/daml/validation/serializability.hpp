// Which types' values can be stored on the ledger. Owned by one validation, one thread; asked after
// all types of the package were found well-formed.
#pragma once

#include <string>
#include <vector>

#include "validation/world.hpp"

namespace tenon::daml::validation {

class Serializability {
public:
  Serializability(World& world, Meter& meter);

  // What is in the own package's type, or in the definition, that cannot be stored; empty: nothing.
  std::string obstacle(const lf::Type& type);
  std::string obstacle(const lf::DataType& type);

private:
  std::string obstacle_at(const lf::Type& type);
  std::string obstacle_at_builtin(const lf::Type& type);
  void push(std::span<const lf::Type* const> types);

  World& world_;
  Meter& meter_;
  std::vector<bool> seen_; // by type: it can be stored if its parts on the list can
  std::vector<const lf::Type*> waiting_;
};

} // namespace tenon::daml::validation
