#include "session.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "render.hpp"

namespace tenon::tool {
namespace {

constexpr std::size_t kMostListed = 1'000'000'000; // they are gathered in memory

struct Advice {
  Exit exit;
  const char* next;
};

Advice advice_for(Code code) {
  switch (code) {
  case Code::kUnavailable:
    return {Exit::kUnreachable, "tenon up"};
  case Code::kUnauthenticated:
    return {Exit::kDenied, "tenon party token alice --data-dir DIR"};
  case Code::kPermissionDenied:
    return {Exit::kDenied, "tenon party list"};
  case Code::kDataLoss:
    return {Exit::kUnproved, "tenon db verify --config FILE"};
  case Code::kAborted:
    return {Exit::kRejected, "tenon tx list"};
  default:
    return {Exit::kFailed, "tenon --help"};
  }
}

// Bytes that are no UTF-8 are replaced: a file's name may hold any.
std::string line_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace

void Session::add_options(CLI::App& app) {
  app.add_flag("--json", json, "print the answer as one line of JSON");
  app.add_option("--url", url, "address of the node's REST API")
      ->envname("TENON_URL")
      ->capture_default_str();
  app.add_option("--data-dir", data_directory, "data directory of the node, for its keys")
      ->capture_default_str();
  app.add_option("--token", token, "bearer token to use instead of making one")
      ->envname("TENON_TOKEN");
  app.add_option("--as", party, "party to act and read as")->capture_default_str();
  app.add_option("--ca", certificate_file, "PEM file of the authority behind a https address");
}

Exit Session::run() {
  const Status status = command_();
  if (status.ok())
    return exit_;
  Advice advice = advice_for(status.code());
  if (exit_ != Exit::kOk)
    advice.exit = exit_;
  return report(status, advice.exit, next_.empty() ? advice.next : next_);
}

Exit Session::report(const Status& status, Exit exit, const std::string& next) const {
  if (json) {
    std::cout << line_of({{"error", std::string(code_name(status.code()))},
                          {"message", status.message()},
                          {"exit_code", static_cast<int>(exit)},
                          {"next", next}})
              << std::endl;
  } else {
    std::cerr << "tenon: " << status.message() << "\nnext:  " << next << std::endl;
  }
  return exit;
}

void Session::result(const Json& value) const {
  if (json) {
    std::cout << line_of(value) << std::endl;
  } else {
    std::cout << render(value) << std::flush;
  }
}

void Session::progress(const std::string& sentence) const {
  std::cerr << sentence << std::endl;
}

void Session::more(const std::string& option, const std::string& value) const {
  progress(json ? line_of({{"more", {{option, value}}}}) : "more: --" + option + " " + value);
}

Status Session::failed(Status status, Exit exit, std::string next) {
  exit_ = exit;
  next_ = std::move(next);
  return status;
}

void add_limit_option(CLI::App& command, std::size_t& limit) {
  command.add_option("--limit", limit, "list at most so many")
      ->check(CLI::Range(std::size_t{1}, kMostListed))
      ->capture_default_str();
}

Result<Json> parse_json(std::string_view text, const std::string& what) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    return invalid_argument(what + " is not JSON (at byte " + std::to_string(error.byte) +
                            "): " + std::string(text.substr(0, 200)));
  }
}

} // namespace tenon::tool
