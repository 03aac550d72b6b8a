// tenon bench daml [--json] [--seconds S]
//                  --instructions [--write]   counts instructions instead: see instructions.py
//                  --count WORK               does what it counts
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string_view>

#include "counted.hpp"
#include "daml_bench.hpp"

namespace {

using namespace tenon;
using namespace tenon::bench;

int fail(const std::string& what) {
  std::fprintf(stderr, "daml: %s\n", what.c_str());
  return 1;
}

struct Words {
  bool json = false;
  bool instructions = false;
  bool write = false;
  std::string_view count;
};

Result<Words> parse(int argc, char** argv, DamlBenchOptions& options) {
  Words words;
  for (int i = 1; i < argc; ++i) {
    const std::string_view name = argv[i];
    if (name == "--json")
      words.json = true;
    else if (name == "--instructions")
      words.instructions = true;
    else if (name == "--write")
      words.write = true;
    else if (name == "--count" && i + 1 < argc)
      words.count = argv[++i];
    else if (name == "--seconds" && i + 1 < argc)
      options.seconds = std::strtod(argv[++i], nullptr);
    else
      return invalid_argument("expected --json, --seconds and a number or --instructions, found " +
                              std::string(name));
  }
  if (!(options.seconds > 0 && options.seconds <= 3600))
    return invalid_argument("--seconds: expected more than 0 and at most 3600");
  if (words.write && !words.instructions)
    return invalid_argument("--write goes with --instructions");
  return words;
}

// Does not come back.
int run_script(const std::filesystem::path& self, bool write) {
  std::string words[] = {"python3", TENON_BENCH_INSTRUCTIONS, self.string(), "--write"};
  char* const arguments[] = {words[0].data(), words[1].data(), words[2].data(),
                             write ? words[3].data() : nullptr, nullptr};
  execvp(arguments[0], arguments);
  return fail("python3 cannot be run: " + std::string(std::strerror(errno)));
}

void print_table(const std::vector<Figure>& figures) {
  for (const Figure& figure : figures)
    std::printf("%-34s %16.*f   %s\n", figure.name.c_str(), figure.value < 1000 ? 2 : 0,
                figure.value, figure.what.c_str());
}

} // namespace

int main(int argc, char** argv) {
  // Installed and built alike: bin/bench/daml, bin/bench/packages.
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  DamlBenchOptions options;
  options.packages = self.parent_path() / "packages";
  const char* const shared = std::getenv("TENON_SHARED_DIR");
  options.shared = shared != nullptr ? shared : TENON_BENCH_SHARED;
  options.progress = [](const std::string& text) { std::fprintf(stderr, "%s\n", text.c_str()); };
  const auto words = parse(argc, argv, options);
  if (!words.ok())
    return fail(words.status().message());
  if (words->instructions)
    return run_script(self, words->write);
  if (!words->count.empty()) {
    const Status status = do_counted_work(options.packages, words->count);
    return status.ok() ? 0 : fail(status.to_string());
  }
  const auto figures = run_daml_bench(options);
  if (!figures.ok())
    return fail(figures.status().to_string());
  if (!words->json) {
    print_table(*figures);
    return 0;
  }
  nlohmann::json object = {{"daml_measured_s", options.seconds}};
  for (const Figure& figure : *figures)
    object[figure.name] = figure.value;
  std::printf("%s\n", object.dump().c_str());
  return 0;
}
