// Why a plugin file is not loaded, as a value: printed as a sentence, counted by code in the
// metrics. Made by the loader and the node; values only, any thread.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::host::loader {

enum class RefusalCode {
  kNotFound,
  kUnreadable,
  kNotElf,
  kWrongMachine,
  kTruncated,
  kNoNote,
  kBadNote,
  kWrongMajor,
  kWrongMinor,
  kBadDescriptor,
  kWrongKind,
  kWrongName,
  kWrongDigest,
  kMissingNeed,
  kMissingOffer,
  kBadSchema,
  kBadConfig,
  kNoEntry,
  kExtraExports,
  kLinkFailed,
  kEntryFailed,
  kBadTable,
  kCreateFailed,
  kStartFailed,
};

// "WRONG_MAJOR" …: stable, for machines.
[[nodiscard]] std::string_view refusal_name(RefusalCode code);

struct Refusal {
  RefusalCode code = RefusalCode::kUnreadable;
  std::string file;
  std::string what;
  std::string expected;
  std::string found;
  std::string how_to_fix;

  // "FILE refused (CODE): what; expected …; found …. How to fix: …"
  [[nodiscard]] std::string sentence() const;
  [[nodiscard]] Status status() const;
};

// One sentence per line.
[[nodiscard]] Status to_status(const std::vector<Refusal>& refusals);

// A value, or the refusal that kept it from being.
template <typename T> class [[nodiscard]] Checked {
public:
  Checked(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Checked(Refusal refusal) : state_(std::in_place_index<1>, std::move(refusal)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  [[nodiscard]] T& operator*() & { return std::get<0>(state_); }
  [[nodiscard]] const T& operator*() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] T* operator->() { return &std::get<0>(state_); }
  [[nodiscard]] const T* operator->() const { return &std::get<0>(state_); }
  [[nodiscard]] const Refusal& refusal() const { return std::get<1>(state_); }

private:
  std::variant<T, Refusal> state_;
};

} // namespace tenon::host::loader
