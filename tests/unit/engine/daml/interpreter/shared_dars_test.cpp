// Every DAR of the shared data: all of it is compiled, and all constants are evaluated. That folder
// stands beside the source tree, or where TENON_SHARED_DIR says; without it there is nothing to do.
#include <catch2/catch.hpp>
#include <map>
#include <iostream>

#include "interpreter/machine.hpp"
#include "shared_dars.hpp"

namespace tenon::daml::interpreter::test {
namespace {

struct Counts {
  std::size_t packages = 0;
  std::size_t functions = 0;
  std::size_t constants = 0;
  std::size_t templates = 0;
  std::map<std::string, int> failures;
};

void compile(PackageStore& store, const Function& function, Counts& counts) {
  const Status status = store.compile(function);
  INFO(status.to_string());
  CHECK(status.ok());
  ++counts.functions;
}

void compile_contract(PackageStore& store, const Identifier& id, Counts& counts) {
  const auto contract = store.contract(id);
  INFO(contract.status().to_string());
  REQUIRE(contract.ok());
  const TemplateCode& code = **contract;
  for (const Definition* part : {&code.signatories, &code.observers, &code.facts})
    compile(store, part->value, counts);
  for (const Definition* part : {&code.create, &code.fetch})
    compile(store, part->run, counts);
  if (code.key_type != nullptr) {
    compile(store, code.fetch_by_key.run, counts);
    compile(store, code.lookup_by_key.run, counts);
  }
  for (const auto& [name, choice] : code.choices) {
    compile(store, choice->exercise.run, counts);
    if (code.key_type != nullptr)
      compile(store, choice->exercise_by_key.run, counts);
  }
  for (const auto& [interface, instance] : code.instances.entries) {
    compile(store, instance->view.value, counts);
    for (const auto& [name, method] : instance->methods)
      compile(store, method->value, counts);
  }
  ++counts.templates;
}

void compile_interface(PackageStore& store, const Identifier& id, Counts& counts) {
  const auto interface = store.interface(id);
  INFO(interface.status().to_string());
  REQUIRE(interface.ok());
  compile(store, (*interface)->fetch.run, counts);
  for (const auto& [name, choice] : (*interface)->choices)
    compile(store, choice->exercise.run, counts);
}

void evaluate(PackageStore& store, const Definition& definition, Counts& counts) {
  Machine machine(store, nullptr, {});
  machine.start(definition.value, {});
  ++counts.constants;
  if (machine.run() == Machine::Outcome::kFinished)
    return;
  ++counts.failures[std::string(machine.error().id())];
  INFO(machine.error().message);
  // What a constant may do: fail because its program says so, or be a scenario.
  CHECK((machine.error().kind == ErrorKind::kUserError ||
         machine.error().kind == ErrorKind::kUnhandledException));
}

void check_package(PackageStore& store, const lf::Package& package, Counts& counts) {
  ++counts.packages;
  for (const lf::Module& module : package.modules()) {
    const std::string_view module_name = package.text(module.name);
    INFO(package.id() << ":" << module_name);
    for (const lf::Value& value : module.values) {
      INFO(package.text(value.name));
      const auto definition = store.value(package.id(), module_name, package.text(value.name));
      REQUIRE(definition.ok());
      compile(store, (*definition)->value, counts);
      if ((*definition)->arity == 0) {
        evaluate(store, **definition, counts);
      } else {
        compile(store, (*definition)->run, counts);
      }
    }
    const auto id = [&](lf::DottedName name) {
      return Identifier::parse(package.id() + ":" + std::string(module_name) + ":" +
                               std::string(package.text(name)))
          .value();
    };
    for (const lf::Template& contract : module.templates)
      compile_contract(store, id(contract.name), counts);
    for (const lf::Interface& interface : module.interfaces)
      compile_interface(store, id(interface.name), counts);
  }
}

TEST_CASE("shared DARs: everything compiles, constants have values",
          "[daml][interpreter][shared]") {
  const auto files = shared_dars();
  if (files.empty()) {
    std::cout << "no shared DARs here: nothing compiled\n";
    return;
  }
  PackageStore store;
  Counts counts;
  for (const std::filesystem::path& file : files) {
    INFO(file.filename().string());
    for (const auto& package : add_dar(store, file))
      check_package(store, *package, counts);
  }
  std::cout << "compiled " << counts.packages << " packages: " << counts.functions
            << " functions, " << counts.templates << " templates; " << counts.constants
            << " constants\n";
  for (const auto& [id, count] : counts.failures)
    std::cout << "  constants that are " << id << ": " << count << "\n";
}

} // namespace
} // namespace tenon::daml::interpreter::test
