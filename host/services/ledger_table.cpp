// The ledger table of an API plugin: messages are decoded here, so that the pipeline sees only
// well-formed ones.
#include "services/plugin_services_state.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::services {

namespace {

// Runs `call(state)` while the plugin may call the host, and not after it was stopped.
template <typename Call>
std::int32_t inside(void* self, tenon_status* status, Call call) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    if (!pass)
      return failed_precondition(kLateCall);
    return call(state);
  });
}

// The same while the ledger is open: `call(state, ledger)`.
template <typename Call>
std::int32_t on_ledger(void* self, tenon_status* status, Call call) noexcept {
  return inside(self, status, [&](ServiceState& state) -> Status {
    LedgerService* const ledger = state.parts.node.ledger();
    if (ledger == nullptr)
      return unavailable("the ledger is not open: the node is starting or stopping");
    return call(state, *ledger);
  });
}

// Decodes the request, asks, and writes the encoded answer.
template <typename Request, typename Ask>
std::int32_t answer(void* self, tenon_bytes request, tenon_sink response, tenon_status* status,
                    Ask ask) noexcept {
  return on_ledger(self, status, [&](ServiceState&, LedgerService& ledger) -> Status {
    Request message;
    if (!message.ParseFromArray(request.data, static_cast<int>(request.size)))
      return invalid_argument("the request is not the message that this function takes");
    auto result = ask(ledger, message);
    if (!result.ok())
      return result.status();
    plugin::write_sink(response, result->SerializeAsString());
    return {};
  });
}

std::int32_t ledger_submit(void* self, tenon_bytes submission, void* context, tenon_completion done,
                           tenon_status* status) noexcept {
  return on_ledger(self, status, [&](ServiceState& state, LedgerService& ledger) -> Status {
    v1::Submission message;
    if (!message.ParseFromArray(submission.data, static_cast<int>(submission.size)))
      return invalid_argument("the submission is not a Submission message");
    // A completion may come while the plugin stops, which is when it waits for it; after that the
    // caller is gone and there is nobody to tell.
    return ledger.submit(message, [gate = state.gate, context, done](const v1::Completion& c) {
      const auto pass = gate->enter();
      if (!pass)
        return;
      const Bytes bytes = c.SerializeAsString();
      plugin::guarded_void([&] { done(context, to_abi(bytes)); });
    });
  });
}

std::int32_t ledger_query(void* self, tenon_bytes request, tenon_sink response,
                          tenon_status* status) noexcept {
  return answer<v1::QueryRequest>(self, request, response, status, [](auto& ledger, auto& message) {
    return ledger.query(message);
  });
}

std::int32_t ledger_prove(void* self, tenon_bytes request, tenon_sink response,
                          tenon_status* status) noexcept {
  return answer<v1::ProofRequest>(self, request, response, status, [](auto& ledger, auto& message) {
    return ledger.prove(message);
  });
}

std::int32_t ledger_blocks(void* self, tenon_bytes request, tenon_sink response,
                           tenon_status* status) noexcept {
  return answer<v1::BlocksRequest>(
      self, request, response, status,
      [](auto& ledger, auto& message) { return ledger.blocks(message); });
}

std::int32_t ledger_transactions(void* self, tenon_bytes request, tenon_sink response,
                                 tenon_status* status) noexcept {
  return answer<v1::TransactionsRequest>(
      self, request, response, status,
      [](auto& ledger, auto& message) { return ledger.transactions(message); });
}

std::int32_t ledger_parties(void* self, tenon_bytes request, tenon_sink response,
                            tenon_status* status) noexcept {
  return answer<v1::PartiesRequest>(
      self, request, response, status,
      [](auto& ledger, auto& message) { return ledger.parties(message); });
}

std::int32_t ledger_status(void* self, tenon_sink response, tenon_status* status) noexcept {
  return inside(self, status, [&](ServiceState& state) -> Status {
    v1::StatusResponse message;
    if (LedgerService* const ledger = state.parts.node.ledger(); ledger != nullptr)
      ledger->fill_status(message);
    state.parts.node.complete_status(message);
    plugin::write_sink(response, message.SerializeAsString());
    return {};
  });
}

std::int32_t ledger_plugins(void* self, tenon_sink response, tenon_status* status) noexcept {
  return inside(self, status, [&](ServiceState& state) -> Status {
    v1::PluginsResponse message;
    state.parts.node.list_plugins(message);
    plugin::write_sink(response, message.SerializeAsString());
    return {};
  });
}

std::int32_t ledger_watch(void* self, void* context, tenon_head_moved head_moved,
                          std::uint64_t* watch_id, tenon_status* status) noexcept {
  return on_ledger(self, status, [&](ServiceState& state, LedgerService& ledger) -> Status {
    *watch_id = ledger.watch([context, head_moved](std::uint64_t height) {
      plugin::guarded_void([&] { head_moved(context, height); });
    });
    const std::lock_guard lock(state.mutex);
    state.watches.insert(*watch_id);
    return {};
  });
}

void ledger_unwatch(void* self, std::uint64_t watch_id) noexcept {
  plugin::guarded_void([&] {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    LedgerService* const ledger = state.parts.node.ledger();
    if (!pass || ledger == nullptr)
      return;
    {
      const std::lock_guard lock(state.mutex);
      if (state.watches.erase(watch_id) == 0)
        return;
    }
    ledger->unwatch(watch_id);
  });
}

} // namespace

void fill_ledger_table(tenon_host_ledger& ledger, void* self) {
  ledger = {sizeof(tenon_host_ledger),
            0,
            self,
            ledger_submit,
            ledger_query,
            ledger_prove,
            ledger_blocks,
            ledger_transactions,
            ledger_parties,
            ledger_status,
            ledger_plugins,
            ledger_watch,
            ledger_unwatch};
}

} // namespace tenon::host::services
