// What a stream sends, without sockets: pulls pages from the ledger from an offset on and cuts them
// into frames. Pulling makes the bound: a reader that takes nothing costs one page of memory. Step
// 11 of a request's path. Owned by its stream session; one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/ledger/ledger.hpp"
#include "handlers/authority.hpp"
#include "route.hpp"

namespace tenon::api::rest {

struct Frame {
  std::string text;
  std::uint64_t offset = 0; // resume after this one
};

class Subscription {
public:
  // From the route's parameters; a problem when the token or the offset does not allow it.
  [[nodiscard]] static std::variant<Subscription, Problem> open(Ledger& ledger, const Call& call,
                                                                const Limits& limits);

  // The next frames in order; none when the head is reached for now.
  [[nodiscard]] Result<std::vector<Frame>> next();
  // Where the stream began, until frames tell more.
  [[nodiscard]] std::uint64_t start() const { return start_; }

private:
  Subscription(Ledger& ledger, StreamKind kind, ReadScope scope, std::uint64_t start,
               std::uint64_t max_bytes)
      : ledger_(&ledger), kind_(kind), scope_(std::move(scope)), max_bytes_(max_bytes),
        start_(start), position_(start) {}

  [[nodiscard]] Result<std::vector<Frame>> next_blocks();
  [[nodiscard]] Result<std::vector<Frame>> next_transactions();

  Ledger* ledger_;
  StreamKind kind_;
  ReadScope scope_;
  std::uint64_t max_bytes_;
  std::uint64_t start_;
  std::uint64_t position_; // everything up to here has been given out or filtered out
};

} // namespace tenon::api::rest
