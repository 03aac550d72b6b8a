// Reads the messages of an archive, one level at a time and without copies. Owned by one decoder,
// one thread.
//
// Strict where the protobuf library is lenient, so that what was read can be written again byte for
// byte: no unknown fields, each field once and in its place, numbers in their shortest form, no
// defaults written out. Every message of a package must place its fields in the same of the two
// orders.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "archive/wire_schema.hpp"
#include "lf/limits.hpp"
#include "lf/package.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/function_ref.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::archive {

// What one message says in one slot.
struct Slot {
  std::uint16_t number = 0; // of the field; 0: none
  std::uint32_t count = 0;  // of a repeated field
  std::uint64_t value = 0;  // of a number, as the wire has it
  BytesView bytes;          // of text, bytes and messages; of a repeated field all of it, with tags
};

// A slot of a message, and where that message is.
class Place {
public:
  Place(const Schema& schema, BytesView message, std::uint8_t index, const Slot& slot)
      : schema_(&schema), slot_(&slot), message_(message), index_(index) {}

  [[nodiscard]] bool present() const { return slot_->number != 0; }
  [[nodiscard]] std::uint16_t number() const { return slot_->number; }
  [[nodiscard]] std::uint32_t count() const { return slot_->count; }
  [[nodiscard]] BytesView bytes() const { return slot_->bytes; }
  [[nodiscard]] std::uint64_t value() const { return slot_->value; }
  [[nodiscard]] std::uint32_t index() const { return static_cast<std::uint32_t>(slot_->value); }
  [[nodiscard]] std::int32_t int32() const { return static_cast<std::int32_t>(slot_->value); }
  [[nodiscard]] std::int64_t fixed() const { return static_cast<std::int64_t>(slot_->value); }
  [[nodiscard]] std::int64_t zigzag() const {
    return static_cast<std::int64_t>(slot_->value >> 1) ^
           -static_cast<std::int64_t>(slot_->value & 1);
  }
  // Of the field that is there, or else of the slot's last, which is that of newer versions.
  [[nodiscard]] const FieldSpec& spec() const;
  [[nodiscard]] const Schema& schema() const { return *schema_; }
  [[nodiscard]] BytesView message() const { return message_; }

  // The parts of a repeated field, in order; stops at the first failure.
  [[nodiscard]] Status each(FunctionRef<Status(BytesView)> part) const;
  // The same for packed indexes.
  [[nodiscard]] Status each_index(FunctionRef<Status(std::uint32_t)> part) const;

private:
  const Schema* schema_;
  const Slot* slot_;
  BytesView message_;
  std::uint8_t index_;
};

class WireReader {
public:
  // `input` is borrowed; all views given out are parts of it.
  explicit WireReader(BytesView input) : input_(input) {}

  Status read(const Schema& schema, BytesView message, std::span<Slot> slots);
  // "Expr.RecProj.field at byte 17: expected …, found …".
  [[nodiscard]] Status unexpected(const Schema& schema, std::string_view field, BytesView where,
                                  const std::string& expected, const std::string& found) const;
  [[nodiscard]] Status unexpected(const Place& place, const std::string& expected,
                                  const std::string& found) const;
  // The content of a field that must be there.
  [[nodiscard]] Result<BytesView> require(const Place& place) const;

  // The order that the messages so far have in common.
  [[nodiscard]] lf::FieldOrder order() const { return order_.value_or(lf::FieldOrder::kByNumber); }

  // Messages inside each other; FieldsOf counts.
  Status enter(const Schema& schema, BytesView message);
  void leave() { --depth_; }

private:
  struct Scan;
  Status read_field(Scan& scan);
  Status read_tag(Scan& scan);
  Status check_place(Scan& scan);
  Status read_value(Scan& scan, Slot& slot);
  Status read_number(Scan& scan, Slot& slot);
  Status read_bytes(Scan& scan, Slot& slot);
  Status check_packed(const Scan& scan, BytesView packed) const;
  Status settle_order(const Scan& scan);
  Status unexpected(const Scan& scan, const std::string& expected, const std::string& found) const;

  BytesView input_;
  std::optional<lf::FieldOrder> order_;
  int depth_ = 0;
};

// One message while it is looked at: `FieldsOf<CaseMessage> fields(reader)`, then read(), then its
// slots by name.
template <typename Message> class FieldsOf {
public:
  explicit FieldsOf(WireReader& reader) : reader_(reader) {}
  ~FieldsOf() {
    if (entered_)
      reader_.leave();
  }
  FieldsOf(const FieldsOf&) = delete;
  FieldsOf& operator=(const FieldsOf&) = delete;

  Status read(BytesView message) {
    TENON_RETURN_IF_ERROR(reader_.enter(Message::kSchema, message));
    entered_ = true;
    message_ = message;
    return reader_.read(Message::kSchema, message, slots_);
  }

  [[nodiscard]] Place operator[](std::uint8_t slot) const {
    return {Message::kSchema, message_, slot, slots_[slot]};
  }

private:
  WireReader& reader_;
  BytesView message_;
  std::array<Slot, Message::kCount> slots_;
  bool entered_ = false;
};

} // namespace tenon::daml::archive
