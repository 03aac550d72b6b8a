#include "submission/command_validator.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "submission_kit.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/daml/v1/value.pb.h"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;
using EngineCommand = daml::engine::v1::Command;

namespace {

struct Case {
  std::string what;
  std::function<void(lapi::Commands&)> spoil;
  std::string id;
  std::string says; // in the cause; of MISSING_FIELD the field
};

void check(const std::vector<Case>& cases) {
  for (const Case& tried : cases) {
    INFO(tried.what);
    lapi::Commands commands = all_commands();
    tried.spoil(commands);
    const auto answer = validate_commands(commands, rules(), kNowUs);
    REQUIRE_FALSE(answer.ok());
    CHECK(answer.failure().code().id == tried.id);
    CHECK(answer.failure().cause().find(tried.says) != std::string::npos);
    if (tried.id == "MISSING_FIELD")
      CHECK(answer.failure().metadata().at("field_name") == tried.says);
  }
}

CommandSubmission valid(const std::function<void(lapi::Commands&)>& change) {
  lapi::Commands commands = all_commands();
  change(commands);
  auto answer = validate_commands(commands, rules(), kNowUs);
  REQUIRE(answer.ok());
  return *std::move(answer);
}

std::int64_t least_time(const std::function<void(lapi::Commands&)>& change) {
  return valid(change).request.commands().ledger_time_us();
}

// Of a create of its own, so that the other forms do not come first.
lapi::CreateCommand& only_create(lapi::Commands& commands) {
  commands.mutable_commands()->DeleteSubrange(1, 3);
  return *commands.mutable_commands(0)->mutable_create();
}

lapi::ExerciseCommand& only_exercise(lapi::Commands& commands) {
  const lapi::Command exercise = commands.commands(1);
  commands.clear_commands();
  return *(*commands.add_commands() = exercise).mutable_exercise();
}

lapi::ExerciseByKeyCommand& by_key(lapi::Commands& commands) {
  return *commands.mutable_commands(2)->mutable_exercisebykey();
}

lapi::CreateAndExerciseCommand& both(lapi::Commands& commands) {
  return *commands.mutable_commands(3)->mutable_createandexercise();
}

} // namespace

TEST_CASE("commands: ids are checked field by field", "[daml_api][submission]") {
  check({
      {"ledger", [](auto& c) { c.set_ledger_id("other"); }, "LEDGER_ID_MISMATCH", "'other'"},
      {"workflow", [](auto& c) { c.set_workflow_id("a|b"); }, "INVALID_ARGUMENT", "0x7c"},
      {"no application", [](auto& c) { c.clear_application_id(); }, "MISSING_FIELD",
       "application_id"},
      {"application", [](auto& c) { c.set_application_id("a*"); }, "INVALID_FIELD",
       "application_id"},
      {"no command id", [](auto& c) { c.clear_command_id(); }, "MISSING_FIELD", "command_id"},
      {"command id", [](auto& c) { c.set_command_id("a|b"); }, "INVALID_FIELD", "command_id"},
      {"long command id", [](auto& c) { c.set_command_id(std::string(256, 'c')); },
       "INVALID_FIELD", "too long"},
      {"submission id", [](auto& c) { c.set_submission_id("?"); }, "INVALID_FIELD",
       "submission_id"},
      {"nobody", [](auto& c) { c.clear_party(); }, "MISSING_FIELD", "party or act_as"},
      {"party", [](auto& c) { c.set_party("a.b"); }, "INVALID_ARGUMENT", "Party"},
      {"act_as", [](auto& c) { c.add_act_as(""); }, "INVALID_ARGUMENT", "Party is empty"},
      {"read_as", [](auto& c) { c.add_read_as("!"); }, "INVALID_ARGUMENT", "Party"},
      {"no commands", [](auto& c) { c.clear_commands(); }, "MISSING_FIELD", "commands"},
      {"no command", [](auto& c) { c.add_commands(); }, "MISSING_FIELD", "command"},
  });
}

TEST_CASE("commands: every form of command is checked", "[daml_api][submission]") {
  check({
      {"create's type", [](auto& c) { only_create(c).clear_template_id(); }, "MISSING_FIELD",
       "template_id"},
      {"create's package",
       [](auto& c) { only_create(c).mutable_template_id()->clear_package_id(); }, "MISSING_FIELD",
       "package_id"},
      {"create's arguments", [](auto& c) { only_create(c).clear_create_arguments(); },
       "MISSING_FIELD", "create_arguments"},
      {"create's argument",
       [](auto& c) { only_create(c).mutable_create_arguments()->mutable_fields(0)->clear_value(); },
       "MISSING_FIELD", "value"},
      {"exercise's type", [](auto& c) { only_exercise(c).clear_template_id(); }, "MISSING_FIELD",
       "template_id"},
      {"no contract", [](auto& c) { only_exercise(c).clear_contract_id(); }, "MISSING_FIELD",
       "contract_id"},
      {"contract", [](auto& c) { only_exercise(c).set_contract_id("#V0 Contract ID"); },
       "INVALID_FIELD", "contract_id"},
      {"no choice", [](auto& c) { only_exercise(c).clear_choice(); }, "MISSING_FIELD", "choice"},
      {"choice", [](auto& c) { only_exercise(c).set_choice("a b"); }, "INVALID_FIELD", "choice"},
      {"choice's argument", [](auto& c) { only_exercise(c).clear_choice_argument(); },
       "MISSING_FIELD", "value"},
      {"no key", [](auto& c) { by_key(c).clear_contract_key(); }, "MISSING_FIELD", "contract_key"},
      {"empty key", [](auto& c) { by_key(c).mutable_contract_key()->clear_text(); },
       "MISSING_FIELD", "value"},
      {"by key: choice", [](auto& c) { by_key(c).clear_choice(); }, "MISSING_FIELD", "choice"},
      {"both: arguments", [](auto& c) { both(c).clear_create_arguments(); }, "MISSING_FIELD",
       "create_arguments"},
      {"both: choice's argument",
       [](auto& c) { both(c).mutable_choice_argument()->set_party("!"); }, "INVALID_ARGUMENT",
       "Party"},
  });
}

TEST_CASE("commands: times, periods and what came with later versions are checked",
          "[daml_api][submission]") {
  check({
      {"two least times",
       [](auto& c) {
         c.mutable_min_ledger_time_abs();
         c.mutable_min_ledger_time_rel();
       },
       "INVALID_ARGUMENT", "min_ledger_time_abs"},
      {"far time", [](auto& c) { c.mutable_min_ledger_time_abs()->set_seconds(INT64_MAX); },
       "INVALID_ARGUMENT", "9999"},
      {"far away", [](auto& c) { c.mutable_min_ledger_time_rel()->set_seconds(300'000'000'000); },
       "INVALID_ARGUMENT", "9999"},
      {"negative period",
       [](auto& c) { c.mutable_deduplication_duration()->set_seconds(-1); }, "INVALID_FIELD",
       "Invalid field deduplication_period: Duration must be positive"},
      {"negative part of a second",
       [](auto& c) { c.mutable_deduplication_time()->set_nanos(-1); }, "INVALID_FIELD",
       "Duration must be positive"},
      {"endless period",
       [](auto& c) { c.mutable_deduplication_duration()->set_seconds(INT64_MAX); },
       "INVALID_FIELD", "10,000 years"},
      {"offset", [](auto& c) { c.set_deduplication_offset("invalid_offset"); },
       "NON_HEXADECIMAL_OFFSET",
       "the deduplication offset has to be a hexadecimal string and not invalid_offset"},
      {"disclosed contract", [](auto& c) { c.add_disclosed_contracts(); }, "MISSING_FIELD",
       "DisclosedContract.template_id"},
      {"package preference", [](auto& c) { c.add_package_id_selection_preference("pkg"); },
       "INVALID_ARGUMENT", "package_id_selection_preference"},
      {"key to fetch early", [](auto& c) { c.add_prefetch_contract_keys(); }, "MISSING_FIELD",
       "template_id"},
  });
}

TEST_CASE("commands: a period beyond the longest says which is the longest",
          "[daml_api][submission]") {
  lapi::Commands commands = all_commands();
  commands.mutable_deduplication_duration()->set_seconds(1'801);
  const auto answer = validate_commands(commands, rules(), kNowUs);
  REQUIRE(answer.failure().code().id == "INVALID_DEDUPLICATION_PERIOD");
  REQUIRE(answer.failure().metadata().at("longest_duration") == "PT30M");
  commands.mutable_deduplication_duration()->set_seconds(1'800);
  REQUIRE(validate_commands(commands, rules(), kNowUs)->deduplication_us == 1'800'000'000);
}

TEST_CASE("commands: of two faults the first field's is told", "[daml_api][submission]") {
  check({{"ledger before application",
          [](auto& c) {
            c.set_ledger_id("other");
            c.clear_application_id();
          },
          "LEDGER_ID_MISMATCH", "other"},
         {"commands before period",
          [](auto& c) {
            c.add_commands();
            c.mutable_deduplication_duration()->set_seconds(-1);
          },
          "MISSING_FIELD", "command"}});
}

TEST_CASE("commands: without ledger id, workflow and submission id they are in order",
          "[daml_api][submission]") {
  const CommandSubmission submission = valid([](auto& c) {
    c.clear_ledger_id();
    c.clear_workflow_id();
    c.clear_submission_id();
  });
  REQUIRE(submission.submission_id.empty());
  REQUIRE(submission.deduplication_us == 1'800'000'000);
  REQUIRE(submission.deduplication_offset.empty());
}

TEST_CASE("commands: who acts is named once, and does not read besides",
          "[daml_api][submission]") {
  const CommandSubmission submission = valid([](auto& c) {
    for (const char* party : {"Carol", "Alice", "Bob", "Bob"})
      c.add_act_as(party);
    for (const char* party : {"Dora", "Bob", "Anna", "Anna"})
      c.add_read_as(party);
  });
  REQUIRE(submission.act_as == std::vector<std::string>{"Alice", "Bob", "Carol"});
  REQUIRE(submission.read_as == std::vector<std::string>{"Anna", "Dora"});
}

TEST_CASE("commands: the least ledger time is the asked one unless it has passed",
          "[daml_api][submission]") {
  const auto now = static_cast<std::int64_t>(kNowUs);
  REQUIRE(least_time([](auto&) {}) == 0);
  REQUIRE(least_time([&](auto& c) {
            c.mutable_min_ledger_time_abs()->set_seconds(now / 1'000'000 + 5);
          }) == now + 5'000'000);
  REQUIRE(least_time([](auto& c) { c.mutable_min_ledger_time_abs()->set_seconds(5); }) == 0);
  REQUIRE(least_time([](auto& c) {
            c.mutable_min_ledger_time_rel()->set_seconds(2);
            c.mutable_min_ledger_time_rel()->set_nanos(3'000);
          }) == now + 2'000'003);
  REQUIRE(least_time([](auto& c) { c.mutable_min_ledger_time_rel()->set_seconds(-9); }) == 0);
}

TEST_CASE("commands: the engine gets every form with what belongs to it",
          "[daml_api][submission]") {
  const auto commands = valid([](auto&) {}).request.commands();
  REQUIRE(commands.commands_size() == 4);
  REQUIRE(commands.workflow_id() == "workflow");
  REQUIRE(commands.quiet());
  for (const EngineCommand& command : commands.commands())
    REQUIRE(command.type() == "pkg:Main:Asset");
  const EngineCommand& create = commands.commands(0);
  REQUIRE(create.form() == EngineCommand::FORM_CREATE);
  daml::v1::Value argument;
  REQUIRE(argument.ParseFromString(create.argument()));
  REQUIRE(argument.record().fields(0).value().party() == "Alice");
  const EngineCommand& exercise = commands.commands(1);
  REQUIRE(exercise.form() == EngineCommand::FORM_EXERCISE);
  REQUIRE(exercise.contract_id() == *from_hex(kContractId));
  REQUIRE(exercise.choice() == "Give");
  REQUIRE_FALSE(exercise.argument().empty());
  const EngineCommand& key = commands.commands(2);
  REQUIRE(key.form() == EngineCommand::FORM_EXERCISE_BY_KEY);
  REQUIRE(argument.ParseFromString(key.key()));
  REQUIRE(argument.text() == "key");
  const EngineCommand& pair = commands.commands(3);
  REQUIRE(pair.form() == EngineCommand::FORM_CREATE_AND_EXERCISE);
  REQUIRE(pair.argument() == create.argument());
  REQUIRE(argument.ParseFromString(pair.choice_argument()));
  REQUIRE(argument.has_unit());
}
