#include <catch2/catch.hpp>
#include <vector>

#include "text/lexer.hpp"

namespace tenon::daml::text {
namespace {

using F = TokenForm;

struct Seen {
  F form;
  std::string text;
  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen) {
  return out << static_cast<int>(seen.form) << " \"" << seen.text << '"';
}

std::vector<Seen> tokens(std::string_view text) {
  Lexer lexer(text);
  std::vector<Seen> result;
  for (Token token = lexer.next(); token.form != F::kEnd; token = lexer.next()) {
    result.push_back({token.form, std::string(token.text)});
    if (token.form == F::kInvalid)
      break;
  }
  return result;
}

TEST_CASE("lexer: names, with dots and with colons", "[daml][text]") {
  CHECK(tokens("a $b_1 `of`") ==
        std::vector<Seen>{{F::kName, "a"}, {F::kName, "$b_1"}, {F::kQuotedName, "of"}});
  CHECK(tokens("A.B.c d. e") ==
        std::vector<Seen>{
            {F::kDottedName, "A.B.c"}, {F::kName, "d"}, {F::kSymbol, "."}, {F::kName, "e"}});
  CHECK(tokens(":a A:b A.B:c.d P:A.B:c") == std::vector<Seen>{{F::kReference, ":a"},
                                                              {F::kReference, "A:b"},
                                                              {F::kReference, "A.B:c.d"},
                                                              {F::kReference, "P:A.B:c"}});
  CHECK(tokens("x : :T") ==
        std::vector<Seen>{{F::kName, "x"}, {F::kSymbol, ":"}, {F::kReference, ":T"}});
  CHECK(tokens("A:B:C:D")[0].form == F::kInvalid);
  CHECK(tokens(":B:C")[0].form == F::kInvalid);
  CHECK(tokens("`a b`")[0].form == F::kInvalid);
  CHECK(tokens("``")[0].form == F::kInvalid);
}

TEST_CASE("lexer: numbers, marks, entries and symbols", "[daml][text]") {
  CHECK(tokens("-5 +7 1.50 7. -0.1") == std::vector<Seen>{{F::kInteger, "-5"},
                                                          {F::kInteger, "+7"},
                                                          {F::kDecimal, "1.50"},
                                                          {F::kDecimal, "7."},
                                                          {F::kDecimal, "-0.1"}});
  CHECK(tokens("%12 #0") == std::vector<Seen>{{F::kMark, "12"}, {F::kEntry, "0"}});
  CHECK(tokens("a->b<-c/\\\\(x)") == std::vector<Seen>{{F::kName, "a"},
                                                       {F::kSymbol, "->"},
                                                       {F::kName, "b"},
                                                       {F::kSymbol, "<-"},
                                                       {F::kName, "c"},
                                                       {F::kSymbol, "/\\"},
                                                       {F::kSymbol, "\\"},
                                                       {F::kSymbol, "("},
                                                       {F::kName, "x"},
                                                       {F::kSymbol, ")"}});
  CHECK(tokens("5x")[0].form == F::kInvalid);
  CHECK(tokens("1.2.3")[0].form == F::kInvalid);
  CHECK(tokens("%")[0].form == F::kInvalid);
  CHECK(tokens("#x")[0].form == F::kInvalid);
  CHECK(tokens("!")[0].form == F::kInvalid);
  CHECK(tokens("\xc3\xa9")[0] == Seen{F::kInvalid, "\xc3\xa9"});
}

TEST_CASE("lexer: comments and blanks mean nothing", "[daml][text]") {
  CHECK(tokens(" a -- b \"c\n\t\r\nd --").size() == 2);
  CHECK(tokens(std::string("a\0b", 3)) ==
        std::vector<Seen>{{F::kName, "a"}, {F::kInvalid, std::string(1, '\0')}});
}

TEST_CASE("lexer: texts and their escapes", "[daml][text]") {
  CHECK(tokens(R"("a\"b" "\\")") == std::vector<Seen>{{F::kText, R"(a\"b)"}, {F::kText, R"(\\)"}});
  CHECK(tokens("\"a")[0].form == F::kInvalid);
  CHECK(tokens("\"a\\")[0].form == F::kInvalid);
  CHECK(tokens("\"a\nb\"")[0].form == F::kInvalid);
  std::string all;
  for (int c = 0; c < 0x80; ++c)
    all.push_back(static_cast<char>(c));
  all += "\xc3\xa9\xf0\x9f\x92\xb0";
  const std::string literal = escape(all);
  std::size_t wrong = 0;
  CHECK(unescape(std::string_view(literal).substr(1, literal.size() - 2), wrong) == all);
  CHECK(unescape("\\u{1f4b0}", wrong) == "\xf0\x9f\x92\xb0");
  for (const std::string_view bad : {"ab\\x", "ab\\", "ab\\u", "ab\\u{}", "ab\\u{d800}",
                                     "ab\\u{110000}", "ab\\u{1", "ab\\u{12345678901}"}) {
    INFO(bad);
    CHECK_FALSE(unescape(bad, wrong));
    CHECK(wrong == 2);
  }
}

TEST_CASE("lexer: positions count lines and code points", "[daml][text]") {
  const std::string_view text = "a\n\xc3\xa9 b";
  CHECK(position_of(text, 0).line == 1);
  CHECK(position_of(text, 5).line == 2);
  CHECK(position_of(text, 5).column == 3);
}

} // namespace
} // namespace tenon::daml::text
