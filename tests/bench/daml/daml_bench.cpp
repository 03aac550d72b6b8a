#include "daml_bench.hpp"

#include "commands.hpp"
#include "loading.hpp"
#include "packages.hpp"
#include "programs.hpp"
#include "timing.hpp"

// The allocator's own counters, where it is jemalloc: builds with sanitizers have another one.
extern "C" [[gnu::weak]] int mallctl(const char* name, void* old_value, std::size_t* old_size,
                                     void* new_value, std::size_t new_size);

namespace tenon::bench {

namespace {

constexpr double kMicroseconds = 1e6;
constexpr double kMilliseconds = 1e3;

// What this thread has allocated since it began.
std::optional<std::uint64_t> allocated_bytes() {
  std::uint64_t bytes = 0;
  std::size_t size = sizeof bytes;
  if (mallctl == nullptr || mallctl("thread.allocated", &bytes, &size, nullptr, 0) != 0)
    return std::nullopt;
  return bytes;
}

class Bench {
public:
  explicit Bench(const DamlBenchOptions& options) : options_(options) {}

  Result<std::vector<Figure>> run() {
    TENON_RETURN_IF_ERROR(measure_transactions());
    TENON_RETURN_IF_ERROR(measure_programs());
    TENON_RETURN_IF_ERROR(measure_loading());
    return std::move(figures_);
  }

private:
  void add(std::string name, std::string what, double value) {
    figures_.push_back({"daml_" + std::move(name), std::move(what), value});
  }

  // What is executed of a command, whole, without the host's part: applying the writes.
  Status measure_execution(Ledger& ledger, const std::string& command, const std::string& name,
                           const std::string& what) {
    TENON_ASSIGN_OR_RETURN(const Bytes payload, ledger.prepare(command));
    TENON_ASSIGN_OR_RETURN(const double each, time_each(options_.seconds, [&] {
                             return ledger.execute(payload).status();
                           }));
    add(name + "_per_s", what, 1 / each);
    return {};
  }

  Status measure_transactions() {
    options_.progress("transactions ...");
    Ledger ledger;
    TENON_ASSIGN_OR_RETURN(const Commands commands, prepare_ledger(ledger, options_.packages));
    TENON_RETURN_IF_ERROR(measure_execution(ledger, commands.create, "create",
                                            "creates of a contract with a key"));
    TENON_RETURN_IF_ERROR(measure_execution(ledger, commands.create_and_exercise,
                                            "create_exercise",
                                            "create, exercise and the create that follows"));
    TENON_RETURN_IF_ERROR(measure_execution(ledger, commands.exercise, "consuming_exercise",
                                            "exercises that archive, and the create that follows"));
    TENON_RETURN_IF_ERROR(measure_execution(ledger, commands.fetch, "fetch",
                                            "exercises that archive nothing, with a fetch"));
    TENON_RETURN_IF_ERROR(measure_execution(ledger, commands.exercise_by_key, "exercise_by_key",
                                            "exercises by key that archive nothing"));
    return measure_parts(ledger, commands.create_and_exercise);
  }

  // Of create and exercise.
  Status measure_parts(Ledger& ledger, const std::string& command) {
    TENON_ASSIGN_OR_RETURN(const double prepare, time_each(options_.seconds, [&] {
                             return ledger.prepare(command).status();
                           }));
    add("prepare_us", "create and exercise: from JSON to a payload", prepare * kMicroseconds);
    TENON_ASSIGN_OR_RETURN(const Bytes payload, ledger.prepare(command));
    TENON_ASSIGN_OR_RETURN(const double interpret, time_each(options_.seconds, [&] {
                             return ledger.interpret(payload).status();
                           }));
    add("interpret_us", "create and exercise: the interpreter's part", interpret * kMicroseconds);
    TENON_ASSIGN_OR_RETURN(const auto interpreted, ledger.interpret(payload));
    add("transaction_steps_count", "create and exercise: steps",
        static_cast<double>(interpreted.steps));
    add("transaction_memory_bytes", "create and exercise: memory that is counted",
        static_cast<double>(interpreted.memory_bytes));
    if (const auto before = allocated_bytes()) {
      TENON_RETURN_IF_ERROR(ledger.execute(payload).status());
      add("transaction_allocated_bytes", "create and exercise: what the process allocates",
          static_cast<double>(*allocated_bytes() - *before));
    }
    return {};
  }

  struct Program {
    const char* name;
    std::int64_t argument;
    std::int64_t expected;
    double operations; // of the kind that the program is about
    const char* figure;
    const char* what;
  };

  static constexpr std::int64_t sum_to(std::int64_t count) { return count * (count + 1) / 2; }

  Status measure_programs() {
    static constexpr Program kPrograms[] = {
        {"simple_loop", 1'000'000, sum_to(1'000'000), 1e6, "loop", "a loop that adds numbers"},
        {"fold", 20, 20 * sum_to(100'000), 20 * 1e5, "fold", "folds over 100,000 numbers"},
        {"text_map", 20'000, sum_to(20'000), 4e4, "text_map", "insert and look-up, TextMap"},
        {"number_map", 20'000, sum_to(20'000), 4e4, "gen_map", "insert and look-up, GenMap"},
        {"texts", 20'000, sum_to(20'000), 12e4, "text", "operations on short texts"}};
    options_.progress("programs ...");
    Programs programs;
    TENON_ASSIGN_OR_RETURN(const Bytes payload, assemble_file(options_.packages / "bench.lf"));
    TENON_RETURN_IF_ERROR(programs.load(payload));
    for (const Program& program : kPrograms) {
      std::uint64_t steps = 0;
      TENON_ASSIGN_OR_RETURN(
          const double each, time_each(options_.seconds, [&]() -> Status {
            TENON_ASSIGN_OR_RETURN(steps,
                                   programs.run(program.name, program.argument, program.expected));
            return {};
          }));
      const std::string name = program.figure;
      add(name + "_steps_per_s", std::string(program.what) + ": steps",
          static_cast<double>(steps) / each);
      add(name + "_operations_per_s", std::string(program.what) + ": operations",
          program.operations / each);
    }
    return {};
  }

  Status measure_loading() {
    const auto shared = options_.shared / "daml/dars/model-tests-1.15.dar";
    const bool is_shared = std::filesystem::exists(shared);
    options_.progress("loading of packages: " +
                      (is_shared ? shared.filename().string() : std::string("iou.lf")) + " ...");
    TENON_ASSIGN_OR_RETURN(const Bytes dar, is_shared ? read_file(shared)
                                                      : dar_of_file(options_.packages / "iou.lf"));
    TENON_ASSIGN_OR_RETURN(const LoadTimes times, time_loading(dar, options_.seconds));
    add("load_packages_count", "packages of the DAR", times.packages);
    add("load_packages_megabytes", "packages of the DAR, in MB", times.megabytes);
    add("load_templates_count", "templates of its main package", times.templates);
    add("load_decode_ms", "decoding the packages", times.decode * kMilliseconds);
    add("load_validate_ms", "validating the packages", times.validate * kMilliseconds);
    add("load_compile_ms", "compiling the templates", times.compile * kMilliseconds);
    return {};
  }

  const DamlBenchOptions& options_;
  std::vector<Figure> figures_;
};

} // namespace

Result<std::vector<Figure>> run_daml_bench(const DamlBenchOptions& options) {
  return Bench(options).run();
}

} // namespace tenon::bench
