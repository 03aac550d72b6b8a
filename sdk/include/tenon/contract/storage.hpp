// The state of an instance: single values, maps, and who may read them. Compiled into contracts
// only.
#pragma once

#include "tenon/contract/codec.hpp"

namespace tenon::contract {

// Who may read a write or an event. Instances are no readers: nobody queries on their behalf.
class Readers {
public:
  // The party that sent the transaction, alone.
  static Readers sender() { return {}; }
  static Readers everybody() {
    Readers readers;
    readers.add("*");
    return readers;
  }
  template <class... Parties> static Readers of(const Parties&... parties) {
    Readers readers;
    (readers.add(parties), ...);
    return readers;
  }
  void add(const party& reader) {
    if (!reader.is_instance())
      add(reader.name);
  }
  [[nodiscard]] const u8* data() const { return list_.data(); }
  [[nodiscard]] i32 size() const { return static_cast<i32>(list_.size()); }

private:
  void add(text name) {
    const auto size = static_cast<u16>(name.size);
    list_.put(&size, sizeof size);
    list_.put(name.data, name.size);
  }
  Writer list_;
};

inline void put_raw(const Writer& key, const Writer& value, const Readers& readers) {
  tenon_put(key.data(), static_cast<i32>(key.size()), value.data(), static_cast<i32>(value.size()),
            readers.data(), readers.size());
}

// Calls a host function that fills a buffer until the buffer is large enough.
template <class Fill> bytes filled(u32 first_capacity, Fill fill) {
  u8* buffer = allocate(first_capacity);
  i32 size = fill(buffer, static_cast<i32>(first_capacity));
  if (size > static_cast<i32>(first_capacity)) {
    buffer = allocate(static_cast<u32>(size));
    size = fill(buffer, size);
  }
  return size < 0 ? bytes{} : bytes{buffer, static_cast<u32>(size)};
}

template <class T> option<T> get_raw(const Writer& key) {
  constexpr u32 kUsualSize = 128;
  const bytes value = filled(kUsualSize, [&](u8* buffer, i32 capacity) {
    return tenon_get(key.data(), static_cast<i32>(key.size()), buffer, capacity);
  });
  if (value.data == nullptr)
    return {};
  Reader in(value.data, value.size);
  T decoded = Codec<T>::decode(in);
  in.finish();
  return decoded;
}

inline void remove_raw(const Writer& key) {
  tenon_remove(key.data(), static_cast<i32>(key.size()));
}

// How a value stands inside a key: numbers big endian, so that keys order as numbers do; names with
// their size, so that two names never run into each other.
template <class T> struct KeyPart {
  static void append(Writer& key, T number) {
    for (u32 i = sizeof number; i-- > 0;)
      key.put_byte(static_cast<u8>(number >> (8 * i)));
  }
  static T take(Reader& key) {
    T number = 0;
    const u8* const digits = key.take(sizeof number);
    for (u32 i = 0; i < sizeof number; ++i)
      number = static_cast<T>(number << 8 | digits[i]);
    return number;
  }
};
template <> struct KeyPart<text> {
  static void append(Writer& key, text name) {
    require(name.size <= 255, "BAD_KEY", "a name in a key is longer than 255 bytes");
    key.put_byte(static_cast<u8>(name.size));
    key.put(name.data, name.size);
  }
  static text take(Reader& key) {
    const u32 size = *key.take(1);
    return {reinterpret_cast<const char*>(key.take(size)), size};
  }
};
template <> struct KeyPart<party> {
  static void append(Writer& key, const party& value) { KeyPart<text>::append(key, value.name); }
  static party take(Reader& key) { return {KeyPart<text>::take(key)}; }
};
template <> struct KeyPart<instance> {
  static void append(Writer& key, const instance& value) { KeyPart<text>::append(key, value.id); }
  static instance take(Reader& key) { return {KeyPart<text>::take(key)}; }
};

// One value: Cell<u128> total("total");
template <class T> class Cell {
public:
  explicit constexpr Cell(text name) : name_(name) {}
  [[nodiscard]] option<T> find() const { return get_raw<T>(key()); }
  [[nodiscard]] T get(T otherwise = {}) const {
    const option<T> found = find();
    return found.has_value ? found.value : otherwise;
  }
  void put(const T& value, const Readers& readers) const {
    Writer encoded;
    Codec<T>::encode(encoded, value);
    put_raw(key(), encoded, readers);
  }
  void remove() const { remove_raw(key()); }

private:
  [[nodiscard]] Writer key() const {
    Writer key;
    key.put(name_.data, name_.size);
    return key;
  }
  text name_;
};

// Values by key: Map<u128, party> balances("balance"); Map<u128, party, party> allowances("…");
template <class T, class... Keys> class Map {
public:
  explicit constexpr Map(text name) : name_(name) {}
  [[nodiscard]] option<T> find(const Keys&... keys) const { return get_raw<T>(key(keys...)); }
  [[nodiscard]] T get(const Keys&... keys) const {
    const option<T> found = find(keys...);
    return found.has_value ? found.value : T{};
  }
  void put(const Keys&... keys, const T& value, const Readers& readers) const {
    Writer encoded;
    Codec<T>::encode(encoded, value);
    put_raw(key(keys...), encoded, readers);
  }
  void remove(const Keys&... keys) const { remove_raw(key(keys...)); }

  // visit(keys…, value) in key order, until it returns false.
  template <class Visit> void each(Visit visit) const {
    constexpr u32 kUsualSize = 512;
    const Writer begin = key_of_none('/');
    const Writer end = key_of_none('/' + 1);
    const i32 iterator = tenon_scan(begin.data(), static_cast<i32>(begin.size()), end.data(),
                                    static_cast<i32>(end.size()));
    for (;;) {
      const bytes entry = filled(kUsualSize, [&](u8* buffer, i32 capacity) {
        return tenon_next(iterator, buffer, capacity);
      });
      if (entry.data == nullptr ||
          !visit_entry(Reader(entry.data, entry.size), begin.size(), visit))
        return;
    }
  }

private:
  template <class Visit> static bool visit_entry(Reader in, u32 prefix_size, Visit& visit) {
    const u32 key_size = Codec<u32>::decode(in);
    Reader key(in.take(key_size), key_size);
    key.take(prefix_size);
    return with_keys<Visit, Keys...>(key, in, visit);
  }
  template <class Visit, class Head, class... Tail, class... Done>
  static bool with_keys(Reader& key, Reader& in, Visit& visit, const Done&... done) {
    const Head head = KeyPart<Head>::take(key);
    if constexpr (sizeof...(Tail) == 0)
      return visit(done..., head, Codec<T>::decode(in));
    else
      return with_keys<Visit, Tail...>(key, in, visit, done..., head);
  }
  [[nodiscard]] Writer key_of_none(int separator) const {
    Writer key;
    key.put(name_.data, name_.size);
    key.put_byte(static_cast<u8>(separator));
    return key;
  }
  [[nodiscard]] Writer key(const Keys&... keys) const {
    Writer result = key_of_none('/');
    (KeyPart<Keys>::append(result, keys), ...);
    return result;
  }
  text name_;
};

} // namespace tenon::contract
