#include "json/stream.hpp"

#include <algorithm>
#include <map>

#include "common/random_id.hpp"
#include "json/contract_json.hpp"
#include "json/interface_views.hpp"
#include "json/members.hpp"
#include "submission/offset.hpp"

namespace tenon::daml_api::json {

namespace {

using api::Json;
using api::JsonWriter;
using api::http::CloseCode;
using index::IndexedEvent;
using Clock = std::chrono::steady_clock;

constexpr CloseCode kNormal = 1000;
constexpr CloseCode kGoingAway = 1001;
constexpr CloseCode kPolicy = 1008; // the token has ended
constexpr CloseCode kInternalError = 1011;
constexpr CloseCode kSlowReader = 4008;

constexpr std::uint64_t kPageTransactions = 100;
constexpr std::uint64_t kPageBytes = 1024 * 1024;
constexpr std::size_t kMaxMessageBytes = 256 * 1024;
constexpr std::size_t kMaxWaitingMessages = 4; // of the client; more are one too many anyway

class ContractStream final : public api::http::Stream {
public:
  ContractStream(const Parts& parts, const JsonLimits& limits,
                 std::shared_ptr<const Bearer> bearer, ReadStreamRequest read_request)
      : parts_(parts), limits_(limits), bearer_(std::move(bearer)), read_request_(read_request) {}

  std::string subprotocol() const override { return std::string(kStreamProtocol); }
  std::size_t max_message_bytes() const override { return kMaxMessageBytes; }

  std::optional<CloseCode> receive(std::string text) override {
    if (waiting_.size() < kMaxWaitingMessages)
      waiting_.push_back(std::move(text));
    return std::nullopt;
  }

  Step next() override {
    Step step;
    while (!waiting_.empty() && !step.close) {
      const std::string text = std::move(waiting_.front());
      waiting_.pop_front();
      if (const auto refusal = take(text, step)) {
        add_text(step, refusal->to_json(api::random_id()));
        step.close = kNormal;
      }
    }
    if (step.close || !request_ || !step.messages.empty())
      return step;
    if (const auto refusal = active_at_ ? add_active(step) : add_live(step)) {
      fail(*refusal, step);
      return step;
    }
    if (!step.messages.empty())
      last_sent_ = Clock::now();
    return step;
  }

  void sent(std::uint64_t) override {}

  std::optional<CloseCode> check() override {
    if (parts_.still_valid(*bearer_->claims).ok())
      return std::nullopt;
    return kPolicy;
  }

  CloseCode code_of(End end) const override {
    return end == End::kGoingAway ? kGoingAway : kSlowReader;
  }

  std::string reason_of(CloseCode code) const override {
    switch (code) {
    case kGoingAway:
      return "the node stops; connect again";
    case kPolicy:
      return "the token is no longer valid";
    case kInternalError:
      return "internal error";
    case kSlowReader:
      return "messages were not taken in time";
    default:
      return {};
    }
  }

private:
  using MaybeRefusal = std::optional<Refusal>;

  static void add_text(Step& step, std::string text) {
    step.messages.push_back({std::move(text), 0});
  }

  // A query that does not fit the contracts is told so; what the ledger cannot give, as where it
  // was pruned, ends the stream without a word.
  static void fail(const Refusal& refusal, Step& step) {
    if (!refusal.by_ledger())
      add_text(step, refusal.to_json(api::random_id()));
    step.close = refusal.by_ledger() ? kInternalError : kNormal;
  }

  // A message of the client.
  MaybeRefusal take(const std::string& text, Step& step) {
    if (request_)
      return bad_request("one WebSocket takes one request, and there was one already");
    const auto json = parse_body(text);
    if (!json.ok())
      return json.status();
    if (!offset_ && json->is_object() && json->contains("offset") && json->size() == 1) {
      const auto offset = read_stream_offset((*json)["offset"]);
      if (!offset.ok())
        return offset.status();
      offset_ = *offset;
      return std::nullopt;
    }
    auto request = read_request_(parts_, *bearer_, *json, offset_);
    if (!request.ok())
      return request.status();
    request_ = *std::move(request);
    const std::string warnings = warnings_text("unknownTemplateIds", request_->unknown());
    if (!warnings.empty())
      add_text(step, "{\"warnings\":" + warnings + "}");
    begin();
    return std::nullopt;
  }

  void begin() {
    last_sent_ = Clock::now();
    if (request_->wants_active())
      active_at_ = parts_.index.extent().end;
    else
      position_ = request_->live_after(std::nullopt);
  }

  // The payload of each, or the view of it; nothing where there is no view.
  Read<std::vector<std::optional<InterfaceView>>>
  views(const std::vector<const IndexedEvent*>& created) {
    if (request_->interface().empty())
      return std::vector<std::optional<InterfaceView>>(created.size());
    return views_of(parts_.engine, request_->interface(), created);
  }

  // {"created": …, "matchedQueries": […]}, or nothing when it is not wanted.
  Read<std::string> render(const IndexedEvent& created, const std::optional<InterfaceView>& view,
                           std::optional<std::uint64_t> offset) {
    if (!view && !request_->interface().empty())
      return std::string("{\"error\":\"the contract's view could not be computed\"}");
    const BytesView payload = view ? view->value : created.event->created().argument();
    TENON_ASSIGN_OR_RETURN(const auto match, request_->match(created, payload, offset));
    if (!match)
      return std::string();
    JsonWriter json;
    json.begin_object().key("created");
    TENON_RETURN_IF_ERROR(write_created(json, created, {view ? &*view : nullptr, {}}));
    if (!match->queries.empty()) {
      json.key("matchedQueries").begin_array();
      for (const std::size_t query : match->queries)
        json.integer(query);
      json.end_array();
    }
    json.end_object();
    return json.take();
  }

  static std::string message(const std::vector<std::string>& events,
                             std::optional<std::uint64_t> offset) {
    JsonWriter json;
    json.begin_object().key("events").begin_array();
    for (const std::string& event : events)
      json.raw(event);
    json.end_array();
    if (offset && *offset != 0)
      json.key("offset").string(offset_text(*offset));
    else if (offset)
      json.key("offset").null(); // nothing has ever happened
    json.end_object();
    return json.take();
  }

  // What was there in the beginning; after the last of it, where that was.
  MaybeRefusal add_active(Step& step) {
    auto found = request_->next_active(*active_at_, limits_.frame_contracts);
    if (!found.ok())
      return found.status();
    if (found->empty()) {
      add_text(step, message({}, *active_at_));
      position_ = request_->live_after(active_at_);
      active_at_.reset();
      return std::nullopt;
    }
    std::vector<const IndexedEvent*> created;
    for (const auto& contract : *found)
      created.push_back(&contract.created);
    const auto seen = views(created);
    if (!seen.ok())
      return seen.status();
    std::vector<std::string> events;
    for (std::size_t i = 0; i < created.size(); ++i) {
      auto text = render(*created[i], (*seen)[i], std::nullopt);
      if (!text.ok())
        return text.status();
      if (text->empty())
        continue;
      request_->shown(created[i]->contract_id);
      events.push_back(*std::move(text));
    }
    if (!events.empty())
      add_text(step, message(events, std::nullopt));
    else
      step.again_in_ms = 0; // none of this page: on to the next
    return std::nullopt;
  }

  // One page of what is new, as one message; where that is nothing for long, a sign of life.
  MaybeRefusal add_live(Step& step) {
    if (!request_->interest().parties.empty()) {
      auto page = parts_.index.transactions(request_->interest(), index::Shape::kFlat, position_,
                                            parts_.index.extent().end,
                                            {kPageTransactions, kPageBytes});
      if (!page.ok())
        return Refusal(Failure::from_status(page.status()));
      if (auto refusal = add_page(*page, step))
        return refusal;
      position_ = std::max(position_, page->next_after);
      if (page->more && step.messages.empty()) {
        step.again_in_ms = 0;
        return std::nullopt;
      }
    }
    if (!step.messages.empty())
      return std::nullopt;
    const auto silence =
        std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - last_sent_).count();
    const auto silent_ms = static_cast<std::uint64_t>(std::max<std::int64_t>(silence, 0));
    if (silent_ms < limits_.heartbeat_ms) {
      step.again_in_ms = limits_.heartbeat_ms - silent_ms;
    } else if (position_ != 0) {
      add_text(step, message({}, position_));
    } else {
      last_sent_ = Clock::now(); // there is no offset to tell yet
      step.again_in_ms = limits_.heartbeat_ms;
    }
    return std::nullopt;
  }

  MaybeRefusal add_page(const index::TransactionPage& page, Step& step) {
    // Creates in order, and archives of what was not created on this page.
    std::vector<std::pair<std::uint64_t, const IndexedEvent*>> created;
    std::vector<const IndexedEvent*> archived;
    std::map<std::string_view, const IndexedEvent*> ends;
    for (const auto& transaction : page.transactions) {
      for (const IndexedEvent& event : transaction->events) {
        if (!index::is_in_flat(event, request_->interest()))
          continue;
        if (event.is_create())
          created.emplace_back(transaction->offset, &event);
        else
          ends.emplace(event.contract_id, &event);
      }
    }
    std::vector<std::string> events;
    std::vector<std::string> beginnings;
    if (auto refusal = render_creates(created, ends, beginnings))
      return refusal;
    for (const auto& [id, end] : ends) {
      if (!request_->shows_archive(end->contract_id))
        continue;
      JsonWriter json;
      json.begin_object().key("archived");
      write_archived(json, *end, request_->interface());
      json.end_object();
      events.push_back(json.take());
    }
    std::move(beginnings.begin(), beginnings.end(), std::back_inserter(events));
    if (!events.empty())
      add_text(step, message(events, page.transactions.back()->offset));
    return std::nullopt;
  }

  // Takes out of `ends` those of contracts that are wanted: they begin and end here, and neither is
  // told.
  MaybeRefusal
  render_creates(const std::vector<std::pair<std::uint64_t, const IndexedEvent*>>& created,
                 std::map<std::string_view, const IndexedEvent*>& ends,
                 std::vector<std::string>& out) {
    std::vector<const IndexedEvent*> events;
    for (const auto& [offset, event] : created)
      events.push_back(event);
    const auto seen = views(events);
    if (!seen.ok())
      return seen.status();
    for (std::size_t i = 0; i < created.size(); ++i) {
      auto text = render(*events[i], (*seen)[i], created[i].first);
      if (!text.ok())
        return text.status();
      if (text->empty() || ends.erase(events[i]->contract_id) > 0)
        continue;
      request_->shown(events[i]->contract_id);
      out.push_back(*std::move(text));
    }
    return std::nullopt;
  }

  const Parts& parts_;
  const JsonLimits& limits_;
  const std::shared_ptr<const Bearer> bearer_;
  const ReadStreamRequest read_request_;
  std::deque<std::string> waiting_;
  std::optional<std::uint64_t> offset_; // that came before the request
  std::unique_ptr<StreamRequest> request_;
  std::optional<std::uint64_t> active_at_; // while what was active is shown
  std::uint64_t position_ = 0;             // everything up to here was shown or is not wanted
  Clock::time_point last_sent_{};
};

} // namespace

std::unique_ptr<api::http::Stream> open_contract_stream(const Parts& parts,
                                                        const JsonLimits& limits,
                                                        std::shared_ptr<const Bearer> bearer,
                                                        ReadStreamRequest read_request) {
  return std::make_unique<ContractStream>(parts, limits, std::move(bearer), read_request);
}

Read<std::uint64_t> read_stream_offset(const Json& json) {
  if (!json.is_string())
    return bad_request("\"offset\": expected a string, as in messages of a stream");
  const auto offset = parse_offset(json.get_ref<const std::string&>(), "offset");
  if (!offset.ok())
    return offset.failure();
  return *offset;
}

} // namespace tenon::daml_api::json
