// One function while it is compiled: its cells, its registers, and what it takes from the functions
// around it. How much that is is known only at the end, so until then registers of captured words
// are marked, and finish() gives all registers their places. Owned by the compiler; one thread.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <unordered_map>
#include <vector>

#include "interpreter/budget.hpp"
#include "interpreter/code.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::interpreter {

// What stands in a field of an instruction.
struct Operand {
  std::uint16_t value = 0;
  bool is_register = false;
};
inline Operand reg(Register value) {
  return {value, true};
}
inline Operand number(std::size_t value) {
  return {static_cast<std::uint16_t>(value), false};
}

class FunctionScope {
public:
  static constexpr Register kCaptured = 0x8000;

  FunctionScope(FunctionScope* outer, std::uint32_t arity)
      : outer_(outer), depth_(outer == nullptr ? 1 : outer->depth_ + 1), arity_(arity),
        next_(arity), most_(arity) {}

  [[nodiscard]] FunctionScope* outer() { return outer_; }
  [[nodiscard]] std::uint32_t depth() const { return depth_; }

  // --- Registers. One above all that are in use; those above a mark are free again after
  // release().
  [[nodiscard]] Register allocate(std::uint32_t count = 1);
  [[nodiscard]] std::uint32_t mark() const { return next_; }
  void release(std::uint32_t mark) { next_ = mark; }
  // The first that is free: where a call's frame may begin.
  [[nodiscard]] Register free_register() { return static_cast<Register>(reserve(0)); }

  // The register here of a word that the function around holds in `outer`; `serial` tells variables
  // apart.
  Register capture(std::uint32_t serial, Register outer);
  // The registers of the function around, in the order of capture.
  [[nodiscard]] const std::vector<Register>& captured() const { return captured_; }

  // --- Cells.
  std::size_t add(Handler handler, Operand target = {}, Operand a = {}, Operand b = {},
                  Operand c = {});
  std::size_t add_word(const Word& word);
  std::size_t add_pointers(const void* first, const void* second = nullptr);
  std::size_t add_numbers(std::int64_t first, std::int64_t second = 0);
  // As many cells as it takes.
  void add_registers(const std::vector<Register>& registers);
  void add_operands(const std::vector<Operand>& operands);

  // --- Jumps: the number in a cell becomes the way from `from` to here, or to `to`.
  [[nodiscard]] std::size_t here() const { return cells_.size(); }
  void land(std::size_t cell, std::size_t from, bool second = false);

  void set_location(lf::LocationId location) { location_ = location; }
  [[nodiscard]] lf::LocationId location() const { return location_; }

  // RESOURCE_EXHAUSTED when the function has too many registers.
  Result<std::unique_ptr<Body>> finish();

private:
  struct Fixup {
    std::uint32_t cell;
    std::uint8_t field;
    bool in_list;
  };

  std::uint32_t reserve(std::uint32_t count);
  Register& field_of(const Fixup& fixup);
  void note(std::size_t cell, std::uint8_t field, bool in_list, const Operand& operand);

  FunctionScope* outer_;
  std::uint32_t depth_;
  std::uint32_t arity_;
  std::uint32_t next_;
  std::uint32_t most_;
  std::vector<Cell> cells_;
  std::vector<Fixup> fixups_;
  std::vector<Register> captured_;
  std::unordered_map<std::uint32_t, Register> captured_index_; // by serial
  std::vector<CodeLocation> locations_;
  lf::LocationId location_{};
};

} // namespace tenon::daml::interpreter
