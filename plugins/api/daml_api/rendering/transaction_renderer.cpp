#include "rendering/transaction_renderer.hpp"

#include <algorithm>
#include <map>

#include "errors/status.hpp"
#include "rendering/wire_writer.hpp"
#include "submission/offset.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml_api {

namespace {

using index::IndexedEvent;
using index::IndexedTransaction;
using wire_form::append_bytes;
using wire_form::append_text;

// Numbers of fields, as transaction.proto and event.proto of com/daml/ledger/api/v1 give them.
constexpr std::uint32_t kTransactionId = 1, kCommandId = 2, kWorkflowId = 3, kEffectiveAt = 4,
                        kFlatEvents = 5, kOffset = 6, kFlatTrace = 7, kTreeEvents = 7,
                        kTreeRoots = 8, kTreeTrace = 9;
constexpr std::uint32_t kEventCreated = 1, kEventArchived = 3, kTreeEventExercised = 2;
constexpr std::uint32_t kMapKey = 1, kMapValue = 2;
// Contracts times interfaces, of one question to the engine.
constexpr std::size_t kMaxViews = 10'000;
constexpr std::uint32_t kViewInterface = 1, kViewStatus = 2, kViewValue = 3;

std::string wrapped(std::uint32_t field, std::string_view bytes) {
  std::string out;
  append_bytes(out, field, bytes);
  return out;
}

} // namespace

std::string TransactionRenderer::head(const IndexedTransaction& transaction,
                                      std::string_view transaction_id_hex) const {
  std::string out;
  append_bytes(out, kTransactionId, transaction_id_hex);
  if (transaction.completion && filter_.has_submitter_of(transaction))
    append_text(out, kCommandId, transaction.completion->context.command_id());
  append_text(out, kWorkflowId, transaction.workflow_id());
  append_bytes(out, kEffectiveAt, encode_timestamp(transaction.ledger_time_us()));
  append_bytes(out, kOffset, offset_text(transaction.offset));
  return out;
}

void TransactionRenderer::append_tail(std::string& out, const IndexedTransaction& transaction,
                                      std::uint32_t trace_field) const {
  if (events_.format() != EventFormat::k2_10 || !transaction.completion ||
      transaction.completion->context.traceparent().empty())
    return;
  // A TraceContext of two StringValues.
  std::string trace = wrapped(1, wrapped(1, transaction.completion->context.traceparent()));
  if (!transaction.completion->context.tracestate().empty())
    trace += wrapped(2, wrapped(1, transaction.completion->context.tracestate()));
  append_bytes(out, trace_field, trace);
}

Answer<std::string> TransactionRenderer::flat(const IndexedTransaction& transaction) const {
  const std::string id = to_hex(transaction.transaction_id);
  std::vector<Created> creates;
  for (const IndexedEvent& event : transaction.events) {
    if (event.is_create() && index::is_in_flat(event, filter_.interest()))
      creates.push_back({&event, id});
  }
  TENON_ASSIGN_OR_RETURN(const std::vector<std::string> created, this->created(creates));
  std::string out = head(transaction, id);
  std::size_t next = 0;
  for (const IndexedEvent& event : transaction.events) {
    if (!event.is_flat() || !index::is_in_flat(event, filter_.interest()))
      continue;
    if (event.is_create()) {
      append_bytes(out, kFlatEvents, wrapped(kEventCreated, created[next++]));
      continue;
    }
    const EventFilter::Projection shown = filter_.project(event);
    append_bytes(out, kFlatEvents,
                 wrapped(kEventArchived, events_.archived(event, id, shown.witnesses)));
  }
  append_tail(out, transaction, kFlatTrace);
  return out;
}

Answer<std::string> TransactionRenderer::tree(const IndexedTransaction& transaction) const {
  const std::string id = to_hex(transaction.transaction_id);
  std::map<std::uint32_t, std::vector<std::string>> children; // by node
  std::vector<std::string> roots;
  std::vector<const IndexedEvent*> shown;
  std::map<std::uint32_t, bool> is_shown;
  for (const IndexedEvent& event : transaction.events) {
    if (!index::is_in_tree(event, filter_.interest()))
      continue;
    shown.push_back(&event);
    is_shown[event.node()] = true;
    // Whoever sees an exercise sees what it does, so that what hangs under it is all there.
    if (event.parent() != 0 && is_shown.contains(event.parent() - 1))
      children[event.parent() - 1].push_back(event_id(id, event.node()));
    else
      roots.push_back(event_id(id, event.node()));
  }
  std::string out = head(transaction, id);
  for (const IndexedEvent* event : shown) {
    Witnesses witnesses;
    for (const std::string& party : event->witnesses) {
      if (filter_.interest().parties.contains(party))
        witnesses.push_back(party);
    }
    std::string entry;
    append_bytes(entry, kMapKey, event_id(id, event->node()));
    if (event->is_create()) {
      TENON_ASSIGN_OR_RETURN(const std::string created, events_.created(*event, id, witnesses, {}));
      append_bytes(entry, kMapValue, wrapped(kEventCreated, created));
    } else {
      TENON_ASSIGN_OR_RETURN(const std::string exercised,
                             events_.exercised(*event, id, witnesses, children[event->node()]));
      append_bytes(entry, kMapValue, wrapped(kTreeEventExercised, exercised));
    }
    append_bytes(out, kTreeEvents, entry);
  }
  for (const std::string& root : roots)
    append_bytes(out, kTreeRoots, root);
  append_tail(out, transaction, kTreeTrace);
  return out;
}

Answer<std::vector<std::string>>
TransactionRenderer::created(std::span<const Created> contracts) const {
  std::vector<EventFilter::Projection> projections;
  projections.reserve(contracts.size());
  for (const Created& contract : contracts)
    projections.push_back(filter_.project(*contract.event));
  std::vector<std::vector<std::string>> all_views(contracts.size());
  if (filter_.wants_views()) {
    TENON_ASSIGN_OR_RETURN(all_views, views(contracts, projections));
  }
  std::vector<std::string> rendered;
  rendered.reserve(contracts.size());
  for (std::size_t i = 0; i < contracts.size(); ++i) {
    const EventFilter::Projection& shown = projections[i];
    if (shown.witnesses.empty()) {
      rendered.emplace_back();
      continue;
    }
    TENON_ASSIGN_OR_RETURN(
        std::string event,
        events_.created(*contracts[i].event, contracts[i].transaction_id_hex, shown.witnesses,
                        {shown.arguments, shown.arguments_blob, shown.created_event_blob,
                         all_views[i]}));
    rendered.push_back(std::move(event));
  }
  return rendered;
}

Answer<std::vector<std::vector<std::string>>>
TransactionRenderer::views(std::span<const Created> contracts,
                           const std::vector<EventFilter::Projection>& projections) const {
  std::vector<std::vector<std::string>> rendered(contracts.size());
  // Contracts that want the same interfaces are asked for together.
  std::map<std::set<std::string_view>, std::vector<std::size_t>> groups;
  for (std::size_t i = 0; i < contracts.size(); ++i) {
    if (!projections[i].interfaces.empty())
      groups[projections[i].interfaces].push_back(i);
  }
  for (const auto& [interfaces, members] : groups) {
    const std::size_t at_once = std::max<std::size_t>(kMaxViews / interfaces.size(), 1);
    for (std::size_t begin = 0; begin < members.size(); begin += at_once) {
      const std::span<const std::size_t> places(
          members.data() + begin, std::min(at_once, members.size() - begin));
      TENON_RETURN_IF_FAILED(add_views(contracts, interfaces, places, rendered));
    }
  }
  return rendered;
}

Outcome TransactionRenderer::add_views(std::span<const Created> contracts,
                                       const std::set<std::string_view>& interfaces,
                                       std::span<const std::size_t> places,
                                       std::vector<std::vector<std::string>>& rendered) const {
  index::engine::ViewsRequest request;
  for (const std::string_view interface : interfaces)
    request.add_interfaces(std::string(interface));
  for (const std::size_t place : places) {
    const index::engine::Contract& contract = contracts[place].event->event->created();
    index::engine::ContractArgument& argument = *request.add_contracts();
    argument.set_template_(contract.template_());
    argument.set_argument(contract.argument());
  }
  TENON_ASSIGN_OR_RETURN(const index::engine::ViewsResponse answer, engine_.views(request));
  for (std::size_t i = 0; i < places.size(); ++i) {
    for (const index::engine::View& view : answer.contracts(static_cast<int>(i)).views()) {
      TENON_ASSIGN_OR_RETURN(std::string bytes, render_view(view));
      rendered[places[i]].push_back(std::move(bytes));
    }
  }
  return {};
}

Answer<std::string> TransactionRenderer::render_view(const index::engine::View& view) const {
  std::string out;
  append_bytes(out, kViewInterface, encode_identifier(view.interface()));
  if (view.has_failure()) {
    const Failure failure =
        Failure::from_status(failed_precondition(std::string(view.failure())));
    append_bytes(out, kViewStatus, to_status(failure, {}).SerializeAsString());
    return out;
  }
  append_bytes(out, kViewStatus, {});
  TENON_ASSIGN_OR_RETURN(const std::string record, events_.view(view.value()));
  append_bytes(out, kViewValue, record);
  return out;
}

} // namespace tenon::daml_api
