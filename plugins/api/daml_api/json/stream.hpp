// /v1/stream/query and /v1/stream/fetch: contracts over a WebSocket. The first message of the
// client says what it wants (perhaps after one with an offset); what is active comes first, then,
// from an offset on, what begins and ends. A message never holds both ends of one contract, and
// archives stand before creates. One request per connection. Owned by its session; one thread.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/http/stream.hpp"
#include "json/bearer.hpp"
#include "json/parts.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::daml_api::json {

// What a stream shows: made from the client's request.
class StreamRequest {
public:
  // Where a created contract is wanted: what stands beside it.
  struct Match {
    std::vector<std::size_t> queries; // by their places in the request; empty: not told
  };
  // An active contract, as found in the beginning.
  using Found = std::vector<index::ActiveContract>;

  virtual ~StreamRequest() = default;

  [[nodiscard]] virtual const index::Interest& interest() const = 0;
  // Through which contracts are seen; empty: none.
  [[nodiscard]] virtual const std::string& interface() const = 0;
  [[nodiscard]] virtual const std::vector<std::string>& unknown() const = 0;

  // Whether anything active is to be shown before what is new.
  [[nodiscard]] virtual bool wants_active() const = 0;
  // The next of what was active at the offset; none: that was all.
  [[nodiscard]] virtual Read<Found> next_active(std::uint64_t at, std::uint64_t items) = 0;
  // Where to go on: of what is after this offset everything is shown that somebody has not seen.
  // `active_at`: the offset of what was active, where that was shown.
  [[nodiscard]] virtual std::uint64_t live_after(std::optional<std::uint64_t> active_at) = 0;

  // Of a create at an offset (nothing: it was active in the beginning), in its interface's view or
  // as it is. Nothing: it is not wanted.
  [[nodiscard]] virtual Read<std::optional<Match>> match(const index::IndexedEvent& created,
                                                         BytesView payload,
                                                         std::optional<std::uint64_t> offset) = 0;
  // Of an archive: whether it is told.
  [[nodiscard]] virtual bool shows_archive(const std::string& contract_id) = 0;
  // A create was shown.
  virtual void shown(const std::string& contract_id) = 0;
};

// `offset`: of the message before the request, if there was one.
using ReadStreamRequest = Read<std::unique_ptr<StreamRequest>> (*)(
    const Parts& parts, const Bearer& bearer, const api::Json& request,
    std::optional<std::uint64_t> offset);

// `parts` and `limits` outlive the stream.
[[nodiscard]] std::unique_ptr<api::http::Stream>
open_contract_stream(const Parts& parts, const JsonLimits& limits,
                     std::shared_ptr<const Bearer> bearer, ReadStreamRequest read_request);

// The two kinds.
[[nodiscard]] Read<std::unique_ptr<StreamRequest>>
read_query_stream(const Parts& parts, const Bearer& bearer, const api::Json& request,
                  std::optional<std::uint64_t> offset);
[[nodiscard]] Read<std::unique_ptr<StreamRequest>>
read_key_stream(const Parts& parts, const Bearer& bearer, const api::Json& request,
                std::optional<std::uint64_t> offset);

// Of an "offset" in a request: 400 for what is none.
[[nodiscard]] Read<std::uint64_t> read_stream_offset(const api::Json& json);

} // namespace tenon::daml_api::json
