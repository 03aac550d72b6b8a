// The outer shape of the replica link's frames: whose question, and of what kind, read without a
// look at what is inside. A frame can thus be refused, or handed to a worker, before anything is
// made of it. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>

#include "ports/peers.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"
#include "tenon/link/v1/link.pb.h"

namespace tenon::host::link {

namespace pb = tenon::link::v1;

// In the order of the fields of Request.
enum class Kind : std::uint8_t { kBatch, kStream, kProof, kState };
inline constexpr std::size_t kKinds = 4;

// "batch" …, for metrics and sentences.
[[nodiscard]] std::string_view kind_name(Kind kind);
// Nothing: it asks for nothing.
[[nodiscard]] std::optional<Kind> kind_of(const pb::Request& request);

// Borrows the frame.
struct Envelope {
  std::uint64_t id = 0;     // never 0
  std::uint32_t field = 0;  // which of the contents that are known; 0: none of them
  BytesView content;
};
// The failure's message says what is wrong, for the sentence with which the sender is cut. Fields
// of later versions are passed over.
[[nodiscard]] Result<Envelope> open_request(BytesView frame);
[[nodiscard]] Result<Envelope> open_answer(BytesView frame);

// What the request asks for; nothing for a kind that is not known.
[[nodiscard]] std::optional<Kind> kind_of(const Envelope& request);
// The message inside.
[[nodiscard]] Result<pb::StreamWanted> read_stream(const Envelope& request);
[[nodiscard]] Result<v1::ProofRequest> read_proof(const Envelope& request);
[[nodiscard]] Result<v1::StateRequest> read_state(const Envelope& request);
// The answer to a question of that kind: what fits it, or a refusal with a code that is one.
[[nodiscard]] Result<pb::Answer> read_answer(const Envelope& answer, Kind kind);

// The message is cut to the bound and made UTF-8. A fault is told in general words: what is wrong
// with a replica is not its clients' business.
[[nodiscard]] pb::Answer refusal(std::uint64_t id, const Status& status);
// The failure that the other side has told.
[[nodiscard]] Status refused(const pb::Refusal& refusal);

// By size alone: answers and requests may overtake each other.
[[nodiscard]] inline Lane lane_for(std::size_t bytes, std::size_t most_control_bytes) {
  return bytes > most_control_bytes ? Lane::kBulk : Lane::kControl;
}

} // namespace tenon::host::link
