// The log, metrics and executor tables of a plugin instance.
#include <nlohmann/json.hpp>

#include "services/plugin_services_state.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::host::services {

namespace {

// Tasks and timers of one plugin instance that wait to run.
constexpr std::size_t kMaxPendingTasks = 65536;
constexpr std::size_t kMaxMetrics = 10'000;
constexpr std::uint64_t kMaxDelayMs = 366ull * 24 * 3600 * 1000;

void log_write(void* self, std::uint32_t level, tenon_bytes message, tenon_bytes fields) noexcept {
  plugin::guarded_void([&] {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    if (!pass || level > TENON_LOG_ERROR)
      return;
    state.parts.log.write(static_cast<plugin::LogLevel>(level), state.identity.component,
                          from_abi(message), from_abi(fields));
  });
}

// False: not an object of strings.
bool parse_labels(BytesView text, MetricLabels& labels) {
  if (text.empty())
    return true;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (!json.is_object())
    return false;
  for (const auto& [name, value] : json.items()) {
    if (!is_metric_name(name) || !value.is_string())
      return false;
    labels[name] = value.get<std::string>();
  }
  return true;
}

MetricHandle* find_metric(ServiceState& state, plugin::MetricKind kind, std::string_view name,
                          std::string_view help, const MetricLabels& labels) {
  const auto known = state.parts.metrics.kind_of(name);
  if (known && *known != kind)
    return nullptr;
  const std::lock_guard lock(state.mutex);
  const auto key = std::pair(std::string(name), labels);
  if (const auto found = state.metrics.find(key); found != state.metrics.end())
    return &found->second;
  if (state.metrics.size() >= kMaxMetrics)
    return nullptr;
  MetricHandle handle{kind};
  switch (kind) {
  case plugin::MetricKind::kCounter:
    handle.counter = &state.parts.metrics.counter(name, help, labels);
    break;
  case plugin::MetricKind::kGauge:
    handle.gauge = &state.parts.metrics.gauge(name, help, labels);
    break;
  case plugin::MetricKind::kHistogram:
    handle.histogram = &state.parts.metrics.histogram(name, help, labels);
    break;
  }
  return &state.metrics.emplace(key, handle).first->second;
}

tenon_metric* metrics_get(void* self, std::uint32_t kind, tenon_bytes name, tenon_bytes help,
                          tenon_bytes labels) noexcept {
  MetricHandle* handle = nullptr;
  plugin::guarded_void([&] {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    MetricLabels parsed;
    if (!pass || kind > TENON_METRIC_HISTOGRAM || !is_metric_name(from_abi(name)) ||
        !parse_labels(from_abi(labels), parsed))
      return;
    handle = find_metric(state, static_cast<plugin::MetricKind>(kind), from_abi(name),
                         from_abi(help), parsed);
  });
  return reinterpret_cast<tenon_metric*>(handle);
}

// Handles live as long as the services do: no gate on this, the most frequent call.
void metrics_record(void*, tenon_metric* metric, double value) noexcept {
  if (metric == nullptr)
    return;
  plugin::guarded_void([&] {
    const MetricHandle& handle = *reinterpret_cast<MetricHandle*>(metric);
    if (handle.counter != nullptr && value >= 0)
      handle.counter->add(value);
    if (handle.gauge != nullptr)
      handle.gauge->set(value);
    if (handle.histogram != nullptr)
      handle.histogram->observe(value);
  });
}

// Takes the place of a task in the queue of its plugin; gives it back when the task has run, is
// cancelled, or is dropped.
class PendingTask {
public:
  PendingTask(const ServiceState& state, tenon_task task, void* context)
      : gate_(state.gate), pending_(state.pending_tasks), task_(task), context_(context) {
    pending_->fetch_add(1);
  }
  PendingTask(const PendingTask&) = delete;
  PendingTask& operator=(const PendingTask&) = delete;
  ~PendingTask() { pending_->fetch_sub(1); }

  void run() const {
    const auto pass = gate_->enter();
    if (pass)
      plugin::guarded_void([this] { task_(context_); });
  }

private:
  std::shared_ptr<PluginGate> gate_;
  std::shared_ptr<std::atomic<std::size_t>> pending_;
  tenon_task task_;
  void* context_;
};

// The task as the host's executor takes it, or why it cannot be taken.
Result<Task> wrapped(ServiceState& state, const PluginGate::Pass& pass, tenon_task task,
                     void* context) {
  if (!pass)
    return failed_precondition(kLateCall);
  if (task == nullptr)
    return invalid_argument("the task is NULL");
  if (state.pending_tasks->load() >= kMaxPendingTasks) {
    return resource_exhausted("this plugin has " + std::to_string(kMaxPendingTasks) +
                              " tasks waiting already");
  }
  return Task([pending = std::make_shared<PendingTask>(state, task, context)] { pending->run(); });
}

std::int32_t executor_post(void* self, tenon_task task, void* context,
                           tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    TENON_ASSIGN_OR_RETURN(Task wrapped_task, wrapped(state, pass, task, context));
    state.parts.executor.post(std::move(wrapped_task));
    return {};
  });
}

std::int32_t executor_after(void* self, std::uint64_t delay_ms, tenon_task task, void* context,
                            std::uint64_t* timer, tenon_status* status) noexcept {
  return plugin::guarded(status, [&]() -> Status {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    TENON_ASSIGN_OR_RETURN(Task wrapped_task, wrapped(state, pass, task, context));
    *timer = state.parts.executor.after(std::min(delay_ms, kMaxDelayMs), std::move(wrapped_task));
    return {};
  });
}

std::int32_t executor_cancel(void* self, std::uint64_t timer) noexcept {
  std::int32_t cancelled = 0;
  plugin::guarded_void([&] {
    ServiceState& state = ServiceState::of(self);
    const auto pass = state.gate->enter();
    if (pass)
      cancelled = state.parts.executor.cancel(timer) ? 1 : 0;
  });
  return cancelled;
}

} // namespace

void fill_basic_tables(tenon_host_log& log, tenon_host_metrics& metrics,
                       tenon_host_executor& executor, void* self, plugin::LogLevel lowest_level) {
  log = {sizeof(tenon_host_log), static_cast<std::uint32_t>(lowest_level), self, log_write};
  metrics = {sizeof(tenon_host_metrics), 0, self, metrics_get, metrics_record};
  executor = {sizeof(tenon_host_executor), 0, self, executor_post, executor_after, executor_cancel};
}

} // namespace tenon::host::services
