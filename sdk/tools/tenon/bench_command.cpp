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

std::string known_benchmarks() {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(installation() / "bin" / "bench", error)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + name;
  return list.empty() ? "none is built" : "there are: " + list;
}

Status bench(Session& session, const std::string& name) {
  const auto program = installation() / "bin" / "bench" / name;
  if (name.find('/') != std::string::npos || !std::filesystem::exists(program)) {
    return session.failed(not_found("no benchmark is called '" + name + "'; " + known_benchmarks()),
                          Exit::kUsage, "tenon bench slice");
  }
  const std::string path = program.string();
  const char* json = session.json ? "--json" : nullptr;
  execl(path.c_str(), path.c_str(), json, static_cast<char*>(nullptr));
  return fault(path + " cannot be run: " + std::strerror(errno));
}

} // namespace

void add_bench_command(CLI::App& app, Session& session) {
  const auto name = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("bench", "run a benchmark");
  command->add_option("NAME", *name, "slice: the whole path and its parts")->required();
  command->callback([&session, name] { session.choose([&] { return bench(session, *name); }); });
}

} // namespace tenon::tool
