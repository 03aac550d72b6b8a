// Programs that no validation would let pass, put together as numbers say: of random numbers in
// tests, of the input in a fuzz target.
#pragma once

#include <cstdint>
#include <functional>

#include "program.hpp"

namespace tenon::daml::interpreter::test {

class RandomProgram : public Program {
public:
  // Defines main and all that it uses, and a template "T" with a choice "Go".
  explicit RandomProgram(std::function<std::uint32_t()> next);

private:
  std::uint32_t pick(std::uint32_t count) { return next_() % count; }
  bool chance(std::uint32_t one_in) { return pick(one_in) != 0; }
  std::string_view name();
  E parties();
  E leaf();
  // With the names in scope that most bodies have, so that many programs compile.
  E bound(E body);
  E expression(int depth) { return bound(free_expression(depth)); }
  E free_expression(int depth);
  std::vector<E> several(int depth, std::uint32_t most);
  E data(int depth);
  E control(int depth);
  E applied(int depth);
  E update_or_interface(int depth);

  std::function<std::uint32_t()> next_;
};

} // namespace tenon::daml::interpreter::test
