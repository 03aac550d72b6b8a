// tenon bench NAME: runs bin/bench/NAME of this installation, a program of its own built from
// tests/bench. With --json its last line is one object, each figure with its unit in the key.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "files.hpp"
#include "session.hpp"

namespace tenon::tool {
namespace {

constexpr const char* kWholePath = "slice";

std::vector<std::string> built_benchmarks() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(installation() / "bin" / "bench", error)) {
    if (entry.is_regular_file(error))
      names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Status unknown(Session& session, const std::string& name, const std::vector<std::string>& built) {
  std::string list;
  for (const std::string& each : built)
    list += (list.empty() ? "there are: " : ", ") + each;
  const bool has_whole_path = std::count(built.begin(), built.end(), kWholePath) != 0;
  return session.failed(not_found("no benchmark is called '" + name + "'; " +
                                  (list.empty() ? "none is built" : list)),
                        Exit::kUsage,
                        has_whole_path ? std::string("tenon bench ") + kWholePath
                                       : std::string("./tenon build"));
}

// `options` are the program's to understand or to refuse.
Status bench(Session& session, const std::string& name, const std::vector<std::string>& options) {
  const auto built = built_benchmarks();
  if (std::find(built.begin(), built.end(), name) == built.end())
    return unknown(session, name, built);
  std::vector<std::string> words = {(installation() / "bin" / "bench" / name).string()};
  words.insert(words.end(), options.begin(), options.end());
  if (session.json && std::count(words.begin(), words.end(), "--json") == 0)
    words.emplace_back("--json"); // it stood before the command
  std::vector<char*> arguments;
  for (std::string& word : words)
    arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(arguments.front(), arguments.data());
  return fault(words.front() + " cannot be run: " + std::strerror(errno));
}

} // namespace

void add_bench_command(CLI::App& app, Session& session) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("bench", "run a benchmark");
  command
      ->add_option("NAME", *name,
                   "slice: the whole path of a solo node and its parts; bft: a network beside "
                   "another ledger; daml_api: the Ledger API; store: the store beside others; "
                   "daml, wasm_bench, store_bench: one part; with options of its own behind the "
                   "name")
      ->required();
  // All that follows is the benchmark's own, so nothing falls through to the common options.
  command->allow_extras()->fallthrough(false);
  command->callback([&session, name, command] {
    session.choose(
        [&session, name, command] { return bench(session, *name, command->remaining()); });
  });
}

} // namespace tenon::tool
