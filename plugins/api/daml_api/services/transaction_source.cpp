#include "services/transaction_source.hpp"

#include <algorithm>
#include <utility>

#include "rendering/wire_writer.hpp"
#include "services/pruned.hpp"
#include "submission/offset.hpp"

namespace tenon::daml_api {

namespace {

// Fields of GetTransactionsResponse and GetTransactionTreesResponse.
constexpr std::uint32_t kTransactions = 1, kPrunedOffset = 2;

} // namespace

TransactionSource::TransactionSource(const ServiceParts& parts, TransactionStreamRequest request)
    : parts_(parts), request_(std::move(request)),
      renderer_(request_.filter, parts.engine,
                EventRenderer(parts.settings.event_format, request_.verbose)) {}

void TransactionSource::on_wake(std::function<void()> wake) {
  subscription_ = parts_.index.subscribe(std::move(wake));
}

rpc::Source::Step TransactionSource::next() {
  for (;;) {
    if (!ready_.empty()) {
      std::string message = std::move(ready_.front());
      ready_.pop_front();
      return message;
    }
    if (request_.up_to && request_.after >= *request_.up_to)
      return Ended{};
    const auto page = read_page();
    if (!page.ok())
      return Ended{page.failure()};
    if (const Outcome rendered = render(*page); !rendered.ok())
      return Ended{rendered};
    request_.after = page->next_after;
    const bool complete = request_.up_to && request_.after >= *request_.up_to;
    if (!ready_.empty() || page->more || complete)
      continue;
    if (auto message = pruned_offset())
      return *std::move(message);
    if (const Outcome halted = index_halted(parts_.index); !halted.ok())
      return Ended{halted};
    return Pending{};
  }
}

Answer<index::TransactionPage> TransactionSource::read_page() {
  // The end first: the engine knows the packages of all that comes before it.
  const std::uint64_t end = parts_.index.extent().end;
  if (end > resolved_at_) {
    TENON_RETURN_IF_FAILED(request_.filter.resolve(parts_.engine));
    resolved_at_ = end;
  }
  const std::uint64_t up_to = std::min(request_.up_to.value_or(end), end);
  auto page =
      parts_.index.transactions(request_.filter.interest(), request_.shape, request_.after, up_to,
                                {parts_.settings.page_items, parts_.settings.page_bytes});
  if (!page.ok()) {
    return index_failure(page.status(), parts_,
                         "Transactions request from " + offset_text(request_.after) + " to " +
                             offset_text(up_to) + " precedes");
  }
  return *std::move(page);
}

Outcome TransactionSource::render(const index::TransactionPage& page) {
  std::string message;
  for (const auto& transaction : page.transactions) {
    TENON_ASSIGN_OR_RETURN(const std::string bytes, request_.shape == index::Shape::kFlat
                                                        ? renderer_.flat(*transaction)
                                                        : renderer_.tree(*transaction));
    if (!message.empty() && message.size() + bytes.size() > parts_.settings.page_bytes)
      ready_.push_back(std::exchange(message, {}));
    wire_form::append_bytes(message, kTransactions, bytes);
  }
  if (!message.empty())
    ready_.push_back(std::move(message));
  return {};
}

std::optional<std::string> TransactionSource::pruned_offset() {
  const std::uint64_t pruned = parts_.index.extent().pruned_up_to;
  if (!request_.pruned_offsets || pruned <= told_pruned_)
    return std::nullopt;
  told_pruned_ = pruned;
  std::string message;
  wire_form::append_bytes(message, kPrunedOffset, offset_text(pruned));
  return message;
}

} // namespace tenon::daml_api
