#include "submission/rejection.hpp"

#include <catch2/catch.hpp>

#include "tenon/core/status.hpp"

using namespace tenon;
using namespace tenon::daml_api;

namespace {

const ChangeId kChange{"app", "command", {"Alice", "Bob"}};

Failure rejected(Code code, std::string reason, std::string message, bool fault = false) {
  return rejection_failure(
      {static_cast<std::uint32_t>(code), std::move(reason), std::move(message), fault}, kChange);
}

} // namespace

TEST_CASE("rejection: a published reason keeps its meaning", "[daml_api][submission]") {
  const Failure failure =
      rejected(Code::kFailedPrecondition, "INCONSISTENT_CONTRACTS", "contract 00 is archived");
  REQUIRE(failure.code().id == "INCONSISTENT_CONTRACTS");
  REQUIRE(failure.cause() == "contract 00 is archived");
  REQUIRE(failure.metadata().empty());
}

TEST_CASE("rejection: a duplicate says of which command, and where that was accepted",
          "[daml_api][submission]") {
  const Failure failure =
      rejected(Code::kAlreadyExists, "DUPLICATE_COMMAND", "it was accepted at offset 16777217");
  REQUIRE(failure.code().id == "DUPLICATE_COMMAND");
  REQUIRE(failure.metadata().at("completion_offset") == "0000000001000001");
  REQUIRE(failure.metadata().at("changeId") == "ChangeId(app,command,Set(Alice, Bob))");
  const Failure without = rejected(Code::kAlreadyExists, "DUPLICATE_COMMAND", "it is under way");
  REQUIRE(without.metadata().count("completion_offset") == 0);
  REQUIRE(without.metadata().count("changeId") == 1);
}

TEST_CASE("rejection: a node's own failure is an internal error", "[daml_api][submission]") {
  const Failure failure = rejected(Code::kInternal, "", "the disk is gone", true);
  REQUIRE(failure.code().category == Category::kSystemInternalAssumptionViolated);
}

TEST_CASE("rejection: the ledger's name of a command has both ids in it",
          "[daml_api][submission]") {
  REQUIRE(ledger_command_id({"a|b", "c", {}}) == "a|b|c");
}
