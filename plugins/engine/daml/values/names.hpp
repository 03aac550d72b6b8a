// The names of Daml: parties, ids of the ledger, names in programs. Each kind is a class of its own
// that holds only texts of that kind, so that a check is made once, where a text enters. Values;
// any thread.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::daml {

// Which texts are names of one kind: letters and digits of ASCII, and some symbols.
struct NameSyntax {
  std::string_view what; // for messages
  std::string_view symbols;
  std::size_t max_size;
  bool digit_may_lead;
};

inline constexpr NameSyntax kNameSyntax{"name", "$_", 1000, false};
inline constexpr NameSyntax kPartySyntax{"party", ":-_ ", 255, true};
inline constexpr NameSyntax kPackageIdSyntax{"package id", "-_ ", 64, true};
inline constexpr NameSyntax kPackageNameSyntax{"package name", "-_", 255, true};
inline constexpr NameSyntax kLedgerStringSyntax{"ledger string", "._:-#/ ", 255, true};
inline constexpr NameSyntax kApplicationIdSyntax{"application id", "._:-#/!|@^$`+'~ ", 255, true};
inline constexpr NameSyntax kUserIdSyntax{"user id", "@^$.!`-#+'~_|:", 128, true};

// INVALID_ARGUMENT that names the kind, the text and what is wrong with it.
[[nodiscard]] Status check_name(const NameSyntax& syntax, std::string_view text);

template <const NameSyntax& kSyntax> class CheckedName {
public:
  static Result<CheckedName> parse(std::string_view text) {
    TENON_RETURN_IF_ERROR(check_name(kSyntax, text));
    return CheckedName(std::string(text));
  }
  // Of a name in the source: a wrong one is a bug and aborts.
  static CheckedName literal(std::string_view text) { return parse(text).value(); }

  [[nodiscard]] const std::string& str() const { return text_; }

  friend auto operator<=>(const CheckedName&, const CheckedName&) = default;

private:
  explicit CheckedName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

using Name = CheckedName<kNameSyntax>; // fields, constructors, choices, segments of dotted names
using Party = CheckedName<kPartySyntax>;
using PackageId = CheckedName<kPackageIdSyntax>;
using PackageName = CheckedName<kPackageNameSyntax>;
using LedgerString = CheckedName<kLedgerStringSyntax>;
using ParticipantId = LedgerString;
using CommandId = LedgerString;
using SubmissionId = LedgerString;
using TransactionId = LedgerString;
using WorkflowId = LedgerString;
using ApplicationId = CheckedName<kApplicationIdSyntax>;
using UserId = CheckedName<kUserIdSyntax>; // every user id is an application id too

// Numbers without leading zeros, with dots between them: "1.0.12".
[[nodiscard]] Status check_package_version(std::string_view text);

// One or more names with dots between them, 1000 characters at most: modules and what they define.
class DottedName {
public:
  static constexpr std::size_t kMaxSize = 1000;

  static Result<DottedName> parse(std::string_view text);
  static Result<DottedName> from_segments(const std::vector<std::string_view>& segments);
  static DottedName literal(std::string_view text) { return parse(text).value(); }

  [[nodiscard]] const std::string& str() const { return text_; }
  // They borrow from this name.
  [[nodiscard]] std::vector<std::string_view> segments() const;

  friend bool operator==(const DottedName&, const DottedName&) = default;
  // Segment by segment.
  friend std::strong_ordering operator<=>(const DottedName& left, const DottedName& right);

private:
  explicit DottedName(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

// Something that a package defines. As text "package:Module.Name:Type.Name".
struct Identifier {
  PackageId package;
  DottedName module;
  DottedName name;

  static Result<Identifier> parse(std::string_view text);
  static Identifier literal(std::string_view text) { return parse(text).value(); }
  [[nodiscard]] std::string to_text() const;

  friend auto operator<=>(const Identifier&, const Identifier&) = default;
};

} // namespace tenon::daml
