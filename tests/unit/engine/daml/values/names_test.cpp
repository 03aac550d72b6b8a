// Which texts are names of which kind.
#include <catch2/catch.hpp>
#include <cctype>

#include "values/names.hpp"

namespace tenon::daml {
namespace {

TEST_CASE("names: each kind has its symbols and its length", "[daml][names]") {
  const std::string ascii = [] {
    std::string all;
    for (char c = ' '; c < '\x7f'; ++c)
      all.push_back(c);
    return all;
  }();
  const auto symbols = [&ascii](const NameSyntax& syntax) {
    std::string allowed;
    for (const char c : ascii) {
      const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0;
      if (check_name(syntax, std::string("x") + c).ok()) {
        if (!plain)
          allowed.push_back(c);
      } else {
        CHECK_FALSE(plain);
      }
    }
    return allowed;
  };
  CHECK(symbols(kNameSyntax) == "$_");
  CHECK(symbols(kPartySyntax) == " -:_");
  CHECK(symbols(kPackageIdSyntax) == " -_");
  CHECK(symbols(kPackageNameSyntax) == "-_");
  CHECK(symbols(kLedgerStringSyntax) == " #-./:_");
  CHECK(symbols(kApplicationIdSyntax) == " !#$'+-./:@^_`|~");
  CHECK(symbols(kUserIdSyntax) == "!#$'+-.:@^_`|~");

  const auto longest = [](const NameSyntax& syntax) {
    const std::string text(syntax.max_size, 'a');
    CHECK(check_name(syntax, text).ok());
    CHECK_FALSE(check_name(syntax, text + "a").ok());
    CHECK_FALSE(check_name(syntax, "").ok());
    return syntax.max_size;
  };
  CHECK(longest(kNameSyntax) == 1000);
  CHECK(longest(kPartySyntax) == 255);
  CHECK(longest(kPackageIdSyntax) == 64);
  CHECK(longest(kLedgerStringSyntax) == 255);
  CHECK(longest(kApplicationIdSyntax) == 255);
  CHECK(longest(kUserIdSyntax) == 128);
}

TEST_CASE("names: a name in a program begins with a letter, $ or _", "[daml][names]") {
  for (const std::string_view good : {"a", "_1", "$x", "T0", "a$_9"})
    CHECK(Name::parse(good).ok());
  for (const std::string_view bad : {"", "1a", "a.b", "a b", "a-b", "\xc3\xa9"})
    CHECK_FALSE(Name::parse(bad).ok());
  CHECK(Party::parse("0 is no bad party").ok());
}

TEST_CASE("names: a refusal tells the kind, the text, the byte and what is allowed",
          "[daml][names]") {
  CHECK(Party::parse("Ali\xc3\xa7" "e").status().message() ==
        "party \"Ali\u00e7e\": byte 0xc3 at position 3; expected letters, digits and \":-_ \"");
  CHECK(Name::parse("9lives").status().message() ==
        "name \"9lives\": byte 0x39 at position 0; expected letters, digits (not first) and "
        "\"$_\"");
  CHECK(Party::parse("").status().message() == "party: empty");
  CHECK_THAT(Party::parse(std::string(256, 'p')).status().message(),
             Catch::Contains("256 characters, at most 255"));
  // Whatever bytes came in, the message is text.
  CHECK(Party::parse("\xff\x00").status().message().find('\xff') == std::string::npos);
}

TEST_CASE("names: dotted names are checked segment by segment and in whole", "[daml][names]") {
  CHECK(DottedName::parse("A").value().segments().size() == 1);
  CHECK(DottedName::parse("A.B.C").value().segments() ==
        std::vector<std::string_view>{"A", "B", "C"});
  for (const std::string_view bad : {"", ".", "A.", ".A", "A..B", "A.1", "A:B"}) {
    INFO(bad);
    CHECK_FALSE(DottedName::parse(bad).ok());
  }
  CHECK_FALSE(DottedName::from_segments({}).ok());
  CHECK_FALSE(DottedName::from_segments({"A.B"}).ok());
  const std::string half(500, 'a');
  CHECK_FALSE(DottedName::parse(half + "." + half).ok());
  CHECK(DottedName::parse(half + "." + half.substr(1)).ok());
}

TEST_CASE("names: dotted names are ordered by segments", "[daml][names]") {
  const auto name = [](std::string_view text) { return DottedName::literal(text); };
  CHECK(name("A") < name("A.B"));
  CHECK(name("A.B") < name("A$")); // as text the other way round
  CHECK(name("A.B") < name("AB"));
  CHECK(name("A.B") < name("A.C"));
  CHECK(name("A.B") == name("A.B"));
  CHECK(Identifier::literal("p:A:Z") < Identifier::literal("q:A:A"));
  CHECK(Identifier::literal("p:A.B:T") < Identifier::literal("p:A$:T"));
}

TEST_CASE("names: an identifier has three parts", "[daml][names]") {
  const auto identifier = Identifier::parse("abc-1:Main.Sub:T.Key");
  REQUIRE(identifier.ok());
  CHECK(identifier->module.str() == "Main.Sub");
  CHECK(identifier->to_text() == "abc-1:Main.Sub:T.Key");
  for (const std::string_view bad : {"", "a", "a:B", "a:B:C:D", ":B:C", "a::C", "a:B:", "a:1:C"})
    CHECK_FALSE(Identifier::parse(bad).ok());
}

TEST_CASE("names: a package version has numbers and dots", "[daml][names]") {
  for (const std::string_view good : {"0", "1.0.0", "10.20.3"})
    CHECK(check_package_version(good).ok());
  for (const std::string_view bad : {"", ".", "1.", ".1", "01", "1.0-rc", "1..2", "+1"})
    CHECK_FALSE(check_package_version(bad).ok());
  CHECK_FALSE(check_package_version(std::string(256, '1')).ok());
}

} // namespace
} // namespace tenon::daml
