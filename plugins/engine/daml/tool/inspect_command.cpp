// tenon daml inspect
#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <memory>

#include "tool/describe.hpp"
#include "tool/outline.hpp"

namespace tenon::daml::tool {

namespace {

struct Arguments {
  std::string file;
  bool all = false;
};

std::map<std::string, std::string, std::less<>> short_names(const DarFile& file) {
  std::map<std::string, std::string, std::less<>> result;
  for (const lf::Package& package : file.packages)
    result.emplace(package.id(), short_name(package));
  return result;
}

Status inspect(Session& session, const Arguments& arguments) {
  const Result<DarFile> file = read_dar_file(arguments.file);
  if (!file.ok())
    return session.failed(file.status(), Exit::kFailed, "tenon daml inspect --help");
  if (session.json) {
    session.result(describe_dar(*file, [](std::string_view id) { return std::string(id); }));
    return {};
  }
  // People read names; ids stand for what the file does not hold.
  const auto names = short_names(*file);
  const Json description = describe_dar(*file, [&names](std::string_view id) {
    const auto found = names.find(id);
    return found == names.end() ? short_id(id) : found->second;
  });
  std::cout << outline(description, arguments.all) << std::flush;
  return {};
}

} // namespace

void add_inspect_command(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("inspect", "show what the packages of a DAR define");
  command->add_option("FILE", arguments->file, "the DAR")->required();
  command->add_flag("--all", arguments->all, "show dependencies in full too");
  command->callback(
      [&session, arguments] { session.choose([&] { return inspect(session, *arguments); }); });
}

} // namespace tenon::daml::tool
