#include "node/plugin_instance.hpp"

#include <mutex>
#include <vector>

#include "tenon/plugin/guard.hpp"

namespace tenon::host::node {

namespace {

// Beyond a plugin's own deadline, before it counts as hung.
constexpr std::uint64_t kGraceMs = 2000;
constexpr std::uint64_t kStopMs = 10'000;
constexpr const char* kNotCreated = "it could not be created";

// The outcome of a call that may be given up while it runs.
struct Call {
  tenon_instance* instance = nullptr;
  Status status;
};

} // namespace

std::string_view state_name(PluginState state) {
  switch (state) {
  case PluginState::kLoaded:
    return "loaded";
  case PluginState::kCreated:
    return "created";
  case PluginState::kStarted:
    return "started";
  case PluginState::kDraining:
    return "draining";
  case PluginState::kStopped:
    return "stopped";
  case PluginState::kFailed:
    break;
  }
  return "failed";
}

PluginInstance::PluginInstance(Settings settings, services::ServiceParts parts,
                               LifecycleThread& thread)
    : plugin_(std::move(settings.plugin)), component_(settings.identity.component),
      config_json_(std::move(settings.config_json)), log_(parts.log), thread_(thread),
      services_(std::make_unique<services::PluginServices>(parts, std::move(settings.identity))) {}

namespace {

// What a plugin may still use is never freed.
void keep(std::unique_ptr<services::PluginServices> used) {
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::unique_ptr<services::PluginServices>>;
  const std::lock_guard lock(mutex);
  kept.push_back(std::move(used));
}

} // namespace

PluginInstance::~PluginInstance() {
  stop();
  destroy();
  if (hung_ || services_->late_calls() != 0)
    keep(std::move(services_));
}

std::optional<loader::Refusal> PluginInstance::create() {
  auto call = std::make_shared<Call>();
  thread_.run(
      [call, table = plugin_.table, host = services_->host(), config = &config_json_] {
        call->status = plugin::checked([&](tenon_status* status) {
          return table->create(host, to_abi(*config), &call->instance, status);
        });
      },
      0);
  if (!call->status.ok()) {
    state_ = PluginState::kFailed;
    return refusal(loader::RefusalCode::kCreateFailed, kNotCreated, call->status);
  }
  if (call->instance == nullptr) {
    state_ = PluginState::kFailed;
    return refusal(loader::RefusalCode::kCreateFailed, kNotCreated,
                   fault("create() said OK and gave no instance"));
  }
  instance_ = call->instance;
  state_ = PluginState::kCreated;
  return std::nullopt;
}

std::optional<loader::Refusal> PluginInstance::start() {
  auto call = std::make_shared<Call>();
  began_ = true;
  thread_.run(
      [call, table = plugin_.table, instance = instance_] {
        call->status =
            plugin::checked([&](tenon_status* status) { return table->start(instance, status); });
      },
      0);
  if (!call->status.ok()) {
    state_ = PluginState::kFailed;
    return refusal(loader::RefusalCode::kStartFailed, "it could not be started", call->status);
  }
  state_ = PluginState::kStarted;
  return std::nullopt;
}

void PluginInstance::drain(std::uint64_t deadline_ms) {
  if (state_ != PluginState::kStarted || hung_)
    return;
  state_ = PluginState::kDraining;
  auto call = std::make_shared<Call>();
  const bool ended = thread_.run(
      [call, deadline_ms, table = plugin_.table, instance = instance_] {
        call->status = plugin::checked(
            [&](tenon_status* status) { return table->drain(instance, deadline_ms, status); });
      },
      deadline_ms + kGraceMs);
  if (!ended) {
    hung_ = true;
    log(plugin::LogLevel::kError,
        "it did not return from drain() within its deadline and is left behind");
  } else if (!call->status.ok()) {
    log(plugin::LogLevel::kWarn, "it could not drain: " + call->status.to_string());
  }
}

void PluginInstance::stop() {
  if (!began_ || hung_ || instance_ == nullptr || state_ == PluginState::kStopped)
    return;
  const bool ended =
      thread_.run([table = plugin_.table,
                   instance = instance_] { plugin::guarded_void([&] { table->stop(instance); }); },
                  kStopMs);
  if (!ended) {
    hung_ = true;
    log(plugin::LogLevel::kError, "it did not return from stop() and is left behind");
  } else if (!services_->close(kGraceMs)) {
    hung_ = true;
    log(plugin::LogLevel::kError, "calls into the host are under way after stop()");
  }
  state_ = hung_ ? PluginState::kFailed : PluginState::kStopped;
}

void PluginInstance::destroy() {
  if (instance_ == nullptr || hung_)
    return;
  const bool ended = thread_.run(
      [table = plugin_.table, instance = instance_] {
        plugin::guarded_void([&] { table->destroy(instance); });
      },
      kStopMs);
  instance_ = nullptr;
  if (!ended) {
    hung_ = true;
    log(plugin::LogLevel::kError, "it did not return from destroy() and is left behind");
  }
  if (const std::uint64_t late = services_->late_calls(); late != 0) {
    log(plugin::LogLevel::kWarn,
        "it called the host " + std::to_string(late) + " times after it was stopped");
  }
}

loader::Refusal PluginInstance::refusal(loader::RefusalCode code, std::string what,
                                        const Status& status) const {
  const bool table = code == loader::RefusalCode::kBadTable;
  return {code,
          plugin_.file.string(),
          std::move(what),
          table ? "a whole table of its kind" : "success",
          status.to_string(),
          table ? "let its query() give the table that abi/" + plugin_.descriptor.kind +
                      ".h describes, filled from the first function to the last"
                : "correct what it names, in its section of the configuration or around it"};
}

void PluginInstance::log(plugin::LogLevel level, const std::string& message) {
  log_.write(level, component_, message);
}

} // namespace tenon::host::node
