#include "child_node.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "files.hpp"
#include "http_client.hpp"

namespace tenon::tool {
namespace {

constexpr auto kPollInterval = std::chrono::milliseconds(10);

int exit_code(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

// In the child, after fork: only async-signal-safe calls.
[[noreturn]] void become_node(const char* program, char* const* arguments, int log, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(125);
  setpgid(0, 0); // Ctrl-C reaches the tool, which then drains the node
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(log, STDOUT_FILENO);
  dup2(log, STDERR_FILENO);
  execv(program, arguments);
  _exit(127);
}

std::string last_lines(const std::filesystem::path& file, std::size_t limit_bytes) {
  auto content = read_file(file);
  if (!content.ok() || content->empty())
    return "(it printed nothing)";
  if (content->size() <= limit_bytes)
    return *content;
  const std::size_t line = content->find('\n', content->size() - limit_bytes);
  return content->substr(line == std::string::npos ? content->size() - limit_bytes : line + 1);
}

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
  std::error_code error;
  std::filesystem::create_directories(settings.log_file.parent_path(), error);
  const int log = open(settings.log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (log < 0) {
    return failed_precondition(settings.log_file.string() +
                               " cannot be written: " + std::strerror(errno));
  }
  std::vector<std::string> words = settings.arguments;
  words.insert(words.begin(), settings.program.string());
  std::vector<char*> pointers;
  for (std::string& word : words)
    pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process == 0)
    become_node(settings.program.c_str(), pointers.data(), log, parent);
  close(log);
  if (process < 0)
    return fault(std::string("fork failed: ") + std::strerror(errno));

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
