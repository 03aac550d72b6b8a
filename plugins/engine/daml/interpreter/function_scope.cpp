#include "interpreter/function_scope.hpp"

#include <algorithm>

namespace tenon::daml::interpreter {

std::uint32_t FunctionScope::reserve(std::uint32_t count) {
  const std::uint32_t first = next_;
  // Beyond the limit numbers only have to stay numbers: finish() refuses the function.
  next_ = std::min(next_ + count, kMaxRegisters + 1);
  most_ = std::max(most_, std::min(next_ + 1, kMaxRegisters + 1));
  return std::min(first, kMaxRegisters);
}

Register FunctionScope::allocate(std::uint32_t count) {
  return static_cast<Register>(reserve(count));
}

Register FunctionScope::capture(std::uint32_t serial, Register outer) {
  const auto next = std::min(static_cast<std::uint32_t>(captured_.size()), kMaxRegisters);
  const auto [place, added] =
      captured_index_.emplace(serial, static_cast<Register>(kCaptured | next));
  if (added)
    captured_.push_back(outer);
  return place->second;
}

void FunctionScope::note(std::size_t cell, std::uint8_t field, bool in_list,
                         const Operand& operand) {
  if (operand.is_register)
    fixups_.push_back({static_cast<std::uint32_t>(cell), field, in_list});
}

std::size_t FunctionScope::add(Handler handler, Operand target, Operand a, Operand b, Operand c) {
  const std::size_t cell = cells_.size();
  if (!location_.is_none() && (locations_.empty() || locations_.back().location != location_))
    locations_.push_back({static_cast<std::uint32_t>(cell), location_});
  cells_.emplace_back();
  cells_.back().operation = {handler, target.value, a.value, b.value, c.value};
  note(cell, 0, false, target);
  note(cell, 1, false, a);
  note(cell, 2, false, b);
  note(cell, 3, false, c);
  return cell;
}

std::size_t FunctionScope::add_word(const Word& word) {
  cells_.emplace_back();
  cells_.back().word = word;
  return cells_.size() - 1;
}

std::size_t FunctionScope::add_pointers(const void* first, const void* second) {
  cells_.emplace_back();
  cells_.back().pointers = {first, second};
  return cells_.size() - 1;
}

std::size_t FunctionScope::add_numbers(std::int64_t first, std::int64_t second) {
  cells_.emplace_back();
  cells_.back().numbers = {first, second};
  return cells_.size() - 1;
}

void FunctionScope::add_registers(const std::vector<Register>& registers) {
  std::vector<Operand> operands;
  operands.reserve(registers.size());
  for (const Register item : registers)
    operands.push_back(reg(item));
  add_operands(operands);
}

void FunctionScope::add_operands(const std::vector<Operand>& operands) {
  constexpr std::size_t kInCell = 8;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (i % kInCell == 0)
      cells_.emplace_back();
    const auto field = static_cast<std::uint8_t>(i % kInCell);
    cells_.back().registers[field] = operands[i].value;
    note(cells_.size() - 1, field, true, operands[i]);
  }
}

void FunctionScope::land(std::size_t cell, std::size_t from, bool second) {
  const auto way = static_cast<std::int64_t>(here()) - static_cast<std::int64_t>(from);
  (second ? cells_[cell].numbers.second : cells_[cell].numbers.first) = way;
}

Register& FunctionScope::field_of(const Fixup& fixup) {
  Cell& cell = cells_[fixup.cell];
  if (fixup.in_list)
    return cell.registers[fixup.field];
  Operation& operation = cell.operation;
  switch (fixup.field) {
  case 0:
    return operation.target;
  case 1:
    return operation.a;
  case 2:
    return operation.b;
  default:
    return operation.c;
  }
}

Result<std::unique_ptr<Body>> FunctionScope::finish() {
  const auto captured = static_cast<std::uint32_t>(captured_.size());
  if (most_ + captured > kMaxRegisters) {
    return resource_exhausted("expected a function of at most " + std::to_string(kMaxRegisters) +
                              " registers, found one that needs " +
                              std::to_string(most_ + captured) + " or more");
  }
  for (const Fixup& fixup : fixups_) {
    Register& field = field_of(fixup);
    if ((field & kCaptured) != 0) {
      field = static_cast<Register>(arity_ + (field & ~kCaptured));
    } else if (field >= arity_) {
      field = static_cast<Register>(field + captured);
    }
  }
  auto body = std::make_unique<Body>();
  cells_.shrink_to_fit();
  body->cells = std::move(cells_);
  body->frame_size = most_ + captured;
  body->captured = static_cast<std::uint16_t>(captured);
  body->locations = std::move(locations_);
  return body;
}

} // namespace tenon::daml::interpreter
