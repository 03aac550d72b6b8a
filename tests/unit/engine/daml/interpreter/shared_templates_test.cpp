// Every template of the shared DARs: contracts are created and their choices exercised, with values
// that are made up from the types. What compilers made is well-formed, so whatever becomes of it,
// no program may turn out to be ill-formed, and the same commands do the same again.
#include <catch2/catch.hpp>
#include <iostream>
#include <map>

#include "ledger.hpp"
#include "ledger/transaction_codec.hpp"
#include "sample_value.hpp"
#include "shared_dars.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml::interpreter::test {
namespace {

struct Counts {
  std::size_t templates = 0;
  std::size_t created = 0; // templates of which some contract could be made
  std::size_t choices = 0;
  std::size_t exercised = 0; // choices that came to an end
  std::map<std::string, int> failures;
  std::string told; // all outcomes and all transactions, in order
};

// Of all outcomes together, on every build. It changes when programs come to mean something else.
constexpr const char* kOutcomes =
    "d665885e447222217d226ee12715f4fe30abcc0c3b92292b3155d1e18f9f165a";

constexpr std::uint32_t kTries = 6;

// Alice submits; all parties of the sample values are Alice.
Submission by_alice(Command command) {
  Submission submission;
  submission.parties = {"Alice"};
  submission.commands.push_back(std::move(command));
  submission.options.budget.steps = 5'000'000;
  submission.options.budget.memory_bytes = 64u << 20;
  return submission;
}

// All that can be told of a run on an empty ledger.
std::string run(TestLedger& ledger, const Command& command, bool& done) {
  ledger.forget_contracts();
  done = ledger.submit(by_alice(command));
  if (done) {
    return ledger.shape() + " = " + ledger.result() + " in " + std::to_string(ledger.steps()) +
           " steps and " + std::to_string(ledger.memory()) + " bytes";
  }
  const Error& error = ledger.error();
  const std::string told = std::string(error.id()) + ": " + error.message;
  INFO(told);
  const std::set<ErrorKind> never{ErrorKind::kIllFormedProgram, ErrorKind::kInvalidCommand,
                                  ErrorKind::kMissingPackage, ErrorKind::kUnsupported,
                                  ErrorKind::kStackExceeded, ErrorKind::kNotComparable};
  CHECK(!never.contains(error.kind));
  return told;
}

bool run_twice(TestLedger& ledger, const Command& command, Counts& counts) {
  bool done = false;
  const std::string told = run(ledger, command, done);
  // The second time all is compiled and constants are known.
  CHECK(run(ledger, command, done) == told);
  counts.told += told + "\n";
  if (done)
    counts.told += ledger::encode_transaction(ledger.transaction().transaction).value();
  else
    ++counts.failures[std::string(ledger.error().id())];
  return done;
}

SampleValues::Choose choices_of(std::uint32_t seed) {
  return [state = seed * 7919 + 17](std::uint32_t bound) mutable {
    state = state * 1664525 + 1013904223;
    return (state >> 16) % bound;
  };
}

void run_template(TestLedger& ledger, const TemplateCode& code, Counts& counts) {
  INFO(code.id().to_text());
  ++counts.templates;
  std::optional<Value> argument;
  for (std::uint32_t seed = 0; seed < kTries && !argument; ++seed) {
    Command command{Command::Form::kCreate, code.id()};
    command.argument = SampleValues(ledger.store(), choices_of(seed)).make(*code.type);
    if (command.argument && run_twice(ledger, command, counts))
      argument = command.argument;
  }
  if (!argument)
    return;
  ++counts.created;
  std::map<std::string, const ChoiceCode*> choices; // in an order that is always the same
  for (const auto& [name, choice] : code.choices)
    choices.emplace(name, choice.get());
  for (const auto& [name, choice] : choices) {
    INFO(name);
    ++counts.choices;
    bool exercised = false;
    for (std::uint32_t seed = 0; seed < kTries && !exercised; ++seed) {
      Command command{Command::Form::kCreateAndExercise, code.id()};
      command.argument = argument;
      command.choice = Name::literal(name);
      command.choice_argument =
          SampleValues(ledger.store(), choices_of(seed)).make(*choice->argument);
      exercised = command.choice_argument && run_twice(ledger, command, counts);
    }
    counts.exercised += exercised ? 1 : 0;
  }
}

void run_package(TestLedger& ledger, const lf::Package& package, Counts& counts) {
  for (const lf::Module& module : package.modules()) {
    for (const lf::Template& contract : module.templates) {
      const std::string id = package.id() + ":" + std::string(package.text(module.name)) + ":" +
                             std::string(package.text(contract.name));
      const auto code = ledger.store().contract(Identifier::literal(id));
      REQUIRE(code.ok());
      run_template(ledger, **code, counts);
    }
  }
}

TEST_CASE("shared DARs: every template runs, its choices too, and twice the same",
          "[daml][interpreter][shared]") {
  const auto files = shared_dars();
  if (files.empty()) {
    std::cout << "no shared DARs here: no template run\n";
    return;
  }
  TestLedger ledger;
  Counts counts;
  for (const std::filesystem::path& file : files) {
    INFO(file.filename().string());
    for (const auto& package : add_dar(ledger.store(), file))
      run_package(ledger, *package, counts);
  }
  std::cout << "templates: " << counts.created << " of " << counts.templates
            << " created; choices: " << counts.exercised << " of " << counts.choices
            << " exercised\n";
  for (const auto& [id, count] : counts.failures)
    std::cout << "  " << id << ": " << count << "\n";
  CHECK(to_hex(crypto::sha256(counts.told).view()) == kOutcomes);
  CHECK(counts.created * 10 >= counts.templates * 9);
  CHECK(counts.exercised * 10 >= counts.choices * 5);
}

} // namespace
} // namespace tenon::daml::interpreter::test
