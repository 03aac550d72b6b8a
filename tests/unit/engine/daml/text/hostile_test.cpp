// Texts that mean harm: they are refused in words, and take no more than their size deserves.
#include "../archive/sample.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/testkit/full_run.hpp"
#include "text/limits.hpp"
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

// Whether it was accepted; what is accepted can be written and read again.
bool check_text(const std::string& text) {
  const Result<lf::Package> package = assemble(text);
  if (!package.ok()) {
    const Status status = package.status();
    if (status.fault() || status.message().empty() || !is_utf8(status.message()))
      FAIL(status.to_string());
    return false;
  }
  const Result<std::string> written = disassemble(*package);
  if (!written.ok())
    FAIL(written.status().to_string());
  const Result<lf::Package> back = assemble(*written);
  if (!back.ok())
    FAIL(back.status().to_string() << "\n" << *written);
  return true;
}

std::string repeated(std::string_view part, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += part;
  return result;
}

TEST_CASE("hostile texts: nesting without end is refused", "[daml][text][hostile]") {
  constexpr std::size_t kMany = 200'000;
  const auto refused = [](const std::string& text, std::string_view what) {
    const Status status = assemble(text).status();
    CHECK_THAT(status.message(), Catch::Contains(std::string(what) + ": expected at most "));
  };
  for (const std::string_view part :
       {"(", "f (", "\\(x : Unit) -> ", "/\\a -> ", "case ", "case x of { _ -> ", "do { ",
        "let { x : Unit = ", "some Unit (", "cons Unit [", "struct { x = ", "try Unit (",
        "do { x : Unit <- ", "let { x : Unit = x } in ", "f @Unit x ("})
    refused(value_text(repeated(part, kMany)), "expression");
  for (const std::string_view part : {"(", "List (", "a -> ", "forall a. ", "struct { x : "})
    refused(in_module("value v : " + repeated(part, kMany)), "type");
  refused(in_module("record R (f : " + repeated("(", kMany)), "kind");
  CHECK_FALSE(check_text("language 1.7; module M " + repeated("{", kMany)));
  CHECK_FALSE(check_text("language 1.7; module M " + repeated("}", kMany)));
  CHECK_FALSE(check_text(value_text(repeated("%1 ", kMany))));
}

TEST_CASE("hostile texts: as deep as may be is read and written", "[daml][text][hostile]") {
  const auto nested = [](std::string_view part, std::size_t depth) {
    return value_text(repeated(part, depth) + "x" + repeated(")", depth));
  };
  for (const std::string_view part : {"f (", "f @Unit ("}) {
    const std::size_t levels = part == "f (" ? 1 : 2; // the innermost function has one more
    CHECK(check_text(nested(part, kMaxNesting - levels)));
    CHECK_FALSE(check_text(nested(part, kMaxNesting)));
  }
  constexpr std::size_t kArchived = 490; // two messages for each, and those around them
  CHECK(archived(assembled(nested("f @Unit (", kArchived))).modules().size() == 1);
  const std::string again_text = disassembled(assembled(nested("f @Unit (", kArchived)));
  CHECK(disassembled(assembled(again_text)) == again_text);
  const auto type = [](std::size_t depth) {
    return in_module("value v : " + repeated("List (", depth) + "Unit" + repeated(")", depth) +
                     " = x;");
  };
  CHECK(check_text(type(kMaxTypeNesting - 1)));
  CHECK_FALSE(check_text(type(kMaxTypeNesting)));
}

TEST_CASE("hostile texts: a type that doubles with each entry is refused",
          "[daml][text][hostile]") {
  std::string types = "#0 = Unit;";
  for (int i = 1; i < 64; ++i) {
    const std::string last = "#" + std::to_string(i - 1);
    types += "#" + std::to_string(i) + " = " + last + " -> " + last + ";";
  }
  const Status status = assemble(in_module("") + "tables { types { " + types + "} }").status();
  CHECK_THAT(status.message(), Catch::Contains("expected at most 1000 levels and 65536 parts"));
}

TEST_CASE("hostile texts: long runs of one thing are read in time", "[daml][text][hostile]") {
  constexpr std::size_t kMany = 200'000;
  CHECK(check_text(value_text("f" + repeated(" x", kMany))));
  CHECK(check_text(value_text("f" + repeated(" @Unit", kMany))));
  CHECK(check_text(value_text("f" + repeated(" \"a text\"", kMany))));
  CHECK(check_text(value_text("\"" + repeated("\\n", kMany) + "\"")));
  CHECK(check_text(value_text("case x of {" + repeated(" _ -> x;", kMany) + "}")));
  CHECK(check_text(value_text("do {" + repeated(" x : Unit <- x;", kMany) + "x }")));
  CHECK(check_text(in_module("record R {" + repeated("x : Unit,", kMany) + "}")));
  CHECK(check_text(repeated("-- nothing\n", kMany) + in_module("")));
  CHECK_FALSE(check_text(value_text(repeated("x", kMany)))); // a name too long
  CHECK_FALSE(check_text(value_text("A:" + repeated("x.", kMany) + "x")));
  CHECK_FALSE(check_text(value_text(repeated("9", kMany))));
  CHECK_FALSE(check_text(value_text("f" + repeated(" @Unit x", kMany)))); // as a tree it is deep
}

TEST_CASE("hostile texts: what is no text is refused", "[daml][text][hostile]") {
  CHECK_FALSE(check_text(std::string("\0", 1)));
  CHECK_FALSE(check_text("\xff"));
  CHECK_FALSE(check_text(value_text("\"\xc3\"")));
  CHECK_FALSE(check_text(std::string(1000, '\n')));
}

TEST_CASE("hostile texts: a text cut at any place is refused", "[daml][text][hostile]") {
  const std::string text = disassembled(archived(lf::Sample(lf::LanguageVersion::k1_17).build()));
  const std::size_t step = testkit::full_run() ? 1 : 37;
  for (std::size_t size = 0; size + 3 < text.size(); size += step) {
    // Without its tables, or some of them, it is a text as well; in its modules it is not.
    if (check_text(text.substr(0, size)))
      CHECK(text.substr(size, 10).find("tables") != std::string::npos);
  }
}

TEST_CASE("hostile texts: a text with any byte turned is refused or is another package",
          "[daml][text][hostile]") {
  for (const auto version : {lf::LanguageVersion::k1_6, lf::LanguageVersion::k1_17}) {
    std::string text = disassembled(archived(lf::Sample(version).build()));
    const std::size_t step = testkit::full_run() ? 7 : 211;
    std::size_t accepted = 0;
    for (std::size_t i = 0; i < text.size(); i += step) {
      for (const char other : std::string_view("\"{}()x1#%\\ ;:@")) {
        const char before = text[i];
        text[i] = other;
        accepted += check_text(text) ? 1 : 0;
        text[i] = before;
      }
    }
    CHECK(accepted > 0);
  }
}

} // namespace
} // namespace tenon::daml::text
