// The words of the protocol: views, votes and certificates, and which bytes a vote signs
// (docs/spec/consensus.md). Values only; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tenon/bft/v1/messages.pb.h"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::consensus::bft {

using View = std::uint64_t;   // counts from 1 in each epoch
using TimeUs = std::uint64_t; // monotonic microseconds
using ValidatorIndex = std::uint32_t;
using Height = std::uint64_t;

// A block may be ordered at most so far beyond the last one that is known to be final.
inline constexpr Height kExecutionLag = 8;

enum class VoteKind : std::uint32_t { kNotarize = 1, kNullify = 2, kFinalize = 3 };

// What a vote says. The block is zero in NULLIFY, the result zero in all but FINALIZE.
struct VoteSubject {
  VoteKind kind = VoteKind::kNotarize;
  View view = 0;
  Hash block;
  Hash result;

  friend auto operator<=>(const VoteSubject&, const VoteSubject&) = default;
};

struct Vote {
  VoteSubject subject;
  ValidatorIndex validator = 0;
  Bytes signature;
};

// A quorum of votes for one subject, by ascending validator.
struct Certificate {
  VoteSubject subject;
  std::vector<std::pair<ValidatorIndex, Bytes>> signatures;
};

// Bytes that the signature of a vote covers.
[[nodiscard]] Bytes signing_bytes(const Hash& chain, std::uint64_t epoch,
                                  const VoteSubject& subject);

// Between the protocol's words and its messages; nothing for a message of impossible form.
[[nodiscard]] std::optional<Vote> from_message(const tenon::bft::v1::Vote& message);
[[nodiscard]] std::optional<Certificate> from_message(const tenon::bft::v1::Certificate& message);
void to_message(const Vote& vote, tenon::bft::v1::Vote& message);
void to_message(const Certificate& certificate, tenon::bft::v1::Certificate& message);
// A finality certificate as the ledger keeps it, and back.
[[nodiscard]] Bytes to_ledger(const Certificate& certificate);
[[nodiscard]] std::optional<Certificate> from_ledger(BytesView encoded);

[[nodiscard]] const char* kind_name(VoteKind kind); // "NOTARIZE", "NULLIFY" or "FINALIZE"
// What identifies it to people: "NOTARIZE of view 7, block 3f2a…".
[[nodiscard]] std::string to_text(const VoteSubject& subject);

} // namespace tenon::consensus::bft
