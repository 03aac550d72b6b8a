// tenon daml disassemble
#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "tenon/files.hpp"
#include "text/disassembler.hpp"
#include "tool/commands.hpp"
#include "tool/dar_file.hpp"

namespace tenon::daml::tool {

namespace {

struct Arguments {
  std::string file;
  std::string package_id;
  std::string output;
};

// By the id or how it begins; the main one when nothing is asked for.
Result<const lf::Package*> choose_package(const DarFile& file, const std::string& id) {
  const lf::Package* found = nullptr;
  for (const lf::Package& package : file.packages) {
    if (!package.id().starts_with(id))
      continue;
    if (id.empty())
      return &package;
    if (found != nullptr)
      return invalid_argument("--package: expected the beginning of one package's id, found \"" +
                              id + "\", with which several begin");
    found = &package;
  }
  if (found == nullptr)
    return not_found("--package: expected the id of a package in " + file.path + ", found \"" + id +
                     "\"");
  return found;
}

Status write(Session& session, const Arguments& arguments, const lf::Package& package) {
  Result<std::string> text = text::disassemble(package);
  if (!text.ok())
    return session.failed(text.status().with_context(arguments.file), Exit::kFailed,
                          "tenon daml validate " + arguments.file);
  Json answer = {{"package_id", package.id()}};
  if (arguments.output.empty()) {
    if (!session.json) {
      std::cout << *text << std::flush;
      return {};
    }
    answer["text"] = *std::move(text);
  } else {
    if (const Status written = tenon::tool::write_file(arguments.output, *text); !written.ok())
      return session.failed(written, Exit::kFailed, "tenon daml disassemble --help");
    answer["file"] = arguments.output;
    answer["size"] = text->size();
  }
  session.result(answer);
  return {};
}

Status disassemble(Session& session, const Arguments& arguments) {
  const Result<DarFile> file = read_dar_file(arguments.file);
  if (!file.ok())
    return session.failed(file.status(), Exit::kFailed, "tenon daml disassemble --help");
  const Result<const lf::Package*> package = choose_package(*file, arguments.package_id);
  if (!package.ok())
    return session.failed(package.status(), Exit::kFailed,
                          "tenon daml inspect " + arguments.file);
  return write(session, arguments, **package);
}

} // namespace

void add_disassemble_command(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("disassemble", "write a package of a DAR as text");
  command->add_option("FILE", arguments->file, "the DAR")->required();
  command->add_option("--package", arguments->package_id,
                      "the package's id or how it begins; the main one when not given");
  command->add_option("-o,--output", arguments->output,
                      "file for the text; standard output when not given");
  command->callback(
      [&session, arguments] { session.choose([&] { return disassemble(session, *arguments); }); });
}

} // namespace tenon::daml::tool
