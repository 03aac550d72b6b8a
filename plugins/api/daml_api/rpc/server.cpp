#include "rpc/server.hpp"

#include <algorithm>
#include <condition_variable>
#include <grpc/grpc.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <mutex>
#include <pthread.h>
#include <thread>

#include "rpc/credentials.hpp"
#include "rpc/grpc_log.hpp"
#include "rpc/health.hpp"
#include "rpc/service.hpp"
#include "rpc/stream_call.hpp"

namespace tenon::daml_api::rpc {

namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMaxTickMs = 1000;
constexpr std::uint64_t kMinTickMs = 10;
// Threads of gRPC's own for reflection, whose streams hold one each.
constexpr int kReflectionThreads = 16;

std::size_t thread_count(const ServerSettings& settings) {
  if (settings.threads != 0)
    return settings.threads;
  return std::clamp<std::size_t>(std::size_t{2} * std::thread::hardware_concurrency(), 4, 32);
}

int as_int(std::uint64_t value) {
  return static_cast<int>(std::min<std::uint64_t>(value, INT32_MAX));
}

void configure(grpc::ServerBuilder& builder, const ServerSettings& settings) {
  builder.SetMaxReceiveMessageSize(as_int(settings.max_message_bytes));
  builder.SetMaxSendMessageSize(-1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             as_int(settings.max_streams_per_connection));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, as_int(settings.max_metadata_bytes));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, as_int(settings.keepalive_time_ms));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, as_int(settings.keepalive_timeout_ms));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Clients' libraries ping every ten seconds at most when they are told to keep connections alive.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 9'000);
  // Two servers on one port would share the clients between them, each by chance.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 1);
  grpc::ResourceQuota quota("daml_api");
  quota.SetMaxThreads(kReflectionThreads);
  builder.SetResourceQuota(quota);
}

} // namespace

struct Server::State {
  State(ServerSettings settings, Methods table, Hooks hooks, plugin::Host host)
      : log(host), health(hooks.serving), methods(std::move(table)),
        exchange(std::make_shared<Exchange>(std::move(settings), std::move(hooks), host)) {
    health.add_to(methods);
  }

  // Looks after what no event announces: readers that take nothing, claims that end, health.
  void watch();

  GrpcLog log;
  Health health;
  Methods methods;
  const std::shared_ptr<Exchange> exchange;
  std::vector<std::unique_ptr<Service>> services;
  std::unique_ptr<grpc::Server> server;
  int port = 0;

  std::mutex mutex;
  std::condition_variable wake;
  bool stopping = false;
  bool look_now = false;
  std::thread watcher;
};

void Server::State::watch() {
  const ServerSettings& settings = exchange->settings;
  const milliseconds tick(std::clamp(
      std::min(settings.stream_stall_ms, settings.stream_recheck_ms) / 4, kMinTickMs, kMaxTickMs));
  std::uint64_t rechecked_us = exchange->telemetry.monotonic_us();
  std::unique_lock lock(mutex);
  while (!stopping) {
    wake.wait_for(lock, tick, [this] { return stopping || look_now; });
    look_now = false;
    lock.unlock();
    const std::uint64_t now_us = exchange->telemetry.monotonic_us();
    const bool recheck = now_us >= rechecked_us + settings.stream_recheck_ms * 1000;
    if (recheck)
      rechecked_us = now_us;
    for (const auto& stream : exchange->streams()) {
      stream->check_reader(now_us);
      if (recheck)
        stream->check_claims();
    }
    health.refresh();
    lock.lock();
  }
}

Server::Server(ServerSettings settings, Methods methods, Hooks hooks, plugin::Host host)
    : state_(std::make_unique<State>(std::move(settings), std::move(methods), std::move(hooks),
                                     host)) {}

Server::~Server() {
  stop();
}

Status Server::start() {
  State& state = *state_;
  const ServerSettings& settings = state.exchange->settings;
  TENON_ASSIGN_OR_RETURN(
      const std::shared_ptr<grpc::ServerCredentials> credentials,
      make_credentials(settings, state.exchange->telemetry.wall_us() / 1'000'000));
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  grpc::ServerBuilder builder;
  configure(builder, settings);
  builder.AddListeningPort(settings.listen, credentials, &state.port);
  state.services = make_services(state.methods, state.exchange);
  for (const auto& service : state.services)
    builder.RegisterService(service.get());
  state.exchange->pool.start(thread_count(settings));
  state.server = builder.BuildAndStart();
  if (state.server == nullptr || state.port == 0) {
    stop();
    return unavailable("listen: nothing can be listened to on " + settings.listen +
                       "; is the address this machine's, and the port free? " +
                       state.log.last());
  }
  state.watcher = std::thread([&state] { state.watch(); });
  pthread_setname_np(state.watcher.native_handle(), "daml-api-watch");
  return {};
}

std::uint16_t Server::port() const {
  return static_cast<std::uint16_t>(state_->port);
}

void Server::health_changed() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->look_now = true;
  }
  state_->wake.notify_all();
}

std::int64_t Server::open_streams() const {
  return state_->exchange->telemetry.open_streams();
}

Status Server::drain(std::uint64_t deadline_ms) {
  Exchange& exchange = *state_->exchange;
  exchange.refuse_calls();
  for (const auto& stream : exchange.streams())
    stream->end(shutting_down());
  if (!exchange.wait_for_calls(deadline_ms))
    return {Code::kDeadlineExceeded, "calls of the Ledger API have not ended in time"};
  return {};
}

void Server::stop() {
  State& state = *state_;
  {
    const std::lock_guard lock(state.mutex);
    state.stopping = true;
  }
  state.wake.notify_all();
  if (state.watcher.joinable())
    state.watcher.join();
  if (state.server != nullptr) {
    state.exchange->refuse_calls();
    state.server->Shutdown(std::chrono::system_clock::now());
    state.server->Wait();
  }
  state.exchange->pool.stop();
  state.server.reset();
  state.services.clear();
}

} // namespace tenon::daml_api::rpc
