// Names in the host's own keyspace and the rules for names that stand in keys. Everything the host
// writes is under "sys/", in both key classes; an engine's keys are under its id. Pure; any thread.
#pragma once

#include <string_view>

#include "tenon/core/bytes.hpp"

namespace tenon::host::pipeline::keys {

inline constexpr std::string_view kSystemEngine = "sys";

// --- STATE ---------------------------------------------------------------------------------------
inline constexpr BytesView kValidators = "sys/validators";
inline constexpr BytesView kSchedule = "sys/schedule";
inline constexpr BytesView kOperators = "sys/operators";
inline constexpr BytesView kPrune = "sys/prune";
inline constexpr BytesView kParameters = "sys/parameters";
inline constexpr BytesView kClients = "sys/client/";
inline constexpr BytesView kParties = "sys/party/";
inline constexpr BytesView kDedups = "sys/dedup/";
inline constexpr BytesView kStreams = "sys/stream/";
// Of a client that operators added: be64, the height at which they last did.
[[nodiscard]] Bytes client_since(std::string_view id);
[[nodiscard]] Bytes client(std::string_view id);
[[nodiscard]] Bytes party(std::string_view name);
[[nodiscard]] Bytes dedup(std::string_view engine, BytesView dedup_key);
[[nodiscard]] Bytes stream(std::string_view client, std::uint64_t hosting_epoch);
[[nodiscard]] Bytes epoch(std::uint64_t number);
[[nodiscard]] Bytes operator_log(std::uint64_t sequence);
// "<engine>/": what all keys of an engine begin with.
[[nodiscard]] Bytes engine_prefix(std::string_view engine);

// --- INDEX ---------------------------------------------------------------------------------------
inline constexpr BytesView kExpiries = "sys/expiry/";
inline constexpr BytesView kLastOffset = "sys/last_offset";
// The notes for client nodes begin above this height; absent: there are all.
inline constexpr BytesView kNotesAbove = "sys/notes_above";
// Of a client node: where it stands in its stream, and who certifies what comes next.
inline constexpr BytesView kStreamCursor = "sys/stream_cursor";
inline constexpr BytesView kStreamValidators = "sys/stream_validators";
// … and, when it did not begin with block 0: the height after which it has all that it may see.
inline constexpr BytesView kStreamBegan = "sys/stream_began";
// How an epoch handed over to the next, where the block log does not say it any more.
[[nodiscard]] Bytes handover(std::uint64_t epoch);
// Of a STATE key that expires: sorted by time, then key.
[[nodiscard]] Bytes expiry(std::uint64_t time_us, BytesView key);
[[nodiscard]] Bytes transaction(BytesView transaction_id);
// The postings of one reader, sorted by offset.
[[nodiscard]] Bytes events_of(std::string_view party);
[[nodiscard]] Bytes event(std::string_view party, std::uint64_t offset);
// What of the block is in the client's streams (StreamNotes).
[[nodiscard]] Bytes stream_notes(std::string_view client, std::uint64_t height);
// What a page needs that ends at this block: a StreamPage with its proofs only.
[[nodiscard]] Bytes stream_proofs(std::string_view client, std::uint64_t height);
// What of its writes some client sees (ShownWrites).
[[nodiscard]] Bytes shown_writes(std::uint64_t height);

// --- Names ---------------------------------------------------------------------------------------
// 1 to 255 of A-Z a-z 0-9 : _ - and space.
[[nodiscard]] bool valid_party(std::string_view name);
// 1 to 63 of A-Z a-z 0-9 . _ -
[[nodiscard]] bool valid_client(std::string_view id);
// [a-z][a-z0-9_]*, at most 32, and not "sys".
[[nodiscard]] bool valid_engine(std::string_view id);

inline constexpr std::size_t kMaxKeyBytes = 1024; // of an engine's key, prefix excluded

} // namespace tenon::host::pipeline::keys
