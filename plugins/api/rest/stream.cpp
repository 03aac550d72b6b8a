#include "stream.hpp"

#include "problem.hpp"
#include "subscription.hpp"

namespace tenon::api::rest {

namespace {

constexpr std::size_t kMaxClientMessageBytes = 4096;

const char* name_of(StreamEnd end) {
  switch (end) {
  case StreamEnd::kGoingAway:
    return "GOING_AWAY";
  case StreamEnd::kUnexpectedMessage:
    return "UNEXPECTED_MESSAGE";
  case StreamEnd::kLedgerFailed:
    return "LEDGER_FAILED";
  case StreamEnd::kTokenExpired:
    return "TOKEN_EXPIRED";
  case StreamEnd::kSlowReader:
    return "SLOW_READER";
  }
  return "";
}

class SubscriptionStream final : public http::Stream {
public:
  SubscriptionStream(Subscription subscription, Authenticator& authenticator, const Call& call,
                     bool token_in_protocol, const Log& log)
      : subscription_(std::move(subscription)), authenticator_(authenticator),
        identity_(call.identity), token_in_protocol_(token_in_protocol), log_(log),
        last_offset_(subscription_.start()) {}

  std::string subprotocol() const override { return token_in_protocol_ ? "bearer" : ""; }
  std::size_t max_message_bytes() const override { return kMaxClientMessageBytes; }
  // Clients have nothing to say.
  std::optional<http::CloseCode> receive(std::string) override {
    return code(StreamEnd::kUnexpectedMessage);
  }

  Step next() override {
    Step step;
    auto frames = subscription_.next();
    if (!frames.ok()) {
      log_("a stream ends: " + frames.status().to_string());
      step.close = code(StreamEnd::kLedgerFailed);
      return step;
    }
    for (Frame& frame : *frames)
      step.messages.push_back({std::move(frame.text), frame.offset});
    return step;
  }

  void sent(std::uint64_t position) override { last_offset_ = position; }

  std::optional<http::CloseCode> check() override {
    if (authenticator_.now_s() < identity_->expires_at_s)
      return std::nullopt;
    return code(StreamEnd::kTokenExpired);
  }

  http::CloseCode code_of(End end) const override {
    return code(end == End::kGoingAway ? StreamEnd::kGoingAway : StreamEnd::kSlowReader);
  }
  std::string reason_of(http::CloseCode code) const override {
    return std::string("{\"code\":\"") + name_of(static_cast<StreamEnd>(code)) +
           "\",\"last_offset\":\"" + std::to_string(last_offset_) + "\"}";
  }

private:
  static http::CloseCode code(StreamEnd end) { return static_cast<http::CloseCode>(end); }

  Subscription subscription_;
  Authenticator& authenticator_;
  const std::shared_ptr<const Identity> identity_;
  const bool token_in_protocol_;
  const Log& log_;
  std::uint64_t last_offset_;
};

} // namespace

std::variant<std::unique_ptr<http::Stream>, Response>
open_stream(const Context& context, Authenticator& authenticator, const Call& call,
            bool token_in_protocol) {
  auto opened = Subscription::open(context.ledger, call, context.settings.limits);
  if (const auto* problem = std::get_if<Problem>(&opened))
    return to_response(*problem, call.path);
  return std::make_unique<SubscriptionStream>(std::move(std::get<Subscription>(opened)),
                                              authenticator, call, token_in_protocol, context.log);
}

} // namespace tenon::api::rest
