// Runs what test programs define.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "interpreter/conversion.hpp"
#include "interpreter/machine.hpp"
#include "program.hpp"

namespace tenon::daml::interpreter::test {

class Runner {
public:
  explicit Runner(Program& program) { add(program); }

  void add(Program& program) {
    const Status status = store_.add(program.finish());
    if (!status.ok())
      std::abort(); // a mistake of the test
  }

  // Evaluates the value of the name; error() tells why there is no result.
  Machine::Outcome evaluate(std::string_view name, MachineOptions options = {}) {
    machine_ = std::make_unique<Machine>(store_, nullptr, std::move(options));
    machine_->start(value(name).value, {});
    return machine_->run();
  }
  // The result as text: "3", "[1, 2]", or "error: …".
  std::string show(std::string_view name, MachineOptions options = {});

  [[nodiscard]] Definition& value(std::string_view name) {
    return *store_.value(kPackageId, "Main", name).value();
  }
  [[nodiscard]] PackageStore& store() { return store_; }
  [[nodiscard]] Machine& machine() { return *machine_; }

private:
  PackageStore store_;
  std::unique_ptr<Machine> machine_;
};

// A word as text, of bounded depth: "Some (1, \"a\")", "fun".
[[nodiscard]] std::string show(const Word& word, int depth = 8);

} // namespace tenon::daml::interpreter::test
