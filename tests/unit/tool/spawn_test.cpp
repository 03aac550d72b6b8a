#include "tenon/spawn.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace tenon;
using tenon::tool::Program;

TEST_CASE("tool: a program that is run instead has the words, and its exit code is passed on",
          "[tool]") {
  const Program program = {"/bin/sh", {"-c", "exit \"$1\"", "sh", "6"}};
  const pid_t process = fork();
  if (process == 0) {
    (void)tool::run_instead(program);
    _exit(125);
  }
  REQUIRE(process > 0);
  int wait_status = 0;
  REQUIRE(waitpid(process, &wait_status, 0) == process);
  CHECK(tool::exit_code(wait_status) == 6);
}

TEST_CASE("tool: a program that is not there is told by its name", "[tool]") {
  const Status status = tool::run_instead({"/nowhere/tenon-daml", {"inspect"}});
  CHECK(status.code() == Code::kNotFound);
  CHECK(status.message().find("/nowhere/tenon-daml cannot be run") == 0);
}
