#include "subscription.hpp"

#include "rendering.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::uint64_t kItemsPerPull = 256;

// The first height of which something lies after the offset.
std::uint64_t first_height_after(std::uint64_t offset) {
  const std::uint64_t height = wire::offset_height(offset);
  return offset == end_of_block(height) ? height + 1 : height;
}

} // namespace

std::variant<Subscription, Problem> Subscription::open(Ledger& ledger, const Call& call,
                                                       const Limits& limits) {
  auto scope = read_scope(call);
  if (auto* problem = std::get_if<Problem>(&scope)) {
    // Block headers concern every token, also one without parties.
    if (call.route.stream != StreamKind::kBlocks)
      return std::move(*problem);
    scope = ReadScope{};
  }
  const auto status = ledger.status();
  if (!status.ok())
    return problem_of(status.status());
  const bool blocks = call.route.stream == StreamKind::kBlocks;
  std::uint64_t start = call.number("after", 0);
  if (call.text("after") == "head")
    start = blocks ? end_of_block(status->height()) : status->head_offset();
  if (wire::offset_height(start) > status->height()) {
    return bad_request("OFFSET_AHEAD",
                       "query parameter 'after': offset " + std::to_string(start) +
                           " lies at height " + std::to_string(wire::offset_height(start)) +
                           ", but the ledger ends at height " + std::to_string(status->height()));
  }
  return Subscription(ledger, call.route.stream, std::move(std::get<ReadScope>(scope)), start,
                      limits.stream_batch_bytes);
}

Result<std::vector<Frame>> Subscription::next() {
  return kind_ == StreamKind::kBlocks ? next_blocks() : next_transactions();
}

Result<std::vector<Frame>> Subscription::next_blocks() {
  v1::BlocksRequest request;
  request.set_from_height(first_height_after(position_));
  request.set_limit(kItemsPerPull);
  TENON_ASSIGN_OR_RETURN(const v1::BlocksResponse page, ledger_->blocks(request));
  std::vector<Frame> frames;
  for (const auto& block : page.blocks()) {
    JsonWriter json;
    json.begin_object().key("type").string("block");
    TENON_RETURN_IF_ERROR(write_block(json, block));
    json.end_object();
    position_ = end_of_block(block.height());
    frames.push_back({json.take(), position_});
  }
  return frames;
}

Result<std::vector<Frame>> Subscription::next_transactions() {
  const bool events = kind_ == StreamKind::kEvents;
  v1::TransactionsRequest request;
  for (const std::string& party : scope_.parties)
    request.add_parties(party);
  request.set_all(scope_.all);
  request.set_events_as_json(true);
  request.set_limit(kItemsPerPull);
  request.set_max_bytes(max_bytes_);
  request.set_only_with_events(events);
  std::vector<Frame> frames;
  // Pages on which everything was filtered out are passed over.
  while (frames.empty()) {
    request.set_after_offset(position_);
    TENON_ASSIGN_OR_RETURN(const v1::TransactionsResponse page, ledger_->transactions(request));
    for (const auto& transaction : page.transactions()) {
      JsonWriter json;
      json.begin_object().key("type").string(events ? "events" : "transaction");
      if (events)
        write_events(json, transaction, scope_.all);
      else
        write_transaction(json, transaction, scope_.all);
      json.end_object();
      frames.push_back({json.take(), transaction.offset()});
    }
    const std::uint64_t before = position_;
    position_ = std::max(position_, page.next_offset());
    if (!frames.empty())
      position_ = std::max(position_, frames.back().offset);
    if (!page.more() || position_ == before)
      break;
  }
  return frames;
}

} // namespace tenon::api::rest
