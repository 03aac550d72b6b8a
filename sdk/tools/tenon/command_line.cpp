#include "command_line.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

namespace tenon::tool {

namespace {

// Asked of the bare words, so that a command line that cannot be parsed is refused in JSON too.
bool asks_for_json(std::span<char* const> words) {
  return std::any_of(words.begin(), words.end(),
                     [](const char* word) { return std::string_view(word) == "--json"; });
}

} // namespace

int run_command_line(int argc, char** argv, const char* description, const char* name,
                     const std::function<void(CLI::App&, Session&)>& add) {
  const std::string help = std::string(name) + " --help";
  Session session;
  session.json = asks_for_json({argv, static_cast<std::size_t>(argc)});
  try {
    CLI::App app(description, name);
    app.fallthrough(); // the common options may stand after the command's words
    app.require_subcommand(1);
    add(app, session);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      if (error.get_exit_code() == 0)
        return app.exit(error);
      return static_cast<int>(session.report(invalid_argument(error.what()), Exit::kUsage, help));
    }
    return static_cast<int>(session.run());
  } catch (const std::exception& error) {
    return static_cast<int>(session.report(fault(error.what()), Exit::kFailed, help));
  }
}

} // namespace tenon::tool
