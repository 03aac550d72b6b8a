// The types contracts are written in, and the memory they live in. Compiled into contracts only:
// freestanding, no standard library, no exceptions. A contract's memory is fresh in every call, so
// memory is handed out and never taken back.
#pragma once

#include "tenon/contract/imports.h"

namespace tenon::contract {

using u8 = unsigned char;
using u16 = unsigned short;
using u32 = unsigned int;
using u64 = unsigned long long;
using u128 = unsigned __int128;
using i32 = int;
using i64 = long long;
using usize = __SIZE_TYPE__;

template <class T> struct Bare { using type = T; };
template <class T> struct Bare<const T> { using type = T; };
template <class T> struct Bare<T&> : Bare<T> {};
// T without reference and const.
template <class T> using bare = typename Bare<T>::type;

// A borrowed string. Views into the call's input stay valid for the whole call.
struct text {
  const char* data = nullptr;
  u32 size = 0;

  constexpr text() = default;
  constexpr text(const char* begin, u32 count) : data(begin), size(count) {}
  template <u32 N>
  constexpr text(const char (&literal)[N]) // NOLINT: literals are texts
      : data(literal), size(N - 1) {}

  [[nodiscard]] constexpr bool starts_with(text prefix) const {
    if (size < prefix.size)
      return false;
    for (u32 i = 0; i < prefix.size; ++i) {
      if (data[i] != prefix.data[i])
        return false;
    }
    return true;
  }
  friend constexpr bool operator==(text a, text b) { return a.size == b.size && a.starts_with(b); }
};

struct bytes {
  const u8* data = nullptr;
  u32 size = 0;
};

// An account: a party of the ledger, or an instance of a contract ("instance:" and its id).
struct party {
  text name;
  [[nodiscard]] constexpr bool is_instance() const { return name.starts_with("instance:"); }
  friend constexpr bool operator==(const party&, const party&) = default;
};

// An instance's id.
struct instance {
  text id;
  friend constexpr bool operator==(const instance&, const instance&) = default;
};

template <class T> struct option {
  bool has_value = false;
  T value{};

  constexpr option() = default;
  constexpr option(T some) : has_value(true), value(some) {} // NOLINT: a value is an option
};

template <class T> struct list {
  const T* items = nullptr;
  u32 size = 0;

  const T& operator[](u32 index) const { return items[index]; }
  const T* begin() const { return items; }
  const T* end() const { return items + size; }
};

// Ends the transaction: "REASON: message".
[[noreturn]] inline void abort(text reason, text message) {
  tenon_abort(reason.data, static_cast<i32>(reason.size), message.data,
              static_cast<i32>(message.size));
}
inline void require(bool condition, text reason, text message) {
  if (!condition)
    abort(reason, message);
}

extern "C" u8 __heap_base; // by the linker: where free memory begins

inline u8* allocate(u32 size) {
  constexpr u32 kPage = 65536;
  constexpr u32 kAlignment = 16;
  static u32 next = reinterpret_cast<u32>(&__heap_base); // NOLINT: an address is an integer here
  const u32 begin = (next + kAlignment - 1) / kAlignment * kAlignment;
  const u64 end = u64{begin} + size;
  const u64 have = u64{__builtin_wasm_memory_size(0)} * kPage;
  if (end > have) {
    const auto pages = static_cast<u32>((end - have + kPage - 1) / kPage);
    if (end > 0xffffffffu || __builtin_wasm_memory_grow(0, pages) == ~usize{0})
      abort("OUT_OF_MEMORY", "the contract asked for more memory than it may have");
  }
  next = static_cast<u32>(end);
  return reinterpret_cast<u8*>(begin); // NOLINT
}

} // namespace tenon::contract

// What the compiler calls of a C library.
extern "C" {
__attribute__((weak)) void* memcpy(void* to, const void* from, __SIZE_TYPE__ size) {
  auto* out = static_cast<unsigned char*>(to);
  const auto* in = static_cast<const unsigned char*>(from);
  for (__SIZE_TYPE__ i = 0; i < size; ++i)
    out[i] = in[i];
  return to;
}
__attribute__((weak)) void* memmove(void* to, const void* from, __SIZE_TYPE__ size) {
  auto* out = static_cast<unsigned char*>(to);
  const auto* in = static_cast<const unsigned char*>(from);
  if (out <= in)
    return memcpy(to, from, size);
  for (__SIZE_TYPE__ i = size; i > 0; --i)
    out[i - 1] = in[i - 1];
  return to;
}
__attribute__((weak)) void* memset(void* to, int value, __SIZE_TYPE__ size) {
  auto* out = static_cast<unsigned char*>(to);
  for (__SIZE_TYPE__ i = 0; i < size; ++i)
    out[i] = static_cast<unsigned char>(value);
  return to;
}
__attribute__((weak)) int memcmp(const void* left, const void* right, __SIZE_TYPE__ size) {
  const auto* a = static_cast<const unsigned char*>(left);
  const auto* b = static_cast<const unsigned char*>(right);
  for (__SIZE_TYPE__ i = 0; i < size; ++i) {
    if (a[i] != b[i])
      return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}
}
