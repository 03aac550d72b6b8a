#include <algorithm>
#include <cstring>

#include "interpreter/machine.hpp"
#include "interpreter/operations_builtins.hpp"
#include "interpreter/show.hpp"
#include "values/big_numeric.hpp"
#include "values/int64.hpp"
#include "values/names.hpp"
#include "values/text.hpp"

namespace tenon::daml::interpreter::operations {

namespace {

constexpr std::uint64_t kBytesPerStep = 32;
// A word tells sizes in 32 bits; the budget is met before.
constexpr std::uint64_t kMaxTextSize = std::uint64_t{1} << 31;

// Whether so much text may be made.
bool allow(Machine& machine, std::uint64_t bytes) {
  if (bytes > kMaxTextSize) {
    machine.meter().stop_for_memory();
    return false;
  }
  return machine.charge(bytes / kBytesPerStep) && machine.heap().reserve(bytes);
}

const Cell* put_text(Machine& machine, const Cell* at, std::string_view text) {
  if (!allow(machine, text.size()))
    return at;
  machine.reg(at->operation.target) = machine.heap().text(Kind::kText, text);
  return at + 1;
}

const Cell* put_some(Machine& machine, const Cell* at, const Word& word) {
  machine.reg(at->operation.target) = machine.heap().some(word);
  return at + 1;
}

const Cell* put_none(Machine& machine, const Cell* at) {
  machine.reg(at->operation.target) = none_word();
  return at + 1;
}

// The cells of a list of so many elements, to be filled; nullptr when there is no room.
ListCell* make_cells(Machine& machine, std::size_t count) {
  const std::size_t bytes = count * sizeof(ListCell);
  if (!machine.charge(count) || !machine.heap().reserve(bytes))
    return nullptr;
  auto* const cells = static_cast<ListCell*>(machine.heap().allocate(bytes));
  for (std::size_t i = 0; i < count; ++i)
    cells[i].tail = i + 1 < count ? cells + i + 1 : nullptr;
  return cells;
}

} // namespace

const Cell* explode_text(Machine& machine, const Cell* at) {
  const Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  if (!machine.charge(text.size / kBytesPerStep))
    return at;
  // The pieces lie in the text that they come from.
  const std::vector<std::string_view> pieces = daml::explode_text(text.text());
  if (pieces.empty()) {
    machine.reg(at->operation.target) = list_word(nullptr);
    return at + 1;
  }
  ListCell* const cells = make_cells(machine, pieces.size());
  if (cells == nullptr)
    return at;
  for (std::size_t i = 0; i < pieces.size(); ++i)
    cells[i].head = bytes_word(Kind::kText, pieces[i]);
  machine.reg(at->operation.target) = list_word(cells);
  return at + 1;
}

const Cell* implode_text(Machine& machine, const Cell* at) {
  const Word list = machine.reg(at->operation.a);
  if (list.kind != Kind::kList)
    return machine.fail_ill_formed("a list", list);
  std::uint64_t size = 0;
  for (const ListCell* cell = list.cells; cell != nullptr; cell = cell->tail) {
    if (cell->head.kind != Kind::kText)
      return machine.fail_ill_formed("a Text", cell->head);
    if (!machine.charge(1))
      return at;
    size += cell->head.size;
  }
  if (!allow(machine, size))
    return at;
  auto* const bytes = static_cast<char*>(machine.heap().allocate(size));
  char* next = bytes;
  for (const ListCell* cell = list.cells; cell != nullptr; cell = cell->tail)
    next = std::copy_n(cell->head.bytes, cell->head.size, next);
  machine.reg(at->operation.target) = bytes_word(Kind::kText, {bytes, size});
  return at + 1;
}

const Cell* append_text(Machine& machine, const Cell* at) {
  const Word left = machine.reg(at->operation.a);
  const Word right = machine.reg(at->operation.b);
  if (left.kind != Kind::kText || right.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", left.kind == Kind::kText ? right : left);
  const std::uint64_t size = std::uint64_t{left.size} + right.size;
  if (!allow(machine, size))
    return at;
  auto* const bytes = static_cast<char*>(machine.heap().allocate(size));
  std::copy_n(right.bytes, right.size, std::copy_n(left.bytes, left.size, bytes));
  machine.reg(at->operation.target) = bytes_word(Kind::kText, {bytes, size});
  return at + 1;
}

const Cell* to_text(Machine& machine, const Cell* at) {
  Word word = machine.reg(at->operation.a);
  switch (word.kind) {
  case Kind::kText:
  case Kind::kParty:
    word.kind = Kind::kText; // the same bytes
    machine.reg(at->operation.target) = word;
    return at + 1;
  case Kind::kBigNumeric:
    if (!machine.charge(big_numeric_steps(static_cast<std::uint64_t>(word.big->precision()))))
      return at;
    break;
  case Kind::kInt64:
  case Kind::kDate:
  case Kind::kTimestamp:
  case Kind::kNumeric:
    break;
  default:
    return machine.fail_ill_formed("a number, moment, Text or Party", word);
  }
  return put_text(machine, at, show(word));
}

// On the ledger contract ids have no text: they may still change.
const Cell* contract_id_to_text(Machine& machine, const Cell* at) {
  const Word id = machine.reg(at->operation.a);
  if (id.kind != Kind::kContractId)
    return machine.fail_ill_formed("a ContractId", id);
  return put_none(machine, at);
}

const Cell* party_to_quoted_text(Machine& machine, const Cell* at) {
  const Word party = machine.reg(at->operation.a);
  if (party.kind != Kind::kParty)
    return machine.fail_ill_formed("a Party", party);
  return put_text(machine, at, "'" + std::string(party.text()) + "'");
}

const Cell* sha256_text(Machine& machine, const Cell* at) {
  constexpr std::uint64_t kBytesPerHashStep = 8;
  constexpr std::uint64_t kStepsPerHash = 20;
  const Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  if (!machine.charge(kStepsPerHash + text.size / kBytesPerHashStep))
    return at;
  return put_text(machine, at, daml::sha256_text(text.text()));
}

const Cell* text_to_party(Machine& machine, const Cell* at) {
  Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  if (!check_name(kPartySyntax, text.text()).ok())
    return put_none(machine, at);
  text.kind = Kind::kParty;
  return put_some(machine, at, text);
}

const Cell* text_to_int64(Machine& machine, const Cell* at) {
  const Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  if (!machine.charge(text.size / kBytesPerStep))
    return at;
  const Result<std::int64_t> number = parse_int64(text.text());
  return number.ok() ? put_some(machine, at, int64_word(*number)) : put_none(machine, at);
}

const Cell* text_to_numeric(Machine& machine, const Cell* at) {
  const Word text = machine.reg(at->operation.a);
  const Word scale = machine.reg(at->operation.b);
  if (text.kind != Kind::kText || scale.kind != Kind::kNat)
    return machine.fail_ill_formed("a Text and a scale", text);
  if (!machine.charge(text.size / kBytesPerStep))
    return at;
  const Result<Numeric> number =
      Numeric::parse_lenient(text.text(), static_cast<int>(scale.integer));
  if (!number.ok())
    return put_none(machine, at);
  return put_some(machine, at,
                  machine.heap().numeric(number->unscaled(),
                                         static_cast<std::uint8_t>(number->scale())));
}

const Cell* text_to_code_points(Machine& machine, const Cell* at) {
  const Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  if (!machine.charge(text.size / kBytesPerStep))
    return at;
  const std::vector<std::int64_t> points = daml::text_to_code_points(text.text());
  if (points.empty()) {
    machine.reg(at->operation.target) = list_word(nullptr);
    return at + 1;
  }
  ListCell* const cells = make_cells(machine, points.size());
  if (cells == nullptr)
    return at;
  for (std::size_t i = 0; i < points.size(); ++i)
    cells[i].head = int64_word(points[i]);
  machine.reg(at->operation.target) = list_word(cells);
  return at + 1;
}

const Cell* code_points_to_text(Machine& machine, const Cell* at) {
  const Word list = machine.reg(at->operation.a);
  if (list.kind != Kind::kList)
    return machine.fail_ill_formed("a list", list);
  std::vector<std::int64_t> points;
  for (const ListCell* cell = list.cells; cell != nullptr; cell = cell->tail) {
    if (cell->head.kind != Kind::kInt64)
      return machine.fail_ill_formed("an Int64", cell->head);
    if (!machine.charge(1))
      return at;
    points.push_back(cell->head.integer);
  }
  const Result<std::string> text = daml::code_points_to_text(points);
  if (!text.ok())
    return machine.fail(ErrorKind::kInvalidCodePoint, text.status().message());
  return put_text(machine, at, *text);
}

const Cell* user_error(Machine& machine, const Cell* at) {
  const Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  return machine.fail(ErrorKind::kUserError, std::string(text.text()));
}

const Cell* trace(Machine& machine, const Cell* at) {
  const Word text = machine.reg(at->operation.a);
  if (text.kind != Kind::kText)
    return machine.fail_ill_formed("a Text", text);
  machine.trace(text.text());
  machine.reg(at->operation.target) = machine.reg(at->operation.b);
  return at + 1;
}

} // namespace tenon::daml::interpreter::operations
