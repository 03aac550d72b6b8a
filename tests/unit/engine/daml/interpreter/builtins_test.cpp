// Every built-in function: what it gives, and when it fails. One table; its size is printed.
#include <catch2/catch.hpp>
#include <iostream>
#include <set>

#include "builtin_cases.hpp"
#include "interpreter/builtin_code.hpp"
#include "runner.hpp"

namespace tenon::daml::interpreter::test {
namespace {

using B = lf::Builtin;

// The result, or what an arithmetic error says, or "error: …".
std::string outcome(Runner& runner, std::string_view name) {
  if (runner.evaluate(name) == Machine::Outcome::kFinished)
    return show(runner.machine().result());
  const Error& failure = runner.machine().error();
  if (failure.kind == ErrorKind::kUnhandledException && failure.exception)
    return failure.exception->children()[0].as_text();
  return "error: " + failure.message;
}

bool matches(const std::string& found, const std::string& expected) {
  if (expected == "error" || expected == "ArithmeticError")
    return found.starts_with(expected);
  return found == expected;
}

TEST_CASE("builtins: each gives what it should, and fails where it should",
          "[daml][interpreter][builtins]") {
  BuiltinCases rows;
  add_number_cases(rows);
  add_text_cases(rows);
  add_collection_cases(rows);
  std::set<B> seen;
  std::set<B> succeeded;
  std::size_t failures = 0;
  for (const BuiltinCase& row : rows) {
    const lf::BuiltinInfo& info = lf::builtin_info(row.builtin);
    INFO(info.name);
    seen.insert(row.builtin);
    Program p(row.version);
    p.define("main", p.int64(), row.make(p));
    // Through a variable, the built-in being a value.
    Runner runner(p);
    const std::string found = outcome(runner, "main");
    INFO("found " << found << ", expected " << row.expected);
    CHECK(matches(found, row.expected));
    if (runner.machine().result().kind == Kind::kNone)
      ++failures;
    else
      succeeded.insert(row.builtin);
    CHECK(info.legal_in(row.version));
  }
  // Those that need contracts are in the tests of updates.
  const std::set<B> elsewhere{B::kEqualContractId, B::kCoerceContractId, B::kContractIdToText};
  for (const lf::BuiltinInfo& info : lf::builtins()) {
    INFO(info.name);
    CHECK((seen.contains(info.builtin) || elsewhere.contains(info.builtin)));
    // ERROR never gives anything.
    CHECK((succeeded.contains(info.builtin) || elsewhere.contains(info.builtin) ||
           info.builtin == B::kError));
  }
  std::cout << "built-in functions: " << rows.size() << " cases of " << seen.size() << " of "
            << lf::builtins().size() << ", " << failures << " of them failures\n";
}

TEST_CASE("builtins: whatever is not of their types is refused",
          "[daml][interpreter][builtins]") {
  std::size_t refused = 0;
  for (const lf::BuiltinInfo& info : lf::builtins()) {
    INFO(info.name);
    const BuiltinCode* const code = find_builtin_code(info.generic);
    // The empty maps take no value; a coercion is nothing but its argument.
    if (code == nullptr || info.generic == B::kCoerceContractId)
      continue;
    Program p(info.first);
    std::vector<E> arguments;
    for (std::uint8_t i = 0; i < code->arguments; ++i)
      arguments.push_back(p.lambda({{"x", p.int64()}}, p.variable("x")));
    std::vector<T> types;
    const bool has_scales = info.alias == lf::AliasForm::kNone;
    for (std::uint8_t i = 0; has_scales && i < code->nats; ++i)
      types.push_back(p.nat(1));
    if (info.alias == lf::AliasForm::kNumericOfScale)
      types.push_back(p.nat(1));
    p.define("main", p.int64(), p.call(info.builtin, arguments, types));
    Runner runner(p);
    REQUIRE(runner.evaluate("main") == Machine::Outcome::kError);
    const ErrorKind kind = runner.machine().error().kind;
    CHECK((kind == ErrorKind::kIllFormedProgram || kind == ErrorKind::kNotComparable));
    ++refused;
  }
  std::cout << "built-in functions: " << refused << " refuse functions as arguments\n";
}

TEST_CASE("builtins: as values they are functions of all their arguments",
          "[daml][interpreter][builtins]") {
  for (const lf::BuiltinInfo& info : lf::builtins()) {
    INFO(info.name);
    Program p(info.first);
    p.define("main", p.int64(), p.function(info.builtin));
    Runner runner(p);
    const std::string found = runner.show("main");
    CHECK((found == "fun" || found == "<>"));
  }
}

} // namespace
} // namespace tenon::daml::interpreter::test
