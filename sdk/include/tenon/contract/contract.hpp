// Everything a C++ contract includes. A contract is one translation unit: plain functions, then one
// TENON_CONTRACT that lists them. See docs/writing-a-contract.md; plugins/engine/wasm/contracts has
// two contracts to learn from. Compile with
//   clang++ --target=wasm32 -std=c++20 -Os -ffreestanding -fno-builtin -fno-exceptions -fno-rtti
//           -nostdlib -Wl,--no-entry -Wl,--strip-all -Wl,--stack-first
//           -Wl,-z,stack-size=16384 -I <sdk>/include -o my.wasm my.cpp
#pragma once

#include "tenon/contract/description.hpp"

namespace tenon::contract {

inline text as_text(bytes raw) {
  return {reinterpret_cast<const char*>(raw.data), raw.size};
}

// Who called this function: the sender of the transaction, or the instance whose code called. Check
// this one where rights matter.
inline party caller() {
  constexpr u32 kLongestName = 256;
  return {as_text(filled(kLongestName, tenon_caller))};
}
// The party that sent the transaction, whatever instances stand in between. Never a right.
inline party originator() {
  constexpr u32 kLongestName = 256;
  return {as_text(filled(kLongestName, tenon_originator))};
}
inline instance self() {
  constexpr u32 kIdSize = 64;
  return {as_text(filled(kIdSize, tenon_self))};
}
// This instance as the holder of something.
inline party self_account() {
  constexpr text kPrefix("instance:");
  const instance id = self();
  Writer name;
  name.put(kPrefix.data, kPrefix.size);
  name.put(id.id.data, id.id.size);
  return {{reinterpret_cast<const char*>(name.data()), name.size()}};
}
// Record time of the block, microseconds since the Unix epoch. Reading it ties the result to this
// block's time.
inline u64 block_time() {
  return static_cast<u64>(tenon_block_time());
}
inline u64 block_height() {
  return static_cast<u64>(tenon_block_height());
}

template <class Event> void emit(const Event& event, const Readers& readers) {
  Writer out;
  Codec<Event>::encode(out, event);
  tenon_emit(EventPosition<Event>::kValue, out.data(), static_cast<i32>(out.size()), readers.data(),
             readers.size());
}

// Runs a function of another instance. The argument types must be those of its description.
template <class Result, class... Arguments>
Result call(const instance& callee, text function, const Arguments&... arguments) {
  Writer encoded;
  (Codec<Arguments>::encode(encoded, arguments), ...);
  constexpr u32 kReplyCapacity = 4096;
  u8* const reply = allocate(kReplyCapacity);
  const i32 size = tenon_call(callee.id.data, static_cast<i32>(callee.id.size), function.data,
                              static_cast<i32>(function.size), encoded.data(),
                              static_cast<i32>(encoded.size()), reply, kReplyCapacity);
  require(size <= static_cast<i32>(kReplyCapacity), "REPLY_TOO_LARGE",
          "a called contract answered with more than 4096 bytes");
  if constexpr (!__is_same(Result, void)) {
    Reader in(reply, static_cast<u32>(size));
    Result result = Codec<Result>::decode(in);
    in.finish();
    return result;
  }
}

} // namespace tenon::contract

// TENON_EACH(M, x, a, b, c) is M(x, a) M(x, b) M(x, c).
#define TENON_EXPAND(...) TENON_EXPAND2(TENON_EXPAND2(TENON_EXPAND2(__VA_ARGS__)))
#define TENON_EXPAND2(...) TENON_EXPAND1(TENON_EXPAND1(TENON_EXPAND1(__VA_ARGS__)))
#define TENON_EXPAND1(...) __VA_ARGS__
#define TENON_PARENS ()
#define TENON_EACH(macro, x, ...) __VA_OPT__(TENON_EXPAND(TENON_EACH_ONE(macro, x, __VA_ARGS__)))
#define TENON_EACH_ONE(macro, x, a, ...)                                                           \
  macro(x, a) __VA_OPT__(TENON_EACH_AGAIN TENON_PARENS(macro, x, __VA_ARGS__))
#define TENON_EACH_AGAIN() TENON_EACH_ONE

#define TENON_FIELD(Type, member) visit(::tenon::contract::text(#member), value.member);
#define TENON_COMMA_NAME(x, name) , ::tenon::contract::text(#name)

// TENON_RECORD(Type, members…): a struct of the global namespace that functions take or return, or
// that is an event.
#define TENON_RECORD(Type, ...)                                                                    \
  template <> struct tenon::contract::Fields<Type> {                                               \
    static constexpr ::tenon::contract::text kName{#Type};                                         \
    template <class T, class Visit> static constexpr void each(T&& value, Visit visit) {           \
      TENON_EACH(TENON_FIELD, Type, __VA_ARGS__)                                                   \
    }                                                                                              \
  };

// TENON_EVENT(Type, position, members…): a record that is emitted; positions count from 0 in the
// order in which TENON_CONTRACT lists the events.
#define TENON_EVENT(Type, position, ...)                                                           \
  TENON_RECORD(Type, __VA_ARGS__)                                                                  \
  template <> struct tenon::contract::EventPosition<Type> {                                        \
    static constexpr ::tenon::contract::i32 kValue = position;                                     \
  };

#define TENON_FUNCTION(kind, function, ...)                                                        \
  ::tenon::contract::function_entry<&function>(                                                    \
      ::tenon::contract::Kind::kind, #function TENON_EACH(TENON_COMMA_NAME, x, __VA_ARGS__))
// The items of TENON_CONTRACT: a function and the names of its arguments, or a type.
#define TENON_INIT(function, ...) TENON_FUNCTION(kInit, function, __VA_ARGS__)
#define TENON_EXECUTE(function, ...) TENON_FUNCTION(kExecute, function, __VA_ARGS__)
#define TENON_QUERY(function, ...) TENON_FUNCTION(kQuery, function, __VA_ARGS__)
#define TENON_MIGRATE(function, ...) TENON_FUNCTION(kMigrate, function, __VA_ARGS__)
#define TENON_USES(Type) ::tenon::contract::fields_entry<Type>(::tenon::contract::Kind::kRecord)
#define TENON_EMITS(Type) ::tenon::contract::event_entry<Type>()

#define TENON_CONTRACT(name, ...)                                                                  \
  static constexpr ::tenon::contract::Entry tenon_entries[] = {__VA_ARGS__};                       \
  static_assert(::tenon::contract::events_in_order(tenon_entries),                                 \
                "list the events by the positions that TENON_EVENT gave them");                    \
  static constexpr auto tenon_description = [] {                                                   \
    ::tenon::contract::Json<::tenon::contract::put_description(nullptr, name, tenon_entries)>      \
        json;                                                                                      \
    ::tenon::contract::put_description(json.data, name, tenon_entries);                            \
    return json;                                                                                   \
  }();                                                                                             \
  extern "C" TENON_CONTRACT_EXPORT("describe") void tenon_describe() {                             \
    tenon_return(tenon_description.data, sizeof tenon_description.data);                           \
  }                                                                                                \
  extern "C" TENON_CONTRACT_EXPORT("init") void tenon_init() {                                     \
    ::tenon::contract::dispatch(tenon_entries, ::tenon::contract::Kind::kInit, 0);                 \
  }                                                                                                \
  extern "C" TENON_CONTRACT_EXPORT("migrate") void tenon_migrate() {                               \
    ::tenon::contract::dispatch(tenon_entries, ::tenon::contract::Kind::kMigrate, 0);              \
  }                                                                                                \
  extern "C" TENON_CONTRACT_EXPORT("execute") void tenon_execute(unsigned position) {              \
    ::tenon::contract::dispatch(tenon_entries, ::tenon::contract::Kind::kExecute, position);       \
  }                                                                                                \
  extern "C" TENON_CONTRACT_EXPORT("query") void tenon_query(unsigned position) {                  \
    ::tenon::contract::dispatch(tenon_entries, ::tenon::contract::Kind::kQuery, position);         \
  }
