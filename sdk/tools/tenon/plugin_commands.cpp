// tenon plugin list|inspect|new|check. Looking at a plugin runs none of its code; `check` runs it,
// each test in a process of its own (sdk/tools/plugin_check).
#include <CLI/CLI.hpp>
#include <memory>

#include "files.hpp"
#include "loader/loader.hpp"
#include "node_client.hpp"
#include "plugin_check.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::tool {
namespace {

namespace loader = host::loader;

struct Arguments {
  bool offline = false;
  std::string file;
  std::string kind;
  std::string name;
  CheckOptions check;
};

Json describe(const loader::Inspection& plugin) {
  return {{"name", plugin.descriptor.name},
          {"kind", plugin.descriptor.kind},
          {"version", plugin.descriptor.version},
          {"summary", plugin.descriptor.summary},
          {"abi", std::to_string(plugin.abi_major) + "." + std::to_string(plugin.abi_minor)},
          {"sha256", to_hex(plugin.image.digest().view())},
          {"file", plugin.file.string()}};
}

// The plugins of this installation, or what a running node says of those it has loaded.
Status list(Session& session, const Arguments& arguments) {
  if (!arguments.offline) {
    NodeClient node(session);
    TENON_ASSIGN_OR_RETURN(const Json answer, node.get("/v1/plugins", Access::kOperator));
    session.result(answer);
    return ok_status();
  }
  Json plugins = Json::array();
  Json refusals = Json::array();
  for (const auto& file : loader::list_plugins({installation() / "lib" / "tenon" / "plugins"})) {
    auto inspected = loader::inspect(file, {});
    if (inspected.ok())
      plugins.push_back(describe(*inspected));
    else
      refusals.push_back(inspected.refusal().sentence());
  }
  session.result(Json{{"plugins", plugins}, {"refusals", refusals}});
  return ok_status();
}

Status inspect(Session& session, const Arguments& arguments) {
  auto inspected = loader::inspect(arguments.file, {});
  if (!inspected.ok()) {
    return session.failed(inspected.refusal().status(), Exit::kFailed,
                          "read docs/writing-a-plugin.md, build again, inspect again");
  }
  Json answer = describe(*inspected);
  answer["needs"] = inspected->descriptor.needs;
  answer["offers"] = inspected->descriptor.offers;
  answer["exports"] = inspected->exports;
  answer["config_schema"] = Json::parse(inspected->descriptor.config_schema.dump());
  session.result(answer);
  return ok_status();
}

Result<std::filesystem::path> template_folder(const std::string& kind) {
  for (const auto& candidate :
       {installation() / "share/tenon/templates" / kind,
        installation().parent_path().parent_path() / "sdk/templates" / kind}) {
    if (std::filesystem::is_directory(candidate))
      return candidate;
  }
  return not_found("there is no template for plugins of kind '" + kind +
                   "'; there are: api, consensus, engine, store");
}

// "ledger_notes" -> "LedgerNotes"
std::string class_name(const std::string& name) {
  std::string result;
  bool upper = true;
  for (const char c : name) {
    if (c != '_')
      result += upper ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    upper = c == '_';
  }
  return result;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

Status make_new(Session& session, const Arguments& arguments) {
  const std::string& name = arguments.name;
  const bool lower =
      !name.empty() && name.front() >= 'a' && name.front() <= 'z' &&
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
  if (!lower)
    return invalid_argument("the name '" + name + "' is not [a-z][a-z0-9_]*");
  TENON_ASSIGN_OR_RETURN(const auto source, template_folder(arguments.kind));
  const std::filesystem::path target = name;
  if (std::filesystem::exists(target))
    return failed_precondition(target.string() + " exists already");
  std::filesystem::create_directories(target);
  Json written = Json::array();
  for (const auto& entry : std::filesystem::directory_iterator(source)) {
    TENON_ASSIGN_OR_RETURN(std::string text, read_file(entry.path()));
    replace_all(text, "@NAME@", name);
    replace_all(text, "@CLASS@", class_name(name));
    const std::string file = entry.path().filename().string();
    const auto path = target / (file == "source.cpp" ? name + ".cpp" : file);
    TENON_RETURN_IF_ERROR(write_file(path, text));
    written.push_back(path.string());
  }
  session.result(Json{
      {"written", written},
      {"next", "cmake -S " + name + " -B " + name + "/build && cmake --build " + name + "/build"}});
  return ok_status();
}

// The line that runs the first test which did not pass.
std::string first_reproduce_line(const std::vector<CheckResult>& results) {
  for (const CheckResult& result : results) {
    if (result.outcome != CheckOutcome::kPassed)
      return result.reproduce;
  }
  return {};
}

Status check(Session& session, const CheckOptions& options) {
  session.progress("checking " + options.file.string() + " ...");
  TENON_ASSIGN_OR_RETURN(const auto results, check_plugin(options));
  Json tests = Json::array();
  std::size_t passed = 0;
  for (const CheckResult& result : results) {
    const bool good = result.outcome == CheckOutcome::kPassed;
    passed += good ? 1 : 0;
    Json test = {{"test", result.test},
                 {"outcome", outcome_name(result.outcome)},
                 {"duration_ms", result.duration_ms}};
    if (!good) {
      test["message"] = result.message;
      test["reproduce"] = result.reproduce;
      session.progress(result.test + ": " + test["outcome"].get<std::string>() + ": " +
                       result.message);
    }
    tests.push_back(std::move(test));
  }
  const std::size_t failed = results.size() - passed;
  session.result(
      Json{{"passed", passed}, {"failed", failed}, {"seed", options.seed}, {"tests", tests}});
  if (failed == 0)
    return ok_status();
  return session.failed(failed_precondition(std::to_string(failed) + " of " +
                                            std::to_string(results.size()) + " tests failed"),
                        Exit::kFailed, first_reproduce_line(results));
}

void add_check_command(CLI::App& group, Session& session,
                       const std::shared_ptr<Arguments>& arguments) {
  CLI::App* const command = group.add_subcommand(
      "check", "hold a plugin to its kind's suite, each test in a process of its own");
  CheckOptions& options = arguments->check;
  command->add_option("FILE", options.file, "the shared object")->required();
  command->add_option("--config-json", options.config_json,
                      "the plugin's configuration section (default {})");
  command->add_option("--seed", options.seed, "of the random tests (default 1)");
  command->add_option("--reproduce", options.only, "run only the test of this name");
  command->add_option("--timeout-ms", options.timeout_ms,
                      "after which a test counts as hung (default 60000)");
  command->callback([&session, arguments] {
    session.choose([&session, arguments] { return check(session, arguments->check); });
  });
}

} // namespace

void add_plugin_commands(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* group = app.add_subcommand("plugin", "look at plugins, begin a new one");
  group->require_subcommand(1);
  CLI::App* command = group->add_subcommand("list", "list the plugins a node has loaded");
  command->add_flag("--offline", arguments->offline, "those of this installation, without a node");
  command->callback(
      [&session, arguments] { session.choose([&] { return list(session, *arguments); }); });
  command = group->add_subcommand("inspect", "show what a plugin file says of itself");
  command->add_option("FILE", arguments->file, "the shared object")->required();
  command->callback(
      [&session, arguments] { session.choose([&] { return inspect(session, *arguments); }); });
  command = group->add_subcommand("new", "make a folder with a small working plugin");
  command->add_option("KIND", arguments->kind, "api, consensus, engine or store")->required();
  command->add_option("NAME", arguments->name, "[a-z][a-z0-9_]*")->required();
  command->callback(
      [&session, arguments] { session.choose([&] { return make_new(session, *arguments); }); });
  add_check_command(*group, session, arguments);
}

} // namespace tenon::tool
