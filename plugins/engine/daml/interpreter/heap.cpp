#include "interpreter/heap.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

#include "values/big_numeric.hpp"

namespace tenon::daml::interpreter {

Heap::~Heap() {
  for (BigNumeric* const big : big_numerics_)
    big->~BigNumeric();
}

bool Heap::reserve(std::uint64_t bytes) {
  const std::uint64_t used = this->used();
  if (used <= limit_ && bytes <= limit_ - used)
    return true;
  meter_->stop_for_memory();
  return false;
}

bool Heap::account(std::uint64_t bytes) {
  if (!reserve(bytes))
    return false;
  used_before_ += bytes;
  set_end();
  return true;
}

void Heap::set_limit(std::uint64_t limit) {
  limit_ = limit;
  set_end();
}

void Heap::set_end() {
  const std::uint64_t room = limit_ - std::min(limit_, used_before_);
  end_ = block_ + std::min<std::uint64_t>(room, block_size_);
  end_ = std::max(end_, next_);
}

void Heap::open_block(std::size_t least) {
  const std::size_t grown =
      block_size_ == 0 ? kFirstBlockSize : std::min(2 * block_size_, kMaxBlockSize);
  used_before_ = used();
  block_size_ = std::max(least, grown);
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(block_size_), block_size_});
  block_ = next_ = end_ = blocks_.back().bytes.get();
  set_end();
}

void* Heap::allocate_slowly(std::size_t size) {
  const bool over = size > limit_ - std::min(limit_, used());
  if (over)
    meter_->stop_for_memory();
  if (block_ == nullptr || size > block_size_ - static_cast<std::size_t>(next_ - block_)) {
    if (size > kMaxBlockSize / 2) {
      // A block of its own; the open one stays open.
      blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(size), size});
      used_before_ += size;
      set_end();
      return blocks_.back().bytes.get();
    }
    open_block(size);
  }
  std::byte* const result = next_;
  next_ += size;
  end_ = std::max(end_, next_);
  return result;
}

Word Heap::text(Kind kind, std::string_view bytes) {
  auto* const copy = static_cast<char*>(allocate(bytes.size()));
  if (!bytes.empty())
    std::memcpy(copy, bytes.data(), bytes.size());
  return bytes_word(kind, {copy, bytes.size()});
}

Word Heap::numeric(__int128 unscaled, std::uint8_t scale) {
  Word word;
  word.kind = Kind::kNumeric;
  word.scale = scale;
  if (unscaled >= std::numeric_limits<std::int64_t>::min() &&
      unscaled <= std::numeric_limits<std::int64_t>::max()) {
    word.integer = static_cast<std::int64_t>(unscaled);
    return word;
  }
  word.boxed = true;
  word.wide = new (allocate(sizeof(WideNumber)))
      WideNumber{static_cast<std::uint64_t>(unscaled), static_cast<std::int64_t>(unscaled >> 64)};
  return word;
}

Word Heap::big_numeric(BigNumeric value) {
  auto* const big = new (allocate(sizeof(BigNumeric))) BigNumeric(std::move(value));
  big_numerics_.push_back(big);
  Word word;
  word.kind = Kind::kBigNumeric;
  word.big = big;
  return word;
}

Word Heap::some(const Word& word) {
  Word result;
  result.kind = Kind::kOptional;
  result.words = box(word);
  return result;
}

Word Heap::variant(std::uint32_t rank, const Word& word) {
  return words_word(Kind::kVariant, box(word), rank);
}

Word Heap::any(const RuntimeType* type, const Word& value) {
  auto* const box = make<AnyBox>();
  box->type = type;
  box->value = value;
  Word word;
  word.kind = Kind::kAny;
  word.any = box;
  return word;
}

Word Heap::contract(const TemplateCode* contract, const Word& record) {
  auto* const box = make<ContractBox>();
  box->contract = contract;
  box->record = record;
  Word word;
  word.kind = Kind::kContract;
  word.contract = box;
  return word;
}

const ListCell* Heap::cell(const Word& head, const ListCell* tail) {
  auto* const cell = make<ListCell>();
  cell->head = head;
  cell->tail = tail;
  return cell;
}

Word Heap::list(std::span<const Word> items, const ListCell* tail) {
  if (items.empty())
    return list_word(tail);
  // One piece of memory, so that the list is read in the order in which it lies.
  auto* const cells = static_cast<ListCell*>(allocate(items.size() * sizeof(ListCell)));
  for (std::size_t i = 0; i < items.size(); ++i) {
    cells[i].head = items[i];
    cells[i].tail = i + 1 < items.size() ? cells + i + 1 : tail;
  }
  return list_word(cells);
}

} // namespace tenon::daml::interpreter
