// Turns a C++ engine into the table of abi/engine.h:
//
//   class MyEngine : public tenon::plugin::Plugin, public tenon::plugin::Engine { … };
//   TENON_ENGINE_PLUGIN(MyEngine)
#pragma once

#include <string>
#include <vector>

#include "tenon/plugin/engine.hpp"
#include "tenon/plugin/export.hpp"

namespace tenon::plugin {

// The host's view table, as the engine sees it.
class StateViewFromAbi final : public StateView {
public:
  explicit StateViewFromAbi(const tenon_state_view* view) : view_(view) {}

  [[nodiscard]] Result<std::optional<Bytes>> get(BytesView key) const override {
    return collected_optional([&](tenon_sink sink, tenon_status* status) {
      return view_->get(view_->self, to_abi(key), sink, status);
    });
  }

  [[nodiscard]] Status scan(BytesView begin, BytesView end, ScanVisitor visit) const override {
    return scan_by(view_->scan, begin, end, visit);
  }
  [[nodiscard]] Status scan_index(BytesView begin, BytesView end,
                                  ScanVisitor visit) const override {
    return scan_by(view_->scan_index, begin, end, visit);
  }

  [[nodiscard]] Result<bool> has_party(BytesView party) const override {
    std::uint32_t found = 0;
    TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
      return view_->has_party(view_->self, to_abi(party), &found, status);
    }));
    return found != 0;
  }

private:
  using Scan = decltype(tenon_state_view::scan);
  [[nodiscard]] Status scan_by(Scan scan, BytesView begin, BytesView end,
                               ScanVisitor visit) const {
    const tenon_visit trampoline = [](void* context, tenon_bytes key, tenon_bytes value) {
      std::int32_t stop = 1;
      guarded_void([&] {
        const auto& visitor = *static_cast<ScanVisitor*>(context);
        stop = visitor(from_abi(key), from_abi(value)) ? 0 : 1;
      });
      return stop;
    };
    return checked([&](tenon_status* status) {
      return scan(view_->self, to_abi(begin), to_abi(end), &visit, trampoline, status);
    });
  }

  const tenon_state_view* view_;
};

// A transaction of the C table, with its party lists copied out.
class EngineTransactionFromAbi {
public:
  explicit EngineTransactionFromAbi(const tenon_engine_transaction* transaction)
      : act_as_(parties(transaction->act_as, transaction->act_as_count)),
        read_as_(parties(transaction->read_as, transaction->read_as_count)),
        value_{Hash::from_abi(transaction->id), from_abi(transaction->payload), act_as_, read_as_,
               Hash::from_abi(transaction->seed)} {}
  EngineTransactionFromAbi(const EngineTransactionFromAbi&) = delete;
  EngineTransactionFromAbi& operator=(const EngineTransactionFromAbi&) = delete;

  [[nodiscard]] const EngineTransaction& value() const { return value_; }

private:
  static std::vector<std::string> parties(const tenon_bytes* list, std::uint64_t count) {
    std::vector<std::string> result;
    result.reserve(count);
    for (std::uint64_t i = 0; i < count; ++i)
      result.emplace_back(from_abi(list[i]));
    return result;
  }

  std::vector<std::string> act_as_;
  std::vector<std::string> read_as_;
  EngineTransaction value_;
};

template <typename T> class EngineExport {
public:
  using Table = tenon_engine;
  static constexpr BytesView kInterface = TENON_ENGINE_INTERFACE;

  static void fill(tenon_engine& table, const T&) {
    table = {sizeof(tenon_engine), 0,     fingerprint, execute,
             prepare,              query, index_of,    event_json};
  }

private:
  static Engine& engine_of(tenon_instance* instance) {
    return Export<T, EngineExport>::object(instance);
  }

  static std::vector<tenon_bytes> views(const std::vector<std::string>& list) {
    std::vector<tenon_bytes> result;
    result.reserve(list.size());
    for (const std::string& item : list)
      result.push_back(to_abi(item));
    return result;
  }

  static void give_writes(const std::vector<EngineWrite>& writes,
                          const tenon_execution_sink& sink) {
    for (const EngineWrite& write : writes) {
      const auto readers = views(write.readers);
      const tenon_engine_write view = {sizeof(tenon_engine_write),
                                       write.value ? 0u : 1u,
                                       static_cast<std::uint32_t>(write.key_class),
                                       0,
                                       to_abi(write.key),
                                       write.value ? to_abi(*write.value) : tenon_bytes{},
                                       readers.data(),
                                       readers.size(),
                                       write.expires_at_us};
      sink.write(sink.context, &view);
    }
  }

  static void give_result(const ExecutionResult& result, const tenon_execution_sink& sink) {
    give_writes(result.writes, sink);
    for (const EngineEvent& event : result.events) {
      const auto readers = views(event.readers);
      const tenon_engine_event view = {sizeof(tenon_engine_event), 0, to_abi(event.payload),
                                       readers.data(), readers.size()};
      sink.event(sink.context, &view);
    }
    sink.response(sink.context, to_abi(result.response));
    sink.time_bounds(sink.context, result.min_time_us, result.max_time_us);
  }

  static std::int32_t fingerprint(tenon_instance* instance, tenon_hash* out,
                                  tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const Hash hash, engine_of(instance).fingerprint());
      *out = hash.to_abi();
      return {};
    });
  }

  static std::int32_t execute(tenon_instance* instance, const tenon_state_view* view,
                              const tenon_engine_transaction* transaction,
                              const tenon_engine_context* context, const tenon_execution_sink* sink,
                              tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      const EngineTransactionFromAbi input(transaction);
      TENON_ASSIGN_OR_RETURN(
          const ExecutionResult result,
          engine_of(instance).execute(StateViewFromAbi(view), input.value(),
                                      {context->height, context->record_time_us}));
      give_result(result, *sink);
      return {};
    });
  }

  static std::int32_t prepare(tenon_instance* instance, const tenon_state_view* view,
                              tenon_bytes command, const tenon_engine_transaction* submitter,
                              tenon_sink payload, tenon_status* status) noexcept {
    return guarded(status, [&] {
      const EngineTransactionFromAbi input(submitter);
      return write_result(
          engine_of(instance).prepare(StateViewFromAbi(view), from_abi(command), input.value()),
          payload);
    });
  }

  static std::int32_t query(tenon_instance* instance, const tenon_state_view* view,
                            tenon_bytes request, const tenon_engine_transaction* caller,
                            const tenon_engine_context* context, tenon_sink response,
                            tenon_status* status) noexcept {
    return guarded(status, [&] {
      const EngineTransactionFromAbi input(caller);
      return write_result(engine_of(instance).query(StateViewFromAbi(view), from_abi(request),
                                                    input.value(),
                                                    {context->height, context->record_time_us}),
                          response);
    });
  }

  static std::int32_t index_of(tenon_instance* instance, tenon_bytes key, tenon_bytes value,
                               const tenon_execution_sink* sink, tenon_status* status) noexcept {
    return guarded(status, [&]() -> Status {
      TENON_ASSIGN_OR_RETURN(const auto writes,
                             engine_of(instance).index_of(from_abi(key), from_abi(value)));
      give_writes(writes, *sink);
      return {};
    });
  }

  static std::int32_t event_json(tenon_instance* instance, tenon_bytes payload, tenon_sink json,
                                 tenon_status* status) noexcept {
    return guarded(status, [&] {
      return write_result(engine_of(instance).event_json(from_abi(payload)), json);
    });
  }
};

#define TENON_ENGINE_PLUGIN(Class)                                                                 \
  using TenonExporter = ::tenon::plugin::Export<Class, ::tenon::plugin::EngineExport<Class>>;      \
  TENON_EXPORT_ENTRY(TenonExporter)

} // namespace tenon::plugin
