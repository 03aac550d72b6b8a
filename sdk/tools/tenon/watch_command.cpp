// tenon watch: prints a stream live; reconnects and resumes after the last offset it has printed.
#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <thread>

#include "node_client.hpp"
#include "render.hpp"
#include "stream_client.hpp"

namespace tenon::tool {
namespace {

constexpr auto kReconnectPause = std::chrono::seconds(1);

struct Arguments {
  std::string stream = "events";
  std::string after;
  std::size_t count = 0; // 0: until interrupted
};

// A frame's own offset; empty for frames that carry none (pings of the protocol, notices).
std::string offset_of(const Json& frame) {
  const auto offset = frame.find("offset");
  return offset != frame.end() && offset->is_string() ? offset->get<std::string>() : std::string();
}

void print(Session& session, const Json& frame) {
  if (session.json) {
    session.result(frame);
  } else {
    std::cout << render(frame) << std::endl;
  }
}

Status watch(Session& session, const Arguments& arguments) {
  NodeClient node(session);
  const Access access = arguments.stream == "blocks" ? Access::kOperator : Access::kParty;
  std::string after = arguments.after;
  std::size_t printed = 0;
  while (true) {
    StreamClient::Settings settings;
    settings.url = session.url + "/v1/streams/" + arguments.stream;
    if (!after.empty())
      settings.url += "?after=" + url_encode(after);
    settings.certificate_file = session.certificate_file;
    TENON_ASSIGN_OR_RETURN(settings.token, node.token(access));
    auto stream = StreamClient::connect(settings);
    if (!stream.ok() && (stream.status().code() != Code::kUnavailable || printed == 0)) {
      return stream.status();
    }
    while (stream.ok()) {
      auto frame = stream->next();
      if (!frame.ok()) {
        session.progress(frame.status().message() + "; resuming after " +
                         (after.empty() ? "the beginning" : after));
        break;
      }
      TENON_ASSIGN_OR_RETURN(const Json value, parse_json(*frame, "a frame of the stream"));
      print(session, value);
      const std::string offset = offset_of(value);
      if (offset.empty())
        continue;
      after = offset;
      if (++printed == arguments.count)
        return ok_status();
    }
    std::this_thread::sleep_for(kReconnectPause);
  }
}

} // namespace

void add_watch_command(CLI::App& app, Session& session) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("watch", "print events, transactions or blocks live");
  command->add_option("STREAM", arguments->stream, "events, transactions or blocks")
      ->check(CLI::IsMember({"events", "transactions", "blocks"}))
      ->capture_default_str();
  command->add_option("--after", arguments->after, "begin after this offset");
  command->add_option("--count", arguments->count, "end after so many frames");
  command->callback(
      [&session, arguments] { session.choose([&] { return watch(session, *arguments); }); });
}

} // namespace tenon::tool
