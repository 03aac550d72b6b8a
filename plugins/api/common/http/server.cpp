#include "common/http/server.hpp"

#include <algorithm>
#include <condition_variable>

#include "common/http/tls_context.hpp"
#include "common/http/worker.hpp"

namespace tenon::api::http {

namespace {

using Clock = std::chrono::steady_clock;

constexpr unsigned kMaxDefaultThreads = 4;
constexpr auto kDrainPoll = std::chrono::milliseconds(10);

unsigned thread_count(const ServerSettings& settings) {
  if (settings.threads != 0)
    return settings.threads;
  return std::clamp(std::thread::hardware_concurrency(), 2U, kMaxDefaultThreads);
}

const char* tls_name(const ServerSettings& settings) {
  return settings.minimum_tls == TlsVersion::k13 ? " with TLS 1.3" : " with TLS 1.2 or 1.3";
}

Status listen_failure(const ServerSettings& settings, const ErrorCode& error) {
  const bool in_use = error == asio::error::address_in_use;
  return unavailable(
      "listen: " + settings.listen + ": " + error.message() +
      (in_use ? "; another process listens there: stop it, or choose another port" : ""));
}

} // namespace

struct Server::State {
  State(Application& application_in, const ServerSettings& settings_in, Telemetry& telemetry_in)
      : application(application_in), settings(settings_in), telemetry(telemetry_in) {}

  Application& application;
  const ServerSettings& settings;
  Telemetry& telemetry;
  std::unique_ptr<asio::ssl::context> tls;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<tcp::acceptor> acceptor; // on the first worker
  std::unique_ptr<Application::Watch> watch;
  std::uint16_t port = 0;
  std::size_t next_worker = 0;
  bool running = false;

  [[nodiscard]] Status listen();
  asio::awaitable<void> accept();
  void close_acceptor();
  template <typename Task> void on_all_workers(Task task);
};

Status Server::State::listen() {
  TENON_ASSIGN_OR_RETURN(const Endpoint address, parse_address(settings.listen));
  asio::io_context& context = *workers.front()->context;
  ErrorCode error;
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  const auto ip = asio::ip::make_address(host, error);
  if (error)
    return invalid_argument("listen: " + address.host + ": expected an IP address or localhost");
  const tcp::endpoint endpoint(ip, address.port);
  acceptor = std::make_unique<tcp::acceptor>(context);
  static_cast<void>(acceptor->open(endpoint.protocol(), error));
  if (!error)
    static_cast<void>(acceptor->set_option(tcp::acceptor::reuse_address(true), error));
  if (!error)
    static_cast<void>(acceptor->bind(endpoint, error));
  if (!error)
    static_cast<void>(acceptor->listen(tcp::acceptor::max_listen_connections, error));
  if (error)
    return listen_failure(settings, error);
  port = acceptor->local_endpoint(error).port();
  return {};
}

asio::awaitable<void> Server::State::accept() {
  while (acceptor->is_open()) {
    // The socket is made on the loop that will serve it.
    Worker& worker = *workers[next_worker++ % workers.size()];
    auto [error, socket] = co_await acceptor->async_accept(*worker.context, kAwait);
    if (error == asio::error::operation_aborted || !acceptor->is_open())
      co_return;
    if (error) {
      // Out of descriptors, most likely: wait for some to be freed.
      telemetry.log(plugin::LogLevel::kWarn,
                    "a connection could not be accepted: " + error.message());
      asio::steady_timer pause(*workers.front()->context, std::chrono::milliseconds(100));
      co_await pause.async_wait(kAwait);
      continue;
    }
    const auto limit = static_cast<std::int64_t>(settings.limits.connections);
    if (telemetry.open_connections() >= limit) {
      telemetry.refused_connection();
      continue; // closes it
    }
    asio::dispatch(*worker.context, [this, &worker, socket = std::move(socket)]() mutable {
      ErrorCode ignored;
      static_cast<void>(socket.set_option(tcp::no_delay(true), ignored));
      if (worker.draining)
        return; // closes it
      if (tls != nullptr)
        serve_tls(worker, std::move(socket), *tls);
      else
        serve_plain(worker, std::move(socket));
    });
  }
}

void Server::State::close_acceptor() {
  asio::post(*workers.front()->context, [this] {
    ErrorCode ignored;
    static_cast<void>(acceptor->close(ignored));
  });
}

template <typename Task> void Server::State::on_all_workers(Task task) {
  for (const auto& worker : workers)
    asio::post(*worker->context, [task, &worker = *worker] { task(worker); });
}

Server::Server(Application& application, const ServerSettings& settings, Telemetry& telemetry)
    : state_(std::make_unique<State>(application, settings, telemetry)) {}

Server::~Server() {
  stop();
}

Status Server::start() {
  State& state = *state_;
  const ServerSettings& settings = state.settings;
  for (unsigned i = 0; i < thread_count(settings); ++i)
    state.workers.push_back(
        std::make_unique<Worker>(state.application, settings.limits, state.telemetry));
  TENON_ASSIGN_OR_RETURN(state.tls, load_tls(settings, state.application.now_s()));
  TENON_RETURN_IF_ERROR(state.listen());
  auto watch = state.application.watch([&state] {
    state.on_all_workers([](Worker& worker) {
      for (Session* const session : worker.sessions)
        session->head_moved();
    });
  });
  if (!watch.ok())
    return watch.status();
  state.watch = std::move(*watch);
  asio::co_spawn(*state.workers.front()->context, state.accept(), asio::detached);
  state.running = true;
  for (const auto& worker : state.workers) {
    worker->thread = std::thread([context = worker->context] { context->run(); });
  }
  state.telemetry.log(
      plugin::LogLevel::kInfo,
      std::string("listening on ") + (settings.tls() ? "https://" : "http://") + settings.listen +
          (settings.tls() ? tls_name(settings) : ", without TLS and so for this machine only"));
  return {};
}

std::uint16_t Server::port() const {
  return state_->port;
}

Status Server::drain(std::uint64_t deadline_ms) {
  State& state = *state_;
  if (!state.running)
    return {};
  state.close_acceptor();
  state.on_all_workers([](Worker& worker) {
    worker.draining = true;
    for (Session* const session : worker.sessions)
      session->drain();
  });
  const auto deadline = Clock::now() + std::chrono::milliseconds(deadline_ms);
  while (state.telemetry.open_connections() > 0) {
    if (Clock::now() >= deadline) {
      return {Code::kDeadlineExceeded, std::to_string(state.telemetry.open_connections()) +
                                           " connections have not ended in time"};
    }
    std::this_thread::sleep_for(kDrainPoll);
  }
  return {};
}

void Server::stop() {
  State& state = *state_;
  state.watch.reset();
  if (!state.running)
    return;
  state.running = false;
  state.close_acceptor();
  // Every connection ends by itself once it is cut, and then its loop has no work left; nothing is
  // torn down under a coroutine that still runs.
  state.on_all_workers([](Worker& worker) {
    worker.draining = true;
    worker.stopping = true;
    for (Session* const session : worker.sessions)
      session->abort();
    worker.work.reset();
  });
  for (const auto& worker : state.workers)
    worker->thread.join();
  state.acceptor.reset();
  state.workers.clear();
}

} // namespace tenon::api::http
