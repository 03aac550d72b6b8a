#include "counted.hpp"

#include <functional>

#include "commands.hpp"
#include "packages.hpp"
#include "programs.hpp"

namespace tenon::bench {

// Only what happens in here is counted: a function of this name is what callgrind waits for.
[[gnu::noinline]] Status counted_work(const std::function<Status()>& work);

Status counted_work(const std::function<Status()>& work) {
  return work();
}

namespace {

// Once before, so that packages are read and compiled.
Status count(const std::function<Status()>& work) {
  TENON_RETURN_IF_ERROR(work());
  return counted_work(work);
}

Status count_transactions(const std::filesystem::path& packages) {
  constexpr int kTransactions = 1000;
  Ledger ledger;
  TENON_ASSIGN_OR_RETURN(const Commands commands, prepare_ledger(ledger, packages));
  TENON_ASSIGN_OR_RETURN(const Bytes payload, ledger.prepare(commands.create_and_exercise));
  return count([&]() -> Status {
    for (int i = 0; i < kTransactions; ++i)
      TENON_RETURN_IF_ERROR(ledger.execute(payload).status());
    return {};
  });
}

Status count_program(const std::filesystem::path& packages, const char* name,
                     std::int64_t argument, std::int64_t expected) {
  Programs programs;
  TENON_ASSIGN_OR_RETURN(const Bytes payload, assemble_file(packages / "bench.lf"));
  TENON_RETURN_IF_ERROR(programs.load(payload));
  return count([&] { return programs.run(name, argument, expected).status(); });
}

} // namespace

Status do_counted_work(const std::filesystem::path& packages, std::string_view work) {
  if (work == "create_and_exercise")
    return count_transactions(packages);
  if (work == "fold")
    return count_program(packages, "fold", 10, 10 * std::int64_t{5'000'050'000});
  if (work == "map")
    return count_program(packages, "text_map", 10'000, std::int64_t{50'005'000});
  return invalid_argument("--count: expected create_and_exercise, fold or map, found " +
                          std::string(work));
}

} // namespace tenon::bench
