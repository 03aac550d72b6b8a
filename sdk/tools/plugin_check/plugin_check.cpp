#include "plugin_check.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <cstring>

#include "kind_suites.hpp"
#include "loader/loader.hpp"
#include "node/config/schema.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::tool {

namespace {

using Clock = std::chrono::steady_clock;

std::string quoted(const std::string& word) {
  std::string result = "'";
  for (const char c : word)
    result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

std::string reproduce_line(const CheckOptions& options, const std::string& test) {
  return "tenon plugin check " + quoted(options.file.string()) + " --config-json " +
         quoted(options.config_json) + " --seed " + std::to_string(options.seed) + " --reproduce " +
         quoted(test);
}

// In the child: the test's word to the parent is the text in the pipe and the exit code.
[[noreturn]] void run_in_child(const testkit::NamedTest& test, int pipe) {
  Status status;
  try {
    status = test.run();
  } catch (const std::exception& error) {
    status = fault(std::string("an exception: ") + error.what());
  } catch (...) {
    status = fault("an exception of unknown type");
  }
  const std::string text = status.ok() ? "" : status.to_string().substr(0, 4096);
  const ssize_t written = write(pipe, text.data(), text.size());
  _exit(status.ok() && written >= 0 ? 0 : 1);
}

// Reads until the child closes its end; false when the time is over first.
bool read_until(int pipe, Clock::time_point deadline, std::string& text) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd watched{pipe, POLLIN, 0};
    if (left <= 0 || poll(&watched, 1, static_cast<int>(left)) == 0)
      return false;
    char buffer[1024];
    const ssize_t count = read(pipe, buffer, sizeof buffer);
    if (count == 0)
      return true;
    if (count > 0)
      text.append(buffer, static_cast<std::size_t>(count));
  }
}

CheckResult run_test(const testkit::NamedTest& test, const CheckOptions& options) {
  CheckResult result;
  result.test = test.name;
  result.reproduce = reproduce_line(options, test.name);
  int ends[2];
  if (pipe(ends) != 0) {
    result.message = std::string("no pipe: ") + std::strerror(errno);
    return result;
  }
  const auto began = Clock::now();
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    run_in_child(test, ends[1]);
  }
  close(ends[1]);
  const bool ended =
      child > 0 &&
      read_until(ends[0], began + std::chrono::milliseconds(options.timeout_ms), result.message);
  close(ends[0]);
  int status = 0;
  if (child > 0) {
    if (!ended)
      kill(child, SIGKILL);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  result.duration_ms = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count());
  if (!ended) {
    result.outcome = CheckOutcome::kHung;
    result.message = "no end within " + std::to_string(options.timeout_ms) + " ms";
  } else if (WIFSIGNALED(status)) {
    result.outcome = CheckOutcome::kCrashed;
    result.message = std::string("ended by signal ") + strsignal(WTERMSIG(status));
  } else {
    result.outcome = WEXITSTATUS(status) == 0 ? CheckOutcome::kPassed : CheckOutcome::kFailed;
  }
  return result;
}

// As a node would before it creates the plugin.
Status check_section(const std::string& config_json, const nlohmann::json& plugin_schema) {
  const auto parsed = host::config::Document::parse(config_json, "--config-json");
  if (const auto* const error = std::get_if<host::config::ConfigError>(&parsed))
    return host::config::to_status({*error});
  TENON_ASSIGN_OR_RETURN(const auto schema, host::config::Schema::compile(plugin_schema));
  const auto& document = std::get<host::config::Document>(parsed);
  const auto errors = schema.check(document.json(), document, nlohmann::json::json_pointer());
  return errors.empty() ? ok_status() : host::config::to_status(errors);
}

} // namespace

std::string_view outcome_name(CheckOutcome outcome) {
  switch (outcome) {
  case CheckOutcome::kPassed:
    return "passed";
  case CheckOutcome::kFailed:
    return "failed";
  case CheckOutcome::kCrashed:
    return "crashed";
  case CheckOutcome::kHung:
    break;
  }
  return "hung";
}

Result<std::vector<CheckResult>> check_plugin(const CheckOptions& options) {
  auto inspected = host::loader::inspect(options.file, {});
  if (!inspected.ok())
    return inspected.refusal().status();
  TENON_RETURN_IF_ERROR(
      check_section(options.config_json, inspected->descriptor.config_schema));
  const testkit::TemporaryFolder scratch; // the plugins' data of one check
  // Only a child ever gets here: the parent just takes the names of the tests.
  std::unique_ptr<Subject> subject;
  std::string folder = "unnamed";
  const SubjectSource source = [&]() -> Result<Subject*> {
    if (!subject) {
      auto again = host::loader::inspect(options.file, {});
      if (!again.ok())
        return again.refusal().status();
      auto loaded = host::loader::load(*std::move(again));
      if (!loaded.ok())
        return loaded.refusal().status();
      subject = std::make_unique<Subject>(*std::move(loaded), options.config_json,
                                          scratch.path() / folder);
    }
    return subject.get();
  };
  std::vector<CheckResult> results;
  for (const auto& test : kind_suite(inspected->descriptor.kind, source, options.seed)) {
    if (!options.only.empty() && test.name != options.only)
      continue;
    folder = std::to_string(results.size());
    results.push_back(run_test(test, options));
  }
  if (results.empty())
    return not_found("there is no test called \"" + options.only + "\"");
  return results;
}

} // namespace tenon::tool
