#include "child_node.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "http_client.hpp"
#include "spawn.hpp"

namespace tenon::tool {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(10);

} // namespace

Result<ChildNode> ChildNode::start(const Settings& settings) {
  HttpClient http;
  HttpRequest request;
  request.url = settings.ready_url;
  request.timeout_ms = 2000;
  if (http.send(request).ok()) {
    return failed_precondition("something answers at " + request.url +
                               " already: expected a free port; end the other node or choose "
                               "another admin.listen");
  }
  TENON_ASSIGN_OR_RETURN(const pid_t process, spawn({settings.program, settings.arguments},
                                                    settings.log_file, Lifetime::kOfTool));
  ChildNode node(process);
  const auto deadline =
      std::chrono::steady_clock::now() + std::chrono::milliseconds(settings.timeout_ms);
  while (std::chrono::steady_clock::now() < deadline) {
    int wait_status = 0;
    if (waitpid(process, &wait_status, WNOHANG) == process) {
      node.process_ = 0;
      return failed_precondition("the node ended with exit code " +
                                 std::to_string(exit_code(wait_status)) +
                                 " before it was ready:\n" + last_lines(settings.log_file, 2000));
    }
    auto answer = http.send(request);
    if (answer.ok() && answer->status == 200)
      return node;
    std::this_thread::sleep_for(kPollInterval);
  }
  return failed_precondition("the node was not ready after " +
                             std::to_string(settings.timeout_ms / 1000) + " s:\n" +
                             last_lines(settings.log_file, 2000));
}

int ChildNode::stop() {
  if (process_ <= 0)
    return 0;
  kill(process_, SIGTERM);
  int wait_status = 0;
  while (waitpid(process_, &wait_status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return exit_code(wait_status);
}

bool ChildNode::wait(const volatile bool& interrupted) {
  while (!interrupted) {
    int wait_status = 0;
    if (waitpid(process_, &wait_status, WNOHANG) == process_) {
      process_ = 0;
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

} // namespace tenon::tool
