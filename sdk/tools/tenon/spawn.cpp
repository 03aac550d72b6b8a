#include "spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "files.hpp"

namespace tenon::tool {
namespace {

constexpr std::size_t kMaxOutputBytes = 1u << 20;

// argv, whose strings live as long as this.
class Arguments {
public:
  explicit Arguments(const Program& program) : words_(program.arguments) {
    words_.insert(words_.begin(), program.file.string());
    for (std::string& word : words_)
      pointers_.push_back(word.data());
    pointers_.push_back(nullptr);
  }
  Arguments(const Arguments&) = delete;
  Arguments& operator=(const Arguments&) = delete;
  [[nodiscard]] char* const* get() const { return pointers_.data(); }

private:
  std::vector<std::string> words_;
  std::vector<char*> pointers_;
};

struct Streams {
  int output;
  int errors;
};

// In the child, after fork: only async-signal-safe calls.
[[noreturn]] void become(char* const* arguments, Streams streams, Lifetime lifetime, pid_t parent) {
  if (lifetime == Lifetime::kOfTool) {
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
      _exit(125);
    setpgid(0, 0); // Ctrl-C reaches the tool, which then drains the node
  } else {
    setsid();
  }
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  dup2(nothing, STDIN_FILENO);
  dup2(streams.output, STDOUT_FILENO);
  dup2(streams.errors, STDERR_FILENO);
  execv(arguments[0], arguments);
  _exit(127);
}

Result<pid_t> fork_program(const Program& program, Streams streams, Lifetime lifetime) {
  const Arguments arguments(program);
  const pid_t parent = getpid();
  const pid_t process = fork();
  if (process == 0)
    become(arguments.get(), streams, lifetime, parent);
  if (process < 0)
    return fault(std::string("fork failed: ") + std::strerror(errno));
  return process;
}

// Two pipes read until both have ended or the time is over.
class Pipes {
public:
  Pipes() : made_(pipe2(output_.data(), O_CLOEXEC) == 0 && pipe2(errors_.data(), O_CLOEXEC) == 0) {}
  Pipes(const Pipes&) = delete;
  Pipes& operator=(const Pipes&) = delete;
  ~Pipes() {
    for (const int end : {output_[0], output_[1], errors_[0], errors_[1]})
      close(end);
  }
  [[nodiscard]] bool made() const { return made_; }
  [[nodiscard]] Streams writing() const { return {output_[1], errors_[1]}; }

  // False: the time was over before, or there was too much.
  bool read_all(std::uint64_t timeout_ms, std::string& output, std::string& errors) {
    close(std::exchange(output_[1], -1));
    close(std::exchange(errors_[1], -1));
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
    std::array<pollfd, 2> ends = {pollfd{output_[0], POLLIN, 0}, pollfd{errors_[0], POLLIN, 0}};
    const std::array<std::string*, 2> texts = {&output, &errors};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0)
        return false;
      if (poll(ends.data(), ends.size(), static_cast<int>(left.count())) < 0 && errno != EINTR)
        return false;
      for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i].revents != 0 && !read_some(ends[i].fd, *texts[i]))
          ends[i].fd = -1; // poll passes over it
        if (texts[i]->size() > kMaxOutputBytes)
          return false;
      }
    }
    return true;
  }

private:
  static bool read_some(int end, std::string& text) {
    std::array<char, 4096> buffer;
    const ssize_t count = read(end, buffer.data(), buffer.size());
    if (count > 0)
      text.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && errno == EINTR);
  }

  std::array<int, 2> output_ = {-1, -1};
  std::array<int, 2> errors_ = {-1, -1};
  bool made_;
};

} // namespace

int exit_code(int wait_status) {
  return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : 128 + WTERMSIG(wait_status);
}

Result<pid_t> spawn(const Program& program, const std::filesystem::path& log_file,
                    Lifetime lifetime) {
  std::error_code error;
  std::filesystem::create_directories(log_file.parent_path(), error);
  const int log = open(log_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (log < 0) {
    return failed_precondition(log_file.string() + " cannot be written: " + std::strerror(errno));
  }
  auto process = fork_program(program, {log, log}, lifetime);
  close(log);
  return process;
}

Result<std::string> output_of(const Program& program, std::uint64_t timeout_ms) {
  Pipes pipes;
  if (!pipes.made())
    return fault(std::string("no pipe can be made: ") + std::strerror(errno));
  TENON_ASSIGN_OR_RETURN(const pid_t process,
                         fork_program(program, pipes.writing(), Lifetime::kOfTool));
  std::string output;
  std::string errors;
  const bool ended = pipes.read_all(timeout_ms, output, errors);
  if (!ended)
    kill(process, SIGKILL);
  int wait_status = 0;
  while (waitpid(process, &wait_status, 0) < 0 && errno == EINTR) {
  }
  const std::string name = program.file.string();
  if (!ended) {
    return failed_precondition(name + " did not answer within " +
                               std::to_string(timeout_ms / 1000) + " s, or answered too much:\n" +
                               errors);
  }
  if (const int code = exit_code(wait_status); code != 0)
    return failed_precondition(name + " ended with exit code " + std::to_string(code) + ":\n" +
                               errors);
  return output;
}

Status run_instead(const Program& program) {
  const Arguments arguments(program);
  execv(arguments.get()[0], arguments.get());
  return not_found(program.file.string() + " cannot be run: " + std::strerror(errno));
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

} // namespace tenon::tool
