#include "load/cometbft_target.hpp"

#include <charconv>

#include "tenon/core/encoding.hpp"

namespace tenon::bench {

namespace {

constexpr std::string_view kPath = "/websocket";
// What a key takes in base64, filled up to whole groups.
constexpr std::size_t kKeyText = 24;

} // namespace

CometbftTarget::CometbftTarget(CometbftSettings settings, const Transactions& transactions)
    : settings_(std::move(settings)), transactions_(transactions) {}

Status CometbftTarget::open(int epoll, Ended ended) {
  ended_ = std::move(ended);
  for (std::size_t i = 0; i < settings_.connections; ++i) {
    for (const std::uint16_t port : settings_.ports) {
      senders_.push_back(std::make_unique<WebSocket>());
      TENON_RETURN_IF_ERROR(senders_.back()->open(port, kPath, epoll, senders_.back().get()));
    }
  }
  blocks_ = std::make_unique<WebSocket>();
  TENON_RETURN_IF_ERROR(blocks_->open(settings_.ports.front(), kPath, epoll, blocks_.get()));
  return blocks_->send(R"({"jsonrpc":"2.0","method":"subscribe","id":0,)"
                       R"("params":{"query":"tm.event='NewBlock'"}})");
}

Result<bool> CometbftTarget::send(std::uint32_t number) {
  // The key, '=' and a value that is shorter by that character.
  std::string transaction = transactions_.key(number) + "=" + transactions_.value(number);
  transaction.resize(transactions_.bytes());
  WebSocket& sender = *senders_[next_++ % senders_.size()];
  TENON_RETURN_IF_ERROR(sender.send(R"({"jsonrpc":"2.0","method":"broadcast_tx_sync","id":)" +
                                    std::to_string(number) + R"(,"params":{"tx":")" +
                                    to_base64(transaction) + R"("}})"));
  return true;
}

Status CometbftTarget::ready(void* socket, std::uint32_t events) {
  if (socket == blocks_.get()) {
    return blocks_->ready(events, [this](std::string_view message) { take_block(message); });
  }
  return static_cast<WebSocket*>(socket)->ready(
      events, [this](std::string_view message) { take_answer(message); });
}

void CometbftTarget::take_answer(std::string_view message) {
  constexpr std::string_view kId = R"("id":)";
  const std::size_t at = message.find(kId);
  std::uint32_t number = 0;
  if (at == std::string_view::npos)
    return;
  const char* const digits = message.data() + at + kId.size();
  std::from_chars(digits, message.data() + message.size(), number);
  if (message.find(R"("error":)") != std::string_view::npos) {
    const bool full = message.find("mempool is full") != std::string_view::npos;
    ended_(number, full ? Ending::kRefused : Ending::kFailed, message);
  } else if (message.find(R"("code":0)") == std::string_view::npos) {
    ended_(number, Ending::kFailed, message);
  }
}

void CometbftTarget::take_block(std::string_view message) {
  constexpr std::string_view kTransactions = R"("txs":[)";
  std::size_t at = message.find(kTransactions);
  if (at == std::string_view::npos)
    return; // the answer to subscribe, or an empty block
  at += kTransactions.size();
  while (at < message.size() && message[at] != ']') {
    const std::size_t begin = message.find('"', at) + 1;
    const std::size_t end = message.find('"', begin);
    if (begin == 0 || end == std::string_view::npos)
      return;
    const auto key = from_base64(message.substr(begin, kKeyText));
    if (const auto number = key ? transactions_.number_of(*key) : std::nullopt)
      ended_(*number, Ending::kCommitted, {});
    at = end + 1;
  }
}

} // namespace tenon::bench
