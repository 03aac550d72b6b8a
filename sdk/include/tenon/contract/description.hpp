// A contract's description, made by the compiler from the functions themselves, and the table by
// which calls reach them: signature and description cannot differ. Used through the macros of
// contract.hpp. Compiled into contracts only.
#pragma once

#include "tenon/contract/storage.hpp"

namespace tenon::contract {

// JSON under construction; without a buffer it only counts.
class JsonWriter {
public:
  constexpr explicit JsonWriter(char* out) : out_(out) {}
  constexpr void put(text piece) {
    for (u32 i = 0; i < piece.size; ++i, ++size_) {
      if (out_ != nullptr)
        out_[size_] = piece.data[i];
    }
  }
  constexpr void quoted(text name) {
    put("\"");
    put(name);
    put("\"");
  }
  // {"name":…,"type":…}, with a comma before all but the first.
  constexpr void field(bool first, text name, text type) {
    put(first ? text("{\"name\":") : text(",{\"name\":"));
    quoted(name);
    put(",\"type\":");
    quoted(type);
    put("}");
  }
  [[nodiscard]] constexpr u32 size() const { return size_; }

private:
  char* out_;
  u32 size_ = 0;
};

enum class Kind : u8 { kRecord, kInit, kExecute, kQuery, kMigrate, kEvent };

inline constexpr u32 kMostArguments = 12;

// One function, record or event of a contract.
struct Entry {
  Kind kind = Kind::kRecord;
  text name;
  text arguments[kMostArguments];
  void (*run)() = nullptr;
  void (*describe)(JsonWriter&, const Entry&) = nullptr;
  i32 event_position = 0;
};

inline bytes input() {
  constexpr u32 kUsualSize = 512;
  return filled(kUsualSize, tenon_input);
}

// A function's arguments, decoded in order and then handed over.
template <class... Arguments> struct Decoded;
template <> struct Decoded<> {
  explicit Decoded(Reader&) {}
  template <class F, class... Done> auto apply(F function, const Done&... done) const {
    return function(done...);
  }
};
template <class Head, class... Tail> struct Decoded<Head, Tail...> {
  Head head;
  Decoded<Tail...> tail;
  explicit Decoded(Reader& in) : head(Codec<Head>::decode(in)), tail(in) {}
  template <class F, class... Done> auto apply(F function, const Done&... done) const {
    return tail.apply(function, done..., head);
  }
};

template <auto Function> struct Callable;
template <class Result, class... Arguments, Result (*Function)(Arguments...)>
struct Callable<Function> {
  static constexpr u32 kArguments = sizeof...(Arguments);

  static void run() {
    const bytes encoded = input();
    Reader in(encoded.data, encoded.size);
    const Decoded<Arguments...> arguments(in);
    in.finish();
    if constexpr (__is_same(Result, void)) {
      arguments.apply(Function);
    } else {
      Writer out;
      Codec<Result>::encode(out, arguments.apply(Function));
      tenon_return(out.data(), static_cast<i32>(out.size()));
    }
  }

  static constexpr void describe(JsonWriter& out, const Entry& entry) {
    out.put("\"arguments\":[");
    u32 index = 0;
    ((out.field(index == 0, entry.arguments[index], Codec<Arguments>::name().view()), ++index),
     ...);
    out.put("],\"result\":");
    out.quoted(Codec<Result>::name().view());
  }
};

template <auto Function, class... Names>
constexpr Entry function_entry(Kind kind, text name, const Names&... names) {
  static_assert(Callable<Function>::kArguments == sizeof...(Names),
                "name every argument of the function, in order");
  return {kind, name, {text(names)...}, Callable<Function>::run, Callable<Function>::describe};
}

template <class T> constexpr Entry fields_entry(Kind kind) {
  return {kind, Fields<T>::kName, {}, nullptr, [](JsonWriter& out, const Entry&) {
            out.put("\"fields\":[");
            bool first = true;
            Fields<T>::each(T{}, [&](text name, const auto& member) {
              out.field(first, name, Codec<bare<decltype(member)>>::name().view());
              first = false;
            });
            out.put("]");
          }};
}

// Where an event stands in the contract's list; defined by TENON_EVENT.
template <class Event> struct EventPosition;

template <class T> constexpr Entry event_entry() {
  Entry entry = fields_entry<T>(Kind::kEvent);
  entry.event_position = EventPosition<T>::kValue;
  return entry;
}

template <u32 N> constexpr bool events_in_order(const Entry (&entries)[N]) {
  i32 next = 0;
  for (const Entry& entry : entries) {
    if (entry.kind == Kind::kEvent && entry.event_position != next++)
      return false;
  }
  return true;
}

template <u32 N> constexpr void put_list(JsonWriter& out, const Entry (&entries)[N], Kind kind) {
  bool first = true;
  for (const Entry& entry : entries) {
    if (entry.kind != kind)
      continue;
    out.put(first ? text("{\"name\":") : text(",{\"name\":"));
    out.quoted(entry.name);
    out.put(",");
    entry.describe(out, entry);
    out.put("}");
    first = false;
  }
}

template <u32 N>
constexpr u32 put_description(char* buffer, text contract, const Entry (&entries)[N]) {
  JsonWriter out(buffer);
  out.put("{\"name\":");
  out.quoted(contract);
  for (const Entry& entry : entries) {
    if (entry.kind != Kind::kInit && entry.kind != Kind::kMigrate)
      continue;
    out.put(entry.kind == Kind::kInit ? text(",\"init\":{") : text(",\"migrate\":{"));
    entry.describe(out, entry);
    out.put("}");
  }
  out.put(",\"execute\":[");
  put_list(out, entries, Kind::kExecute);
  out.put("],\"query\":[");
  put_list(out, entries, Kind::kQuery);
  out.put("],\"events\":[");
  put_list(out, entries, Kind::kEvent);
  out.put("],\"records\":[");
  put_list(out, entries, Kind::kRecord);
  out.put("]}");
  return out.size();
}

template <u32 Size> struct Json {
  char data[Size] = {};
};

// Runs the `position`th function of a kind.
template <u32 N> void dispatch(const Entry (&entries)[N], Kind kind, u32 position) {
  for (const Entry& entry : entries) {
    if (entry.kind == kind && position-- == 0)
      return entry.run();
  }
  abort("UNKNOWN_FUNCTION", "the contract has no function at this position");
}

} // namespace tenon::contract
