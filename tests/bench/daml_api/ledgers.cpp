#include "ledgers.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <cerrno>

#include "common/free_port.hpp"
#include "tenon/files.hpp"
#include "tenon/solo_node.hpp"
#include "tenon/spawn.hpp"

namespace tenon::bench {
namespace {

using tool::Json;

constexpr std::uint64_t kFetchTimeoutMs = 600'000;

constexpr const char* kMavenProject = R"(<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>tenon</groupId><artifactId>bench-peer</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>com.daml</groupId><artifactId>sandbox_2.13</artifactId><version>1.13.1</version>
  </dependency></dependencies>
</project>
)";

// Without it the sandbox logs every step of every library, which costs more than the steps.
constexpr const char* kLogSettings = R"(<configuration>
  <appender name="OUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d %level %logger - %msg%n</pattern></encoder>
  </appender>
  <root level="WARN"><appender-ref ref="OUT"/></root>
</configuration>
)";

tool::Program program(std::vector<std::string> words) {
  return {"/usr/bin/env", std::move(words)};
}

} // namespace

Result<NodeUnderTest> NodeUnderTest::start(const std::filesystem::path& folder) {
  TENON_ASSIGN_OR_RETURN(auto shipped, tool::default_config());
  shipped.replace_filename("solo-open.json");
  TENON_ASSIGN_OR_RETURN(const std::string text, tool::read_file(shipped));
  TENON_ASSIGN_OR_RETURN(Json config, tool::parse_json(text, shipped.string()));
  TENON_ASSIGN_OR_RETURN(const std::uint16_t port, free_port());
  TENON_ASSIGN_OR_RETURN(const std::uint16_t json_port, free_port());
  TENON_ASSIGN_OR_RETURN(const std::uint16_t admin_port, free_port());
  const auto on = [](std::uint16_t number) { return "127.0.0.1:" + std::to_string(number); };
  config["plugin_path"] = {(tool::installation() / "lib/tenon/plugins").string()};
  config["admin"]["listen"] = on(admin_port);
  Json& api = config["apis"][0]["config"];
  api["grpc"]["listen"] = on(port);
  api["json"]["listen"] = on(json_port);
  TENON_RETURN_IF_ERROR(tool::write_file(folder / "node.json", config.dump(2)));
  tool::ChildNode::Settings settings;
  settings.program = tool::installation() / "bin" / "tenond";
  settings.arguments = {"--config", (folder / "node.json").string(), "--data-dir",
                        (folder / "data").string()};
  settings.log_file = folder / "tenond.log";
  settings.ready_url = "http://" + on(admin_port) + "/readyz";
  TENON_ASSIGN_OR_RETURN(auto node, tool::ChildNode::start(settings));
  return NodeUnderTest(std::move(node), port);
}

Result<Sandbox> Sandbox::start(const std::filesystem::path& folder, const Progress& progress) {
  TENON_RETURN_IF_ERROR(tool::write_file(folder / "pom.xml", kMavenProject));
  TENON_RETURN_IF_ERROR(tool::write_file(folder / "logback.xml", kLogSettings));
  progress("sandbox: Maven fetches it where it is not there yet ...");
  const auto classes = folder / "class-path";
  TENON_RETURN_IF_ERROR(
      tool::output_of(program({"mvn", "-B", "-q", "-f", (folder / "pom.xml").string(),
                               "dependency:build-classpath",
                               "-Dmdep.outputFile=" + classes.string()}),
                      kFetchTimeoutMs)
          .status()
          .with_context("Maven cannot fetch com.daml:sandbox_2.13:1.13.1"));
  TENON_ASSIGN_OR_RETURN(const std::string class_path, tool::read_file(classes));
  TENON_ASSIGN_OR_RETURN(const std::uint16_t port, free_port());
  const std::vector<std::string> words = {
      "java", "-Dlogback.configurationFile=" + (folder / "logback.xml").string(),
      "-cp",  class_path, "com.daml.platform.sandboxnext.Main",
      "--address", "127.0.0.1", "--port", std::to_string(port)};
  TENON_ASSIGN_OR_RETURN(
      const pid_t process,
      tool::spawn(program(words), folder / "sandbox.log", tool::Lifetime::kOfTool));
  return Sandbox(process, port);
}

Sandbox::~Sandbox() {
  if (process_ <= 0)
    return;
  kill(process_, SIGTERM);
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

} // namespace tenon::bench
