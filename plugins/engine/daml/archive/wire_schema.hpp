// How a message of the archive format is described: one table for each message, used by the reader
// and the writer alike. Constants; any thread.
//
// The protobuf library is not used for archives: a package must come back byte for byte, and the
// tools that write packages place fields either by number or as the format's makers list them,
// which the library cannot write; nor does it tell where a broken message is broken.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace tenon::daml::archive {

enum class FieldForm : std::uint8_t {
  kBool,
  kIndex,    // an entry of a table: an int32 that is not negative
  kInt32,    //
  kEnum,     // a code that is not negative
  kSint64,   // zigzag
  kSfixed64, //
  kText,     // UTF-8
  kBytes,    //
  kMessage,  //
  // Repeated:
  kTexts,
  kMessages,
  kIndexes, // packed
};

// What it means that a field is absent.
enum class Presence : std::uint8_t {
  kImplied, // absent means zero, and zero is always absent
  kChosen,  // one of several fields of a slot; zero is written
};

struct FieldSpec {
  std::uint16_t number = 0;
  std::uint8_t slot = 0; // fields of which at most one may be there share a slot
  FieldForm form = FieldForm::kMessage;
  Presence presence = Presence::kImplied;
  std::string_view name;

  [[nodiscard]] constexpr bool repeated() const { return form >= FieldForm::kTexts; }
};

constexpr FieldSpec field(std::uint16_t number, std::uint8_t slot, FieldForm form,
                          std::string_view name) {
  return {number, slot, form, Presence::kImplied, name};
}
constexpr FieldSpec choice(std::uint16_t number, std::uint8_t slot, FieldForm form,
                           std::string_view name) {
  return {number, slot, form, Presence::kChosen, name};
}

// The fields stand in the order in which the format lists them.
class Schema {
public:
  static constexpr std::size_t kMaxNumber = 63;
  static constexpr std::uint8_t kNone = 0xff;

  constexpr Schema(std::string_view name, std::span<const FieldSpec> fields)
      : name_(name), fields_(fields) {
    ranks_.fill(kNone);
    for (std::size_t i = 0; i < fields.size(); ++i)
      ranks_[fields[i].number] = static_cast<std::uint8_t>(i);
  }

  [[nodiscard]] constexpr std::string_view name() const { return name_; }
  [[nodiscard]] constexpr std::span<const FieldSpec> fields() const { return fields_; }
  // The place of a field in the list; kNone when the message has no such field.
  [[nodiscard]] constexpr std::uint8_t rank(std::uint64_t number) const {
    return number <= kMaxNumber ? ranks_[static_cast<std::size_t>(number)] : kNone;
  }
  // Of a field that exists.
  [[nodiscard]] constexpr const FieldSpec& spec(std::uint16_t number) const {
    return fields_[rank(number)];
  }

private:
  std::string_view name_;
  std::span<const FieldSpec> fields_;
  std::array<std::uint8_t, kMaxNumber + 1> ranks_{};
};

} // namespace tenon::daml::archive
