// Values while a program runs: words of 16 bytes. What does not fit stands in a heap and is shared;
// nothing is ever changed once it is made. A word is valid as long as the heaps that it points into
// (the machine's, or one of a constant) and the code. Plain data.
//
// Numbers that fit 64 bits, moments, enums and the absence of things take no memory. A word of kind
// kNone is what a register holds that was never written.
#pragma once

#include <cassert>
#include <cstdint>
#include <string_view>
#include <type_traits>

namespace tenon::daml {
class BigNumeric;
} // namespace tenon::daml

namespace tenon::daml::interpreter {

struct Closure;
struct WideNumber;
struct ListCell;
struct MapNode;
struct Partial;
struct StructBox;
struct AnyBox;
struct ContractBox;
struct TemplateCode;
class RuntimeType;

enum class Kind : std::uint8_t {
  kNone,
  kUnit,
  kBool,       // integer
  kInt64,      // integer; rounding modes too
  kDate,       // integer: days
  kTimestamp,  // integer: microseconds
  kNat,        // integer: a scale
  kNumeric,    // scale; integer, or wide when `boxed`
  kBigNumeric, // big
  kText,       // size, bytes
  kParty,      // size, bytes
  kContractId, // size, bytes
  kOptional,   // words[0], or nullptr
  kList,       // cells, or nullptr
  kTextMap,    // size, map
  kGenMap,     // size, map
  kRecord,     // size, words
  kVariant,    // size: rank; words[0]
  kEnum,       // size: rank
  kStruct,     // fields
  kAny,        // any: Any and AnyException
  kContract,   // contract: a contract's argument seen through an interface
  kTypeRep,    // type
  kFunction,   // closure; updates too
  kPartial,    // partial
};
// "Int64": for messages.
[[nodiscard]] std::string_view kind_name(Kind kind);

struct Word {
  Kind kind = Kind::kNone;
  std::uint8_t scale = 0;
  bool boxed = false;
  std::uint32_t size = 0;
  union {
    std::int64_t integer;
    const Word* words;
    const char* bytes;
    const WideNumber* wide;
    const BigNumeric* big;
    const ListCell* cells;
    const MapNode* map;
    const StructBox* fields;
    const AnyBox* any;
    const ContractBox* contract;
    const RuntimeType* type;
    const Closure* closure;
    const Partial* partial;
  };

  Word() : integer(0) {}

  [[nodiscard]] std::string_view text() const { return {bytes, size}; }
  [[nodiscard]] bool truth() const { return integer != 0; }
};
static_assert(sizeof(Word) == 16 && std::is_trivially_copyable_v<Word> &&
              std::is_trivially_destructible_v<Word>);

// The number of a Numeric that does not fit 64 bits.
struct WideNumber {
  std::uint64_t low;
  std::int64_t high;
};

struct ListCell {
  Word head;
  const ListCell* tail;
};

struct MapNode {
  Word key;
  Word value;
  const MapNode* left;
  const MapNode* right;
  std::uint32_t height;
};

// The names of a struct's fields, in order. One object for each list of names in the process.
struct StructShape;
struct StructBox {
  const StructShape* shape;
  [[nodiscard]] const Word* words() const { return reinterpret_cast<const Word*>(this + 1); }
  std::uint64_t padding;
};
static_assert(sizeof(StructBox) == sizeof(Word));

struct AnyBox {
  const RuntimeType* type;
  Word value;
};

struct ContractBox {
  const TemplateCode* contract;
  Word record;
};

// A function with the values that it took from around it.
struct Function;
struct Closure {
  const Function* function;
  [[nodiscard]] const Word* captured() const { return reinterpret_cast<const Word*>(this + 1); }
};

// A function that was given some of its arguments, not all.
struct Partial {
  const Closure* closure;
  std::uint64_t count;
  [[nodiscard]] const Word* arguments() const { return reinterpret_cast<const Word*>(this + 1); }
};
static_assert(sizeof(Partial) == sizeof(Word));

// --- Words without memory.

inline Word make_word(Kind kind, std::int64_t integer, std::uint32_t size = 0) {
  Word word;
  word.kind = kind;
  word.size = size;
  word.integer = integer;
  return word;
}
inline Word unit_word() {
  return make_word(Kind::kUnit, 0);
}
inline Word bool_word(bool value) {
  return make_word(Kind::kBool, value ? 1 : 0);
}
inline Word int64_word(std::int64_t value) {
  return make_word(Kind::kInt64, value);
}
inline Word nat_word(std::uint8_t value) {
  return make_word(Kind::kNat, value);
}
inline Word none_word() {
  return make_word(Kind::kOptional, 0);
}
inline Word enum_word(std::uint32_t rank) {
  return make_word(Kind::kEnum, 0, rank);
}
// Text, party or contract id. The bytes must outlive the word.
inline Word bytes_word(Kind kind, std::string_view bytes) {
  Word word;
  word.kind = kind;
  word.size = static_cast<std::uint32_t>(bytes.size());
  word.bytes = bytes.data();
  return word;
}
inline Word list_word(const ListCell* cells) {
  Word word;
  word.kind = Kind::kList;
  word.cells = cells;
  return word;
}
inline Word words_word(Kind kind, const Word* words, std::uint32_t size) {
  Word word;
  word.kind = kind;
  word.size = size;
  word.words = words;
  return word;
}
inline Word map_word(Kind kind, const MapNode* root, std::uint32_t size) {
  Word word;
  word.kind = kind;
  word.size = size;
  word.map = root;
  return word;
}
inline Word type_word(const RuntimeType* type) {
  Word word;
  word.kind = Kind::kTypeRep;
  word.type = type;
  return word;
}
inline Word function_word(const Closure* closure) {
  Word word;
  word.kind = Kind::kFunction;
  word.closure = closure;
  return word;
}

} // namespace tenon::daml::interpreter
