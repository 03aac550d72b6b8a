#include "pipeline/history_service.hpp"

#include <algorithm>
#include <set>

#include "pipeline/engine_set.hpp"
#include "pipeline/keys.hpp"
#include "pipeline/ledger_opener.hpp"
#include "pipeline/outcome.hpp"
#include "pipeline/result_builder.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/merkle/state_entry.hpp"
#include "tenon/wire/hashing.hpp"

namespace tenon::host::pipeline {

namespace {

using plugin::BlockPart;

constexpr std::uint64_t kDefaultPageSize = 100;
constexpr std::uint64_t kMaxPageSize = 1000;

std::uint64_t page_size(std::uint64_t asked) {
  return std::min(asked == 0 ? kDefaultPageSize : asked, kMaxPageSize);
}

template <typename Repeated> std::set<std::string> name_set(const Repeated& names) {
  return {names.begin(), names.end()};
}

// The greatest offset that a transaction of the block can have.
std::uint64_t last_offset_of(const ExecutedBlock& block) {
  return wire::make_offset(block.height() + 1, 0) - 1;
}

Status pruned(const std::string& what, std::uint64_t oldest, const std::string& how_to_go_on) {
  return out_of_range("HISTORY_PRUNED: the oldest block that this replica keeps is " +
                      std::to_string(oldest) + ", found a question for " + what + "; " +
                      how_to_go_on);
}

} // namespace

Result<std::uint64_t> HistoryService::oldest_height() const {
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHorizon horizon, store_.horizon());
  return horizon.oldest_block;
}

Result<v1::BlockSummary> HistoryService::summary(std::uint64_t height, bool with_body) {
  v1::BlockSummary summary;
  summary.set_height(height);
  TENON_ASSIGN_OR_RETURN(*summary.mutable_header(), read_part(store_, height, BlockPart::kHeader));
  TENON_ASSIGN_OR_RETURN(*summary.mutable_result_header(),
                         read_part(store_, height, BlockPart::kResultHeader));
  TENON_ASSIGN_OR_RETURN(*summary.mutable_certificate(),
                         read_part(store_, height, BlockPart::kCertificate));
  summary.set_block_id(crypto::sha256(summary.header()).str());
  TENON_ASSIGN_OR_RETURN(const auto block, reader_.read(height));
  summary.set_transactions(block->transactions.size());
  if (with_body) {
    TENON_ASSIGN_OR_RETURN(*summary.mutable_body(), read_part(store_, height, BlockPart::kBody));
    TENON_ASSIGN_OR_RETURN(*summary.mutable_results(),
                           read_part(store_, height, BlockPart::kResults));
  }
  return summary;
}

Result<v1::BlocksResponse> HistoryService::blocks(const v1::BlocksRequest& request) {
  const std::uint64_t head = head_.get()->block->height();
  const std::uint64_t limit = page_size(request.limit());
  TENON_ASSIGN_OR_RETURN(const std::uint64_t oldest, oldest_height());
  v1::BlocksResponse response;
  response.set_head_height(head);
  response.set_oldest_height(oldest);
  std::uint64_t height = request.from_height();
  if (request.descending())
    height = std::min(height == 0 ? head : height, head);
  if (height < oldest)
    return pruned("block " + std::to_string(height), oldest, "ask from that height on");
  while (height <= head) {
    if (static_cast<std::uint64_t>(response.blocks_size()) == limit) {
      response.set_more(true);
      break;
    }
    TENON_ASSIGN_OR_RETURN(*response.add_blocks(), summary(height, request.with_body()));
    if (request.descending() && height == oldest)
      break;
    height = request.descending() ? height - 1 : height + 1;
  }
  return response;
}

Result<v1::TransactionsResponse>
HistoryService::transactions(const v1::TransactionsRequest& request) {
  if (!request.transaction_id().empty())
    return one(request);
  const auto head = head_.get();
  Page page{request, page_size(request.limit()), {}, 0};
  page.response.set_head_offset(head->block->last_offset);
  // When nothing is left, everything up to the head has been looked at: its empty blocks too, so
  // that whoever is up to date does not fall behind the oldest block while nothing happens.
  page.response.set_next_offset(std::max(request.after_offset(), last_offset_of(*head->block)));
  if (request.after_offset() < head->block->last_offset) {
    TENON_RETURN_IF_ERROR(check_kept(request.after_offset()));
    TENON_RETURN_IF_ERROR(request.all() ? fill_from_blocks(*head, page)
                                        : fill_from_postings(*head, page));
  }
  return std::move(page.response);
}

// Whoever goes on from there must not miss what the pruned blocks held.
Status HistoryService::check_kept(std::uint64_t after_offset) const {
  TENON_ASSIGN_OR_RETURN(std::uint64_t oldest, oldest_height());
  // A client node that began anew has of the block where it did nothing but the state.
  TENON_ASSIGN_OR_RETURN(const auto began, head_.get()->snapshot->get(plugin::KeyClass::kIndex,
                                                                      keys::kStreamBegan));
  if (began && began->size() == sizeof(std::uint64_t))
    oldest = std::max(oldest, read_be64(*began) + 1);
  if (wire::offset_height(after_offset + 1) >= oldest)
    return {};
  return pruned("what comes after offset " + std::to_string(after_offset), oldest,
                "all that is kept comes after offset " +
                    std::to_string(wire::make_offset(oldest, 0) - 1));
}

Result<v1::TransactionsResponse> HistoryService::one(const v1::TransactionsRequest& request) {
  const auto head = head_.get();
  Page page{request, 1, {}, 0};
  page.response.set_head_offset(head->block->last_offset);
  page.response.set_next_offset(request.after_offset());
  TENON_ASSIGN_OR_RETURN(
      const auto position,
      head->snapshot->get(plugin::KeyClass::kIndex, keys::transaction(request.transaction_id())));
  if (!position || position->size() != sizeof(std::uint64_t))
    return std::move(page.response);
  const std::uint64_t offset = read_be64(*position);
  if (offset > head->block->last_offset)
    return std::move(page.response);
  TENON_ASSIGN_OR_RETURN(const std::uint64_t oldest, oldest_height());
  if (wire::offset_height(offset) < oldest) {
    return pruned("a transaction of block " + std::to_string(wire::offset_height(offset)), oldest,
                  "ask a replica that keeps more");
  }
  TENON_RETURN_IF_ERROR(add_at(page, offset).status());
  page.response.set_next_offset(request.after_offset());
  return std::move(page.response);
}

Result<bool> HistoryService::add(Page& page, const ReadableBlock& block,
                                 const ReadableTransaction& transaction) {
  const std::uint64_t offset = wire::make_offset(block.header.height(), transaction.index);
  const std::vector<std::string> parties = party_list(page.request.parties());
  std::optional<v1::LedgerTransaction> seen =
      visible_part({parties, page.request.all(), page.request.only_with_events()}, offset,
                   block.header.record_time_us(), *transaction.transaction, *transaction.result);
  if (!seen)
    return true;
  if (page.request.events_as_json())
    TENON_RETURN_IF_ERROR(render_events(*seen));
  const std::uint64_t bytes = seen->ByteSizeLong();
  const bool first = page.response.transactions_size() == 0;
  const bool too_large =
      page.request.max_bytes() != 0 && page.bytes + bytes > page.request.max_bytes();
  if (!first &&
      (static_cast<std::uint64_t>(page.response.transactions_size()) == page.limit || too_large)) {
    page.response.set_more(true);
    page.response.set_next_offset(page.response.transactions().rbegin()->offset());
    return false;
  }
  page.bytes += bytes;
  *page.response.add_transactions() = std::move(*seen);
  return true;
}

// What an engine that this node does not have wrote stays as it is.
Status HistoryService::render_events(v1::LedgerTransaction& transaction) const {
  for (v1::Event& event : *transaction.mutable_events()) {
    if (const EngineSet::Entry* const entry = engines_.find(event.engine())) {
      TENON_ASSIGN_OR_RETURN(*event.mutable_payload(), entry->engine->event_json(event.payload()));
    }
  }
  return {};
}

Result<bool> HistoryService::add_at(Page& page, std::uint64_t offset) {
  TENON_ASSIGN_OR_RETURN(const auto block, reader_.read(wire::offset_height(offset)));
  const ReadableTransaction* const transaction = block->find(wire::offset_index(offset));
  if (transaction == nullptr)
    return data_loss("the index names a transaction at offset " + std::to_string(offset) +
                     ", which the block log does not have");
  return add(page, *block, *transaction);
}

Status HistoryService::fill_from_blocks(const LedgerHead& head, Page& page) {
  const std::uint64_t first = page.request.after_offset() + 1;
  std::uint64_t index = wire::offset_index(first); // block 0 has no transactions to pass over
  for (std::uint64_t height = wire::offset_height(first); height <= head.block->height();
       ++height) {
    TENON_ASSIGN_OR_RETURN(const auto block, reader_.read(height));
    for (const ReadableTransaction& transaction : block->transactions) {
      if (transaction.index < index)
        continue;
      TENON_ASSIGN_OR_RETURN(const bool room, add(page, *block, transaction));
      if (!room)
        return {};
    }
    index = 0;
  }
  return {};
}

Result<std::vector<std::uint64_t>> HistoryService::postings(const LedgerHead& head,
                                                            const Page& page) const {
  const std::uint64_t first = page.request.after_offset() + 1;
  const std::uint64_t last = head.block->last_offset; // the index may be ahead of this head
  std::set<std::string> readers = name_set(page.request.parties());
  readers.emplace(merkle::kPublicReader);
  std::set<std::uint64_t> offsets;
  for (const std::string& reader : readers) {
    const std::size_t prefix = keys::events_of(reader).size();
    std::uint64_t taken = 0;
    TENON_RETURN_IF_ERROR(head.snapshot->scan(
        plugin::KeyClass::kIndex, keys::event(reader, first), keys::event(reader, last + 1),
        [&](BytesView key, BytesView flags) {
          const bool wanted =
              !page.request.only_with_events() ||
              (!flags.empty() && (static_cast<std::uint8_t>(flags[0]) & kPostingEvents) != 0);
          if (wanted) {
            offsets.insert(read_be64(key.substr(prefix)));
            ++taken;
          }
          return taken <= page.limit; // one more than fits says that there is more
        }));
  }
  return std::vector<std::uint64_t>(offsets.begin(), offsets.end());
}

Status HistoryService::fill_from_postings(const LedgerHead& head, Page& page) {
  TENON_ASSIGN_OR_RETURN(const std::vector<std::uint64_t> offsets, postings(head, page));
  for (const std::uint64_t offset : offsets) {
    TENON_ASSIGN_OR_RETURN(const bool room, add_at(page, offset));
    if (!room)
      return {};
  }
  return {};
}

v1::Completion HistoryService::outcome(const v1::BlockHeader& header,
                                       const ReadableTransaction& transaction) {
  v1::Completion completion = completion_of(header, *transaction.result, transaction.index);
  const bool distinct = transaction.transaction->message.command_hash().empty();
  if (completion.reason() != reasons::kDuplicateCommand || distinct)
    return completion;
  const BlockState state(head_.get()->snapshot, header.record_time_us());
  const v1::Transaction& message = transaction.transaction->message;
  const auto record = find_dedup(state, message.engine(), message.dedup_key());
  if (!record.ok() || !*record)
    return completion;
  const auto first = first_outcome(**record, message);
  return first.ok() ? *first : failed_completion(first.status());
}

Result<v1::Completion> HistoryService::first_outcome(const v1::DedupRecord& record,
                                                     const v1::Transaction& repeated) {
  TENON_ASSIGN_OR_RETURN(const auto block, reader_.read(record.height()));
  const ReadableTransaction* const first = block->find(record.index());
  if (first == nullptr)
    return data_loss("a deduplication record names a transaction the block log does not have");
  const v1::Transaction& message = first->transaction->message;
  if (message.command_hash() != repeated.command_hash()) {
    return Status(Code::kAlreadyExists,
                  std::string(reasons::kDuplicateCommand) + ": command id \"" +
                      repeated.command_id() +
                      "\" was used for another command; choose a new id for a new command");
  }
  v1::Completion completion = completion_of(block->header, *first->result, record.index());
  completion.set_duplicate(true);
  return completion;
}

} // namespace tenon::host::pipeline
