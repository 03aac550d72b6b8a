#include "tenon/session.hpp"

#include <catch2/catch.hpp>
#include <iostream>
#include <sstream>

using tenon::tool::Exit;
using tenon::tool::Json;
using tenon::tool::Session;

namespace {

// What goes to a standard stream during its life.
class Captured {
public:
  explicit Captured(std::ostream& stream) : stream_(stream), before_(stream.rdbuf(text_.rdbuf())) {}
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  ~Captured() { stream_.rdbuf(before_); }
  [[nodiscard]] std::string text() const { return text_.str(); }

private:
  std::ostringstream text_;
  std::ostream& stream_;
  std::streambuf* before_;
};

} // namespace

TEST_CASE("tool: a list that was cut names the option that goes on, as text or as JSON", "[tool]") {
  Session session;
  const Captured errors(std::cerr);
  session.more("after", "7");
  session.json = true;
  session.more("from", "8");
  CHECK(errors.text() == "more: --after 7\n{\"more\":{\"from\":\"8\"}}\n");
}

TEST_CASE("tool: a failure is a sentence on the error stream, with JSON the answer", "[tool]") {
  Session session;
  const Captured answers(std::cout);
  const Captured errors(std::cerr);
  const auto status = tenon::invalid_argument("that is wrong");
  CHECK(session.report(status, Exit::kUsage, "tenon --help") == Exit::kUsage);
  CHECK(answers.text().empty());
  CHECK(errors.text() == "tenon: that is wrong\nnext:  tenon --help\n");
  session.json = true;
  CHECK(session.report(status, Exit::kUsage, "tenon --help") == Exit::kUsage);
  const Json failure = Json::parse(answers.text());
  CHECK(failure == Json{{"error", "INVALID_ARGUMENT"},
                        {"message", "that is wrong"},
                        {"exit_code", 2},
                        {"next", "tenon --help"}});
}

TEST_CASE("tool: bytes of a message that are no UTF-8 do not keep a failure from being told",
          "[tool]") {
  Session session;
  session.json = true;
  const Captured answers(std::cout);
  CHECK_NOTHROW(session.report(tenon::not_found("no file \xff"), Exit::kFailed, "ls"));
  CHECK(Json::parse(answers.text())["error"] == "NOT_FOUND");
}
