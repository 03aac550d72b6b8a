#include "programs.hpp"

#include "archive/archive.hpp"
#include "interpreter/machine.hpp"

namespace tenon::bench {

using daml::interpreter::Machine;
using daml::interpreter::Word;

Status Programs::load(std::string_view package_payload) {
  TENON_ASSIGN_OR_RETURN(auto package, daml::archive::decode_payload(package_payload));
  package_id_ = package.id();
  return store_.add(std::make_shared<const daml::lf::Package>(std::move(package)));
}

Result<std::uint64_t> Programs::run(std::string_view name, std::int64_t argument,
                                    std::int64_t expected) {
  TENON_ASSIGN_OR_RETURN(const auto* const function, store_.value(package_id_, "Programs", name));
  daml::interpreter::MachineOptions options;
  options.budget.steps = std::uint64_t{1} << 40;
  Machine machine(store_, nullptr, options);
  const Word word = daml::interpreter::int64_word(argument);
  machine.start(function->value, {&word, 1});
  const Machine::Outcome outcome = machine.run();
  if (outcome == Machine::Outcome::kError)
    return machine.error().to_status();
  if (outcome != Machine::Outcome::kFinished || machine.result().integer != expected)
    return fault("program " + std::string(name) + " did not compute what it should");
  return machine.steps_used();
}

} // namespace tenon::bench
