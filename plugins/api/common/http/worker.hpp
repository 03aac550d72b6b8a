// One thread with its event loop and the sessions that live on it. Sessions are touched on this
// thread only. Owned by the server.
#pragma once

#include <memory>
#include <set>
#include <thread>

#include "common/http/application.hpp"
#include "common/http/beast.hpp"
#include "common/http/settings.hpp"
#include "common/http/telemetry.hpp"

namespace tenon::api::http {

// A connection or a stream, as the worker sees it.
class Session {
public:
  virtual ~Session() = default;
  // Finish what is under way, take nothing new.
  virtual void drain() = 0;
  // Cut the connection.
  virtual void abort() = 0;
  // There may be more to stream.
  virtual void head_moved() = 0;
};

class Worker {
public:
  Worker(Application& application_in, const ServerLimits& limits_in, Telemetry& telemetry_in)
      : application(application_in), limits(limits_in), telemetry(telemetry_in),
        context(std::make_shared<asio::io_context>(1)), work(context->get_executor()) {}

  void add(Session* session) {
    sessions.insert(session);
    if (stopping)
      session->abort();
  }
  void remove(Session* session) { sessions.erase(session); }

  Application& application;
  const ServerLimits& limits;
  Telemetry& telemetry;
  // Shared with answers under way: a late one finds a loop that runs no more, but is there.
  const std::shared_ptr<asio::io_context> context;
  // Keeps the loop running while there is nothing to do; let go of to end it.
  asio::executor_work_guard<asio::io_context::executor_type> work;
  std::set<Session*> sessions;
  bool draining = false;
  bool stopping = false;
  std::thread thread;
};

// Registers a session while it lives.
class Registration {
public:
  Registration(Worker& worker, Session* session) : worker_(worker), session_(session) {
    worker_.add(session_);
  }
  ~Registration() { worker_.remove(session_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

private:
  Worker& worker_;
  Session* session_;
};

// Serve a connection that was accepted, until it ends.
void serve_plain(Worker& worker, tcp::socket socket);
void serve_tls(Worker& worker, tcp::socket socket, asio::ssl::context& tls);

} // namespace tenon::api::http
