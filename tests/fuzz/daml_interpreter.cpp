// Whatever program the bytes are: it comes to an end within its budget, harms nobody, and does the
// same again when all of it is compiled and known. Bytes that begin with an even one go on as a
// payload, whose definitions and templates are run, validated or not; the others say how a program
// is put together that no validation would let pass.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "archive/archive.hpp"
#include "ledger.hpp"
#include "random_program.hpp"
#include "runner.hpp"
#include "sample_value.hpp"
#include "tenon/core/encoding.hpp"

using namespace tenon;
using namespace tenon::daml;
using namespace tenon::daml::interpreter;

namespace {

constexpr Budget kBudget{20'000, 2u << 20};
constexpr std::size_t kMaxDefinitions = 50;

class Numbers {
public:
  explicit Numbers(BytesView bytes) : bytes_(bytes) {}
  std::uint32_t next() {
    if (bytes_.empty())
      return 0;
    const auto number = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return number;
  }

private:
  BytesView bytes_;
};

void require(bool condition) {
  if (!condition)
    std::abort();
}

// Where a constant exceeds the budget, how far it came depends on what was known before.
std::string tell(const Error* error, std::uint64_t steps, std::uint64_t memory) {
  std::string told;
  if (error != nullptr) {
    require(!error->id().empty() && !error->message.empty() && is_utf8(error->message));
    told = std::to_string(static_cast<int>(error->kind));
    if (error->kind == ErrorKind::kConstantExceeded)
      return told;
    told += error->message;
  }
  require(steps <= kBudget.steps);
  return told + " " + std::to_string(steps) + " " + std::to_string(memory);
}

std::string evaluate(PackageStore& store, const Definition& definition) {
  MachineOptions options;
  options.budget = kBudget;
  Machine machine(store, nullptr, options);
  machine.start(definition.value, {});
  const auto outcome = machine.run();
  if (outcome == Machine::Outcome::kQuestion)
    return "question";
  const bool done = outcome == Machine::Outcome::kFinished;
  return (done ? test::show(machine.result()) : "") +
         tell(done ? nullptr : &machine.error(), machine.steps_used(), machine.memory_used());
}

std::string submit(test::TestLedger& ledger, const Command& command) {
  ledger.forget_contracts();
  test::Submission submission{{"Alice"}, {command}, {}, daml::ledger::KeyMode::kStrict};
  submission.options.budget = kBudget;
  const bool done = ledger.submit(submission);
  if (!done)
    return tell(&ledger.error(), 0, 0);
  return ledger.shape() + ledger.result() + tell(nullptr, ledger.steps(), ledger.memory());
}

void run_template(test::TestLedger& ledger, const TemplateCode& code) {
  test::SampleValues values(ledger.store(), [](std::uint32_t bound) { return bound - 1; });
  Command create{Command::Form::kCreate, code.id()};
  create.argument = values.make(*code.type);
  if (!create.argument)
    return;
  require(submit(ledger, create) == submit(ledger, create));
  for (const auto& [name, choice] : code.choices) {
    Command exercise = create;
    exercise.form = Command::Form::kCreateAndExercise;
    exercise.choice = Name::literal(name);
    exercise.choice_argument = values.make(*choice->argument);
    if (exercise.choice_argument)
      require(submit(ledger, exercise) == submit(ledger, exercise));
  }
}

void run_package(test::TestLedger& ledger, const lf::Package& package) {
  PackageStore& store = ledger.store();
  std::size_t definitions = 0;
  for (const lf::Module& module : package.modules()) {
    const std::string_view module_name = package.text(module.name);
    for (const lf::Value& value : module.values) {
      if (++definitions > kMaxDefinitions)
        return;
      const auto definition = store.value(package.id(), module_name, package.text(value.name));
      if (definition.ok())
        require(evaluate(store, **definition) == evaluate(store, **definition));
    }
    for (const lf::Template& contract : module.templates) {
      const auto id = Identifier::parse(package.id() + ":" + std::string(module_name) + ":" +
                                        std::string(package.text(contract.name)));
      if (++definitions > kMaxDefinitions || !id.ok())
        return;
      if (const auto code = store.contract(*id); code.ok())
        run_template(ledger, **code);
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const BytesView bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  test::TestLedger ledger;
  std::shared_ptr<const lf::Package> package;
  if (data[0] % 2 == 0) {
    auto decoded = archive::decode_payload(bytes);
    if (!decoded.ok())
      return 0;
    package = std::make_shared<const lf::Package>(std::move(*decoded));
  } else {
    Numbers numbers(bytes);
    package = test::RandomProgram([&] { return numbers.next(); }).finish();
  }
  if (ledger.store().add(package).ok())
    run_package(ledger, *package);
  return 0;
}
