// Who is told what of a command, and that nobody is told twice.
#include <catch2/catch.hpp>

#include "pipeline/completion_table.hpp"
#include "pipeline/outcome.hpp"

namespace tenon::host::pipeline {
namespace {

Hash hash_of(std::uint8_t number) {
  Hash hash;
  hash.bytes[0] = number;
  return hash;
}

struct Caller {
  int told = 0;
  CompletionTable::Ticket ticket;
  CompletionTable::Join join(CompletionTable& table, const Hash& command) {
    CompletionTable::Done done = [this](const v1::Completion&) { ++told; };
    return table.join(command, hash_of(9), done, ticket);
  }
};

TEST_CASE("completions: one who was told of a halt is not refused as well", "[pipeline][fault]") {
  CompletionTable table(8);
  const Hash command = hash_of(1);
  Caller first;
  REQUIRE(first.join(table, command) == CompletionTable::Join::kNew);
  table.fail_all(fault("the disk is gone"));
  CHECK(first.told == 1);
  CHECK_FALSE(table.refuse(first.ticket, fault("the disk is gone")));
  CHECK(first.told == 1);
}

TEST_CASE("completions: an old ticket does not touch the entry of one who came later",
          "[pipeline][fault]") {
  CompletionTable table(8);
  const Hash command = hash_of(1);
  Caller first;
  Caller second;
  REQUIRE(first.join(table, command) == CompletionTable::Join::kNew);
  table.fail_all(fault("the disk is gone"));
  REQUIRE(second.join(table, command) == CompletionTable::Join::kNew);
  CHECK_FALSE(table.refuse(first.ticket, unavailable("later")));
  table.name(first.ticket, hash_of(2), 0);
  CHECK_FALSE(table.complete(hash_of(2), {}));
  table.complete_command(first.ticket, {});
  CHECK(second.told == 0);
  table.name(second.ticket, hash_of(3), 0);
  CHECK(table.complete(hash_of(3), {}));
  CHECK(second.told == 1);
  CHECK(first.told == 1);
  CHECK(table.size() == 0);
}

TEST_CASE("completions: the first of those refused learns it from its call, the others are told",
          "[pipeline]") {
  CompletionTable table(8);
  const Hash command = hash_of(1);
  Caller first;
  Caller second;
  REQUIRE(first.join(table, command) == CompletionTable::Join::kNew);
  REQUIRE(second.join(table, command) == CompletionTable::Join::kJoined);
  CHECK(table.refuse(first.ticket, unavailable("full")));
  CHECK(first.told == 0);
  CHECK(second.told == 1);
}

TEST_CASE("completions: so many may wait for one command, and no more", "[pipeline]") {
  CompletionTable table(8);
  const Hash command = hash_of(1);
  std::vector<Caller> callers(CompletionTable::kMaxCallersPerCommand);
  for (Caller& caller : callers)
    REQUIRE(caller.join(table, command) <= CompletionTable::Join::kJoined);
  Caller late;
  CHECK(late.join(table, command) == CompletionTable::Join::kTooManyCallers);
  Caller of_another;
  CHECK(of_another.join(table, hash_of(2)) == CompletionTable::Join::kNew);
  table.complete_command(callers[0].ticket, {});
  for (const Caller& caller : callers)
    CHECK(caller.told == 1);
  CHECK(late.told == 0);
  CHECK(late.join(table, command) == CompletionTable::Join::kNew);
}

TEST_CASE("outcome: a message that is not UTF-8 can still be read from its block", "[pipeline]") {
  v1::Outcome outcome;
  fill_outcome(not_found("UNKNOWN_INSTANCE: \xff is no \"\xc3\xa4\""), outcome);
  v1::Outcome again;
  REQUIRE(again.ParseFromString(outcome.SerializeAsString()));
  CHECK(again.message() == "? is no \"?\?\"");
  CHECK(failed_completion(not_found("\xff")).message() == "?");
  fill_outcome(not_found("\xc3\xa4"), outcome);
  CHECK(outcome.message() == "\xc3\xa4");
}

} // namespace
} // namespace tenon::host::pipeline
