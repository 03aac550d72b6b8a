// Values to bytes and back, as docs/spec/wasm-engine.md defines them, and the names of types as
// descriptions spell them. Compiled into contracts only.
#pragma once

#include "tenon/contract/types.hpp"

namespace tenon::contract {

// Bytes under construction; grows by itself.
class Writer {
public:
  void put(const void* data, u32 size) {
    reserve(size);
    memcpy(data_ + size_, data, size);
    size_ += size;
  }
  void put_byte(u8 value) { put(&value, 1); }
  [[nodiscard]] const u8* data() const { return data_; }
  [[nodiscard]] u32 size() const { return size_; }

private:
  void reserve(u32 more) {
    if (size_ + more <= capacity_)
      return;
    constexpr u32 kFirst = 128;
    u32 capacity = capacity_ == 0 ? kFirst : capacity_ * 2;
    if (capacity < size_ + more)
      capacity = size_ + more;
    u8* const data = allocate(capacity);
    memcpy(data, data_, size_);
    data_ = data;
    capacity_ = capacity;
  }
  u8* data_ = nullptr;
  u32 size_ = 0;
  u32 capacity_ = 0;
};

// Takes values off the front of bytes. Bytes that end early end the transaction.
class Reader {
public:
  Reader(const u8* data, u32 size) : data_(data), left_(size) {}
  const u8* take(u32 size) {
    require(size <= left_, "BAD_ARGUMENT", "the encoded value ends early");
    const u8* const taken = data_;
    data_ += size;
    left_ -= size;
    return taken;
  }
  void finish() const { require(left_ == 0, "BAD_ARGUMENT", "bytes follow the encoded value"); }
  [[nodiscard]] bool empty() const { return left_ == 0; }

private:
  const u8* data_;
  u32 left_;
};

// A type's name in a description.
struct TypeName {
  char data[96] = {};
  u32 size = 0;

  constexpr TypeName() = default;
  constexpr TypeName(text name) { put(name); } // NOLINT: names convert
  constexpr void put(text piece) {
    for (u32 i = 0; i < piece.size; ++i)
      data[size++] = piece.data[i];
  }
  [[nodiscard]] constexpr text view() const { return {data, size}; }
};

// Names and members of a struct declared with TENON_RECORD.
template <class T> struct Fields;

template <class T> struct Codec {
  static constexpr TypeName name() { return Fields<T>::kName; }
  static void encode(Writer& out, const T& value) {
    Fields<T>::each(value, [&](text, const auto& member) {
      Codec<bare<decltype(member)>>::encode(out, member);
    });
  }
  static T decode(Reader& in) {
    T value{};
    Fields<T>::each(
        value, [&](text, auto& member) { member = Codec<bare<decltype(member)>>::decode(in); });
    return value;
  }
};

// WebAssembly is little endian, as the encoding is.
template <class T> struct PlainCodec {
  static void encode(Writer& out, const T& value) { out.put(&value, sizeof value); }
  static T decode(Reader& in) {
    T value;
    memcpy(&value, in.take(sizeof value), sizeof value);
    return value;
  }
};
#define TENON_PLAIN_TYPE(type)                                                                     \
  template <> struct Codec<type> : PlainCodec<type> {                                              \
    static constexpr TypeName name() { return text(#type); }                                       \
  };
TENON_PLAIN_TYPE(u8)
TENON_PLAIN_TYPE(u16)
TENON_PLAIN_TYPE(u32)
TENON_PLAIN_TYPE(u64)
TENON_PLAIN_TYPE(u128)
TENON_PLAIN_TYPE(i32)
TENON_PLAIN_TYPE(i64)
#undef TENON_PLAIN_TYPE

template <> struct Codec<void> {
  static constexpr TypeName name() { return text("unit"); }
};

template <> struct Codec<bool> {
  static constexpr TypeName name() { return text("bool"); }
  static void encode(Writer& out, bool value) { out.put_byte(value ? 1 : 0); }
  static bool decode(Reader& in) {
    const u8 byte = *in.take(1);
    require(byte <= 1, "BAD_ARGUMENT", "a bool is neither 0 nor 1");
    return byte == 1;
  }
};

template <> struct Codec<bytes> {
  static constexpr TypeName name() { return text("bytes"); }
  static void encode(Writer& out, bytes value) {
    Codec<u32>::encode(out, value.size);
    out.put(value.data, value.size);
  }
  static bytes decode(Reader& in) {
    const u32 size = Codec<u32>::decode(in);
    return {in.take(size), size};
  }
};

template <> struct Codec<text> {
  static constexpr TypeName name() { return text("text"); }
  static void encode(Writer& out, text value) {
    Codec<u32>::encode(out, value.size);
    out.put(value.data, value.size);
  }
  static text decode(Reader& in) {
    const u32 size = Codec<u32>::decode(in);
    return {reinterpret_cast<const char*>(in.take(size)), size};
  }
};

template <> struct Codec<party> {
  static constexpr TypeName name() { return text("party"); }
  static void encode(Writer& out, const party& value) { Codec<text>::encode(out, value.name); }
  static party decode(Reader& in) { return {Codec<text>::decode(in)}; }
};

template <> struct Codec<instance> {
  static constexpr TypeName name() { return text("instance"); }
  static void encode(Writer& out, const instance& value) { Codec<text>::encode(out, value.id); }
  static instance decode(Reader& in) { return {Codec<text>::decode(in)}; }
};

template <class T> struct Codec<option<T>> {
  static constexpr TypeName name() {
    TypeName name("option<");
    name.put(Codec<T>::name().view());
    name.put(">");
    return name;
  }
  static void encode(Writer& out, const option<T>& value) {
    Codec<bool>::encode(out, value.has_value);
    if (value.has_value)
      Codec<T>::encode(out, value.value);
  }
  static option<T> decode(Reader& in) {
    return Codec<bool>::decode(in) ? option<T>(Codec<T>::decode(in)) : option<T>();
  }
};

template <class T> struct Codec<list<T>> {
  static constexpr TypeName name() {
    TypeName name("list<");
    name.put(Codec<T>::name().view());
    name.put(">");
    return name;
  }
  static void encode(Writer& out, const list<T>& value) {
    Codec<u32>::encode(out, value.size);
    for (const T& item : value)
      Codec<T>::encode(out, item);
  }
  static list<T> decode(Reader& in) {
    constexpr u32 kMostItems = 65536;
    const u32 size = Codec<u32>::decode(in);
    require(size <= kMostItems, "BAD_ARGUMENT", "a list has more than 65536 elements");
    auto* const items = reinterpret_cast<T*>(allocate(size * sizeof(T)));
    for (u32 i = 0; i < size; ++i)
      items[i] = Codec<T>::decode(in);
    return {items, size};
  }
};

} // namespace tenon::contract
