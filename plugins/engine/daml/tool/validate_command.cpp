// tenon daml validate
#include <CLI/CLI.hpp>
#include <memory>

#include "tool/commands.hpp"
#include "tool/dar_file.hpp"
#include "validation/validate.hpp"

namespace tenon::daml::tool {

namespace {

Status validate(Session& session, const std::string& path) {
  const Result<DarFile> file = read_dar_file(path);
  if (!file.ok()) {
    const bool is_missing = file.status().code() == Code::kNotFound;
    return session.failed(file.status(), is_missing ? Exit::kFailed : Exit::kUnproved,
                          "tenon daml validate --help");
  }
  const validation::PackageSet all(file->packages);
  Json packages = Json::array();
  for (const lf::Package& package : file->packages) {
    const Status valid = validation::validate(package, all);
    if (!valid.ok())
      return session.failed(valid.with_context(path),
                            Exit::kUnproved,
                            "tenon daml disassemble " + path + " --package " +
                                short_id(package.id()));
    packages.push_back({{"package_id", package.id()},
                        {"name", full_name(package)},
                        {"language_version", to_string(package.version())}});
  }
  session.result({{"file", path}, {"valid", true}, {"packages", packages}});
  return {};
}

} // namespace

void add_validate_command(CLI::App& app, Session& session) {
  const auto path = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("validate", "check the packages of a DAR as an upload does");
  command->add_option("FILE", *path, "the DAR")->required();
  command->callback([&session, path] { session.choose([&] { return validate(session, *path); }); });
}

} // namespace tenon::daml::tool
