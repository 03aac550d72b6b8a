#include "tenon/dev_network.hpp"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>

#include "tenon/spawn.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using namespace tenon::tool;
using testkit::TemporaryFolder;

namespace {

void add_node(const std::filesystem::path& network, const std::string& name,
              const std::string& rest, const std::string& role = "replica") {
  std::filesystem::create_directory(network / name);
  std::ofstream(network / name / "node.json")
      << Json{{"node", {{"name", name}, {"role", role}}},
              {"admin", {{"listen", "127.0.0.1:1"}}},
              {"apis", {{{"plugin", "rest"}, {"config", {{"listen", rest}}}}}}};
}

// A node whose process is one that waits for a signal.
DevNode sleeping_node(const std::filesystem::path& folder) {
  DevNode node;
  node.name = "replica-1";
  node.folder = folder;
  node.addresses.admin_url = "http://127.0.0.1:1";
  return node;
}

// As a start notes it: the number and when it began, in the kernel's ticks.
void note_process(const DevNode& node, pid_t process) {
  std::ifstream stat("/proc/" + std::to_string(process) + "/stat");
  std::string word;
  for (int i = 0; i < 22; ++i)
    stat >> word;
  std::ofstream(node.pid()) << process << " " << word << "\n";
}

} // namespace

TEST_CASE("dev: the nodes of a folder are found in the order of their numbers", "[tool]") {
  const TemporaryFolder folder;
  CHECK(find_dev_nodes(folder.path()).status().code() == Code::kNotFound);
  CHECK(find_dev_nodes(folder.path() / "none").status().code() == Code::kNotFound);
  add_node(folder.path(), "replica-10", "127.0.0.1:3");
  add_node(folder.path(), "replica-9", "127.0.0.1:2");
  std::filesystem::create_directory(folder.path() / "operators");
  const auto nodes = find_dev_nodes(folder.path());
  INFO(nodes.status().message());
  REQUIRE(nodes.ok());
  REQUIRE(nodes->size() == 2);
  CHECK((*nodes)[0].name == "replica-9");
  CHECK((*nodes)[0].addresses.url == "http://127.0.0.1:2");
  CHECK((*nodes)[0].addresses.admin_url == "http://127.0.0.1:1");
  CHECK((*nodes)[1].name == "replica-10");

  CHECK(choose_dev_node(*nodes, "replica-10")->name == "replica-10");
  CHECK(choose_dev_node(*nodes, "1")->name == "replica-9");
  add_node(folder.path(), "client-1", "127.0.0.1:4", "client");
  const auto with_client = find_dev_nodes(folder.path());
  REQUIRE(with_client->size() == 3);
  CHECK((*with_client)[2].name == "client-1");
  CHECK((*with_client)[2].is_client());
  CHECK_FALSE((*with_client)[0].is_client());
  CHECK(choose_dev_node(*with_client, "3")->name == "client-1");
  for (const char* const word : {"0", "3", "replica-8", ""})
    CHECK(choose_dev_node(*nodes, word).status().code() == Code::kInvalidArgument);
  CHECK(choose_dev_node(*nodes, "replic-10")
            .status()
            .message()
            .find("did you mean \"replica-10\"?") != std::string::npos);
}

TEST_CASE("dev: a node's process is known by its number and its beginning", "[tool]") {
  const TemporaryFolder folder;
  const DevNode node = sleeping_node(folder.path());
  CHECK(state_of(node) == DevState::kStopped);
  const auto process = spawn({"/bin/sleep", {"1000"}}, node.log(), Lifetime::kOwn);
  REQUIRE(process.ok());
  note_process(node, *process);
  CHECK(process_of(node) == *process);
  CHECK(state_of(node) == DevState::kRunning);
  CHECK(signal_dev_node(node, SIGKILL));
  CHECK(await_end(node, 30'000).ok());
  CHECK(state_of(node) == DevState::kStopped);
  CHECK_FALSE(signal_dev_node(node, SIGKILL));
  // Another process with the number of one that has ended.
  std::ofstream(node.pid()) << getpid() << " 1\n";
  CHECK(state_of(node) == DevState::kEnded);
}

TEST_CASE("dev: a node that ignores its end is told of with its last words", "[tool]") {
  const TemporaryFolder folder;
  const DevNode node = sleeping_node(folder.path());
  const auto process =
      spawn({"/bin/sh", {"-c", "echo still here; exec sleep 1000"}}, node.log(), Lifetime::kOwn);
  REQUIRE(process.ok());
  note_process(node, *process);
  const Status status = await_end(node, 0);
  CHECK(status.code() == Code::kDeadlineExceeded);
  CHECK(status.message().find("replica-1 (process " + std::to_string(*process) + ") goes on") !=
        std::string::npos);
  CHECK(signal_dev_node(node, SIGKILL));
  CHECK(await_end(node, 30'000).ok());
}

TEST_CASE("dev: a node that ends before it is ready is a failure that quotes its log", "[tool]") {
  const TemporaryFolder folder;
  const DevNode node = sleeping_node(folder.path());
  std::ofstream(node.log()) << "the port is in use\n";
  const Status status = await_ready(Session(), {node}, 60'000);
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message() == "replica-1 ended before it was ready:\nthe port is in use\n");
}

TEST_CASE("dev: a program's output is its answer, its failure is quoted", "[tool]") {
  const auto said = output_of({"/bin/sh", {"-c", "echo answer; echo noise >&2"}}, 30'000);
  REQUIRE(said.ok());
  CHECK(*said == "answer\n");
  const auto failed = output_of({"/bin/sh", {"-c", "echo lost >&2; exit 7"}}, 30'000);
  REQUIRE_FALSE(failed.ok());
  CHECK(failed.status().message() == "/bin/sh ended with exit code 7:\nlost\n");
  const auto slow = output_of({"/bin/sleep", {"1000"}}, 20);
  REQUIRE_FALSE(slow.ok());
  CHECK(slow.status().message().find("did not answer within") != std::string::npos);
  CHECK_FALSE(output_of({"/nowhere/program", {}}, 30'000).ok());
}
