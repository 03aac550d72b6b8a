// The thread tags of the ABI, as the bridge asserts them in debug builds.
#include <catch2/catch.hpp>

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "bridge/store_client.hpp"
#include "bridge/thread_tag.hpp"

namespace tenon::host::bridge {
namespace {

template <typename... Arguments> std::int32_t unused(Arguments...) {
  return TENON_UNIMPLEMENTED;
}
template <typename... Arguments> void ignored(Arguments...) {}

// A store that does `inside`, once, in the middle of its next stage() or commit().
struct BusyStore {
  std::function<void()> inside;

  static std::int32_t work(tenon_instance* instance) {
    auto& self = *reinterpret_cast<BusyStore*>(instance);
    if (const auto act = std::exchange(self.inside, nullptr))
      act();
    return TENON_OK;
  }
  static std::int32_t stage(tenon_instance* instance, tenon_store_stage*, const tenon_store_write*,
                            std::uint64_t, tenon_store_roots*, tenon_store_stage**, tenon_status*) {
    return work(instance);
  }
  static std::int32_t commit(tenon_instance* instance, tenon_store_stage*, const tenon_store_block*,
                             std::uint32_t, tenon_status*) {
    return work(instance);
  }
  static const void* query(tenon_instance*, tenon_bytes) {
    static const tenon_store table = {
        sizeof(tenon_store), 0,     unused, unused,  unused, ignored, unused, unused,
        unused,              stage, commit, ignored, unused, unused, unused, unused, unused, unused,
        unused,              unused, unused, unused, unused, unused, unused, unused, unused, unused,
        unused,              unused};
    return &table;
  }
  std::unique_ptr<StoreClient> client() {
    tenon_plugin plugin{};
    plugin.query = query;
    auto made = StoreClient::make(plugin, reinterpret_cast<tenon_instance*>(this));
    REQUIRE(made.ok());
    return *std::move(made);
  }
};

// What a process of its own said on its error stream while it did `act`, and whether it aborted.
struct Ending {
  bool aborted = false;
  std::string said;
};

Ending in_child(const std::function<void()>& act) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    dup2(ends[1], STDERR_FILENO);
    close(ends[0]);
    act();
    _exit(0);
  }
  close(ends[1]);
  REQUIRE(child > 0);
  Ending ending;
  char buffer[512];
  for (ssize_t size = 0; (size = read(ends[0], buffer, sizeof buffer)) > 0;)
    ending.said.append(buffer, static_cast<std::size_t>(size));
  close(ends[0]);
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  ending.aborted = WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
  return ending;
}

} // namespace

TEST_CASE("thread tag: one function at a time is let in, and who is kept out learns which runs",
          "[host][bridge]") {
  ThreadTag tag("sequencer");
  CHECK(tag.enter("stage") == nullptr);
  REQUIRE(tag.enter("other") != nullptr);
  CHECK(tag.enter("other") == std::string("stage"));
  tag.leave();
  CHECK(tag.enter("other") == nullptr);
  CHECK(tag.enter("stage") == std::string("other"));
}

TEST_CASE("bridge: stages may follow each other and run beside a commit", "[host][bridge]") {
  BusyStore store;
  const auto client = store.client();
  for (int i = 0; i < 2; ++i)
    CHECK(client->stage(nullptr, {}).ok());
  const auto staged = client->stage(nullptr, {});
  REQUIRE(staged.ok());
  bool beside = false;
  store.inside = [&] { beside = client->stage(nullptr, {}).ok(); };
  CHECK(client->commit(**staged, {}, false).ok());
  CHECK(beside);
}

TEST_CASE("bridge: calls of one exclusive tag that overlap abort a debug build, and say which",
          "[host][bridge]") {
  BusyStore store;
  const auto client = store.client();
  const auto staged = client->stage(nullptr, {});
  REQUIRE(staged.ok());
  const Ending stages = in_child([&] {
    store.inside = [&] { static_cast<void>(client->stage(nullptr, {})); };
    static_cast<void>(client->stage(nullptr, {}));
  });
  CHECK(stages.aborted == kThreadTagsAsserted);
  const Ending commits = in_child([&] {
    store.inside = [&] { static_cast<void>(client->commit(**staged, {}, false)); };
    static_cast<void>(client->commit(**staged, {}, false));
  });
  CHECK(commits.aborted == kThreadTagsAsserted);
  if (kThreadTagsAsserted) {
    CHECK(stages.said.find("stage() was called while stage()") != std::string::npos);
    CHECK(stages.said.find("[sequencer]") != std::string::npos);
    CHECK(commits.said.find("commit() was called while commit()") != std::string::npos);
    CHECK(commits.said.find("[committer]") != std::string::npos);
  }
}

TEST_CASE("bridge: two instances have thread tags of their own", "[host][bridge]") {
  BusyStore first;
  BusyStore second;
  const auto one = first.client();
  const auto other = second.client();
  bool inside = false;
  first.inside = [&] { inside = other->stage(nullptr, {}).ok(); };
  CHECK(one->stage(nullptr, {}).ok());
  CHECK(inside);
}

} // namespace tenon::host::bridge
