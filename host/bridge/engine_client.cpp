#include "bridge/engine_client.hpp"

#include "bridge/table.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::bridge {

namespace {

using plugin::checked;
using plugin::collected;

std::int32_t view_get(void* self, tenon_bytes key, tenon_sink value,
                      tenon_status* status) noexcept {
  std::int32_t code = TENON_OK;
  const std::int32_t guard = plugin::guarded(status, [&]() -> Status {
    code = plugin::optional_to_abi(static_cast<const plugin::StateView*>(self)->get(from_abi(key)),
                                   value, status);
    return {};
  });
  return guard == TENON_OK ? code : guard;
}

template <auto Scan>
std::int32_t view_scan(void* self, tenon_bytes begin, tenon_bytes end, void* context,
                       tenon_visit visit, tenon_status* status) noexcept {
  return plugin::guarded(status, [&] {
    return (static_cast<const plugin::StateView*>(self)->*Scan)(
        from_abi(begin), from_abi(end), [&](BytesView key, BytesView value) {
          return visit(context, to_abi(key), to_abi(value)) == 0;
        });
  });
}

std::int32_t view_has_party(void* self, tenon_bytes party, std::uint32_t* found,
                            tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(
        const bool known, static_cast<const plugin::StateView*>(self)->has_party(from_abi(party)));
    *found = known ? 1 : 0;
    return {};
  });
}

tenon_state_view abi_view(const plugin::StateView& view) {
  return {sizeof(tenon_state_view),
          const_cast<plugin::StateView*>(&view),
          view_get,
          view_scan<&plugin::StateView::scan>,
          view_scan<&plugin::StateView::scan_index>,
          view_has_party};
}

std::vector<tenon_bytes> abi_parties(std::span<const std::string> parties) {
  std::vector<tenon_bytes> views;
  views.reserve(parties.size());
  for (const std::string& party : parties)
    views.push_back(to_abi(party));
  return views;
}

// A transaction of the C table, over the party lists it points into.
class AbiTransaction {
public:
  explicit AbiTransaction(const plugin::EngineTransaction& transaction)
      : act_as_(abi_parties(transaction.act_as)),
        read_as_(abi_parties(transaction.read_as)), value_{sizeof(tenon_engine_transaction),
                                                           0,
                                                           transaction.id.to_abi(),
                                                           to_abi(transaction.payload),
                                                           act_as_.data(),
                                                           act_as_.size(),
                                                           read_as_.data(),
                                                           read_as_.size(),
                                                           transaction.seed.to_abi()} {}
  AbiTransaction(const AbiTransaction&) = delete;
  AbiTransaction& operator=(const AbiTransaction&) = delete;

  [[nodiscard]] const tenon_engine_transaction* get() const { return &value_; }

private:
  std::vector<tenon_bytes> act_as_;
  std::vector<tenon_bytes> read_as_;
  tenon_engine_transaction value_;
};

tenon_engine_context abi_context(const plugin::EngineContext& context) {
  return {sizeof(tenon_engine_context), 0, context.height, context.record_time_us};
}

std::vector<std::string> copied_readers(const tenon_bytes* readers, std::uint64_t count) {
  std::vector<std::string> copies;
  copies.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i)
    copies.emplace_back(from_abi(readers[i]));
  return copies;
}

// Collects what an engine writes to its sink. What cannot be kept makes the whole result a fault:
// half a write set must never look like a whole one.
class ResultCollector {
public:
  [[nodiscard]] tenon_execution_sink sink() {
    return {sizeof(tenon_execution_sink), this, write, event, response, time_bounds};
  }
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] plugin::ExecutionResult& result() { return result_; }

private:
  template <typename Body> static void keep(void* context, Body&& body) noexcept {
    auto& self = *static_cast<ResultCollector*>(context);
    self.broken_ = plugin::guarded(nullptr,
                                   [&]() -> Status {
                                     body(self);
                                     return {};
                                   }) != TENON_OK ||
                   self.broken_;
  }
  static void write(void* context, const tenon_engine_write* write) noexcept {
    keep(context, [&](ResultCollector& self) {
      if (write->key_class != TENON_CLASS_STATE && write->key_class != TENON_CLASS_INDEX)
        self.broken_ = true;
      plugin::EngineWrite copy;
      copy.key_class = static_cast<plugin::KeyClass>(write->key_class);
      copy.key = from_abi(write->key);
      if (write->is_delete == 0)
        copy.value = Bytes(from_abi(write->value));
      copy.readers = copied_readers(write->readers, write->reader_count);
      copy.expires_at_us = write->expires_at_us;
      self.result_.writes.push_back(std::move(copy));
    });
  }
  static void event(void* context, const tenon_engine_event* event) noexcept {
    keep(context, [&](ResultCollector& self) {
      self.result_.events.push_back(
          {Bytes(from_abi(event->payload)), copied_readers(event->readers, event->reader_count)});
    });
  }
  static void response(void* context, tenon_bytes bytes) noexcept {
    keep(context, [&](ResultCollector& self) { self.result_.response.append(from_abi(bytes)); });
  }
  static void time_bounds(void* context, std::uint64_t min_us, std::uint64_t max_us) noexcept {
    keep(context, [&](ResultCollector& self) {
      self.result_.min_time_us = min_us;
      self.result_.max_time_us = max_us;
    });
  }

  plugin::ExecutionResult result_;
  bool broken_ = false;
};

// Runs a call that fills a sink; a broken collection is a fault whatever the call returned.
template <typename Call> Result<plugin::ExecutionResult> collect_result(Call&& call) {
  ResultCollector collector;
  const tenon_execution_sink sink = collector.sink();
  const Status status = checked([&](tenon_status* out) { return call(&sink, out); });
  if (collector.broken())
    return fault("the engine's result could not be taken over: out of memory, or a write of an "
                 "unknown key class");
  if (!status.ok())
    return status;
  return std::move(collector.result());
}

} // namespace

Result<std::unique_ptr<EngineClient>> EngineClient::make(const tenon_plugin& plugin,
                                                         tenon_instance* instance) {
  TENON_ASSIGN_OR_RETURN(const tenon_engine* table,
                         interface_table<tenon_engine>(plugin, instance, TENON_ENGINE_INTERFACE));
  return std::unique_ptr<EngineClient>(new EngineClient(instance, table));
}

Result<Hash> EngineClient::fingerprint() const {
  tenon_hash hash{};
  TENON_RETURN_IF_ERROR(
      checked([&](tenon_status* status) { return table_->fingerprint(instance_, &hash, status); }));
  return Hash::from_abi(hash);
}

Result<plugin::ExecutionResult> EngineClient::execute(const plugin::StateView& view,
                                                      const plugin::EngineTransaction& transaction,
                                                      const plugin::EngineContext& context) {
  const tenon_state_view view_table = abi_view(view);
  const AbiTransaction input(transaction);
  const tenon_engine_context where = abi_context(context);
  return collect_result([&](const tenon_execution_sink* sink, tenon_status* status) {
    return table_->execute(instance_, &view_table, input.get(), &where, sink, status);
  });
}

Result<Bytes> EngineClient::prepare(const plugin::StateView& view, BytesView command,
                                    const plugin::EngineTransaction& submitter) {
  const tenon_state_view view_table = abi_view(view);
  const AbiTransaction input(submitter);
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->prepare(instance_, &view_table, to_abi(command), input.get(), sink, status);
  });
}

Result<Bytes> EngineClient::query(const plugin::StateView& view, BytesView request,
                                  const plugin::EngineTransaction& caller,
                                  const plugin::EngineContext& context) {
  const tenon_state_view view_table = abi_view(view);
  const AbiTransaction input(caller);
  const tenon_engine_context where = abi_context(context);
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->query(instance_, &view_table, to_abi(request), input.get(), &where, sink,
                         status);
  });
}

Result<std::vector<plugin::EngineWrite>> EngineClient::index_of(BytesView key, BytesView value) {
  TENON_ASSIGN_OR_RETURN(
      plugin::ExecutionResult result,
      collect_result([&](const tenon_execution_sink* sink, tenon_status* status) {
        return table_->index_of(instance_, to_abi(key), to_abi(value), sink, status);
      }));
  return std::move(result.writes);
}

Result<Bytes> EngineClient::event_json(BytesView payload) {
  return collected([&](tenon_sink sink, tenon_status* status) {
    return table_->event_json(instance_, to_abi(payload), sink, status);
  });
}

} // namespace tenon::host::bridge
