// tenon daml assemble
#include <CLI/CLI.hpp>
#include <filesystem>
#include <map>
#include <memory>

#include "archive/write_dar.hpp"
#include "tenon/files.hpp"
#include "text/assembler.hpp"
#include "tool/commands.hpp"
#include "tool/dar_file.hpp"

namespace tenon::daml::tool {

namespace {

struct Arguments {
  std::string file;
  std::string output;
  std::vector<std::string> with;
};

struct Dependency {
  archive::Archive archive;
  std::vector<std::string> dependencies;
};
using Dependencies = std::map<std::string, Dependency, std::less<>>;

// The packages of the DARs that --with names.
Result<Dependencies> read_dependencies(const std::vector<std::string>& paths) {
  Dependencies result;
  for (const std::string& path : paths) {
    TENON_ASSIGN_OR_RETURN(DarFile file, read_dar_file(path));
    std::vector<archive::DarEntry> entries = std::move(file.dar.dependencies);
    entries.insert(entries.begin(), std::move(file.dar.main));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const auto needed = file.packages[i].dependencies();
      result.emplace(file.packages[i].id(),
                     Dependency{std::move(entries[i].archive), {needed.begin(), needed.end()}});
    }
  }
  return result;
}

// What the package needs, and what that needs in turn; by ascending id.
Result<std::vector<archive::Archive>> gather(const lf::Package& package, const Dependencies& all) {
  std::map<std::string, const Dependency*> chosen;
  std::vector<std::string> open(package.dependencies().begin(), package.dependencies().end());
  while (!open.empty()) {
    const std::string id = std::move(open.back());
    open.pop_back();
    if (chosen.contains(id))
      continue;
    const auto found = all.find(id);
    if (found == all.end())
      return failed_precondition("package " + id +
                                 ": expected in a DAR that --with names, found in none");
    chosen.emplace(id, &found->second);
    open.insert(open.end(), found->second.dependencies.begin(), found->second.dependencies.end());
  }
  std::vector<archive::Archive> result;
  for (const auto& [id, dependency] : chosen)
    result.push_back(dependency->archive);
  return result;
}

struct Assembled {
  std::string package_id;
  std::string name;
  std::size_t packages = 0;
  Bytes dar;
};

Result<Assembled> make_dar(const Arguments& arguments) {
  TENON_ASSIGN_OR_RETURN(const std::string text, tenon::tool::read_file(arguments.file));
  const Result<lf::Package> package = text::assemble(text);
  if (!package.ok()) // "line:column: …" behind the file's name, as editors know it
    return Status(package.status().code(), arguments.file + ":" + package.status().message());
  TENON_ASSIGN_OR_RETURN(Bytes payload, archive::encode_package(*package));
  Assembled result;
  result.package_id = archive::package_id_of(payload);
  result.name = full_name(*package);
  if (result.name.empty())
    result.name = std::filesystem::path(arguments.file).stem().string();
  TENON_ASSIGN_OR_RETURN(const Dependencies all, read_dependencies(arguments.with));
  TENON_ASSIGN_OR_RETURN(const std::vector<archive::Archive> needed, gather(*package, all));
  result.packages = 1 + needed.size();
  const archive::Archive main{result.package_id, std::move(payload)};
  TENON_ASSIGN_OR_RETURN(result.dar, archive::write_dar(result.name, main, needed));
  return result;
}

Status assemble(Session& session, const Arguments& arguments) {
  const Result<Assembled> assembled = make_dar(arguments);
  if (!assembled.ok()) {
    const bool lacks_package = assembled.status().code() == Code::kFailedPrecondition;
    return session.failed(assembled.status(), Exit::kFailed,
                          lacks_package ? "tenon daml assemble " + arguments.file + " --with DAR"
                                        : "tenon daml assemble --help");
  }
  std::string output = arguments.output;
  if (output.empty())
    output = std::filesystem::path(arguments.file).replace_extension(".dar").string();
  if (const Status written = tenon::tool::write_file(output, assembled->dar); !written.ok())
    return session.failed(written, Exit::kFailed, "tenon daml assemble --help");
  session.result({{"file", output},
                  {"name", assembled->name},
                  {"package_id", assembled->package_id},
                  {"packages", assembled->packages},
                  {"size", assembled->dar.size()}});
  return {};
}

} // namespace

void add_assemble_command(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("assemble", "make a DAR of a package's text");
  command->add_option("FILE", arguments->file, "the text")->required();
  command->add_option("-o,--output", arguments->output,
                      "file for the DAR; the text's name with .dar when not given");
  command->add_option("--with", arguments->with,
                      "a DAR that holds packages which the text imports; may be repeated");
  command->callback(
      [&session, arguments] { session.choose([&] { return assemble(session, *arguments); }); });
}

} // namespace tenon::daml::tool
