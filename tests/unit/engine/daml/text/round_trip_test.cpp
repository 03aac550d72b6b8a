// Packages to texts and back: the bytes of the archive are the same, or differ where the text does.
#include "../archive/sample.hpp"
#include "texts.hpp"

namespace tenon::daml::text {
namespace {

using lf::FieldOrder;
using lf::LanguageVersion;

TEST_CASE("text: a package that says everything its version can say comes back byte for byte",
          "[daml][text][round trip]") {
  for (const LanguageVersion version : lf::kLanguageVersions) {
    INFO(to_string(version));
    const Bytes payload = archive::encode_package(lf::Sample(version).build()).value();
    const lf::Package package = archive::decode_payload(payload).value();
    const std::string text = disassembled(package);
    const lf::Package back = assembled(text);
    CHECK((archive::encode_package(back).value() == payload));
    CHECK(disassembled(archived(back)) == text);
  }
}

TEST_CASE("text: the order of fields comes back", "[daml][text][round trip]") {
  for (const LanguageVersion version : lf::kLanguageVersions) {
    for (const FieldOrder order : {FieldOrder::kByNumber, FieldOrder::kAsListed}) {
      const Bytes payload = archive::encode_package(lf::value_package(version, order)).value();
      const std::string text = disassembled(archive::decode_payload(payload).value());
      CHECK((archive::encode_package(assembled(text)).value() == payload));
    }
  }
}

TEST_CASE("text: at 1.6 both ways to mention a package come back", "[daml][text][round trip]") {
  const std::string text = "language 1.6; import \"abcd\" as A; import \"abcd\" as B;"
                           "module M { value v : Unit = f A:N:v B:N:v; }"
                           "tables { interned B; strings { abcd \"used nowhere\" } }";
  const lf::Package package = archived(assembled(text));
  REQUIRE(package.mentions().size() == 3);
  CHECK(package.mentions()[1].inlined != package.mentions()[2].inlined);
  const Bytes payload = archive::encode_package(package).value();
  CHECK((archive::encode_package(assembled(disassembled(package))).value() == payload));
}

TEST_CASE("text: without its tables a text is another package that says the same",
          "[daml][text][round trip]") {
  for (const LanguageVersion version : lf::kLanguageVersions) {
    INFO(to_string(version));
    lf::Package package = archived(lf::Sample(version).build());
    std::string text = modules_of(disassembled(package));
    for (std::size_t mark = text.find('%'); mark != std::string::npos; mark = text.find('%', mark))
      text.erase(mark, text.find(' ', mark) + 1 - mark);
    if (text.find('#') != std::string::npos)
      continue; // entries of the type table by number
    CHECK(again(text) == text);
  }
}

TEST_CASE("text: the same text gives the same package, whatever its layout",
          "[daml][text][round trip]") {
  const std::string text = value_text("f (g 1 \"x\") -- comment\n");
  CHECK(archive::encode_package(assembled(text)).value() ==
        archive::encode_package(assembled(value_text("f\n(g\n1\n\"x\")"))).value());
}

TEST_CASE("text: one literal edited is one literal changed", "[daml][text][round trip]") {
  const lf::Package before =
      archived(assembled(value_text("f (g 1 \"before\" 2.50) \"before too\" 1")));
  std::string text = disassembled(before);
  const auto edit = [&](std::string_view old, std::string_view now) {
    const std::size_t place = text.find(old);
    REQUIRE(place != std::string::npos);
    text.replace(place, old.size(), now);
  };
  SECTION("a text") {
    edit("\"before\"", "\"after!\"");
  }
  SECTION("a number") {
    edit("g 1", "g 7");
  }
  SECTION("a numeric") {
    edit("2.50", "2.75");
  }
  const lf::Package after = archived(assembled(text));
  CHECK(after.id() != before.id());
  CHECK(modules_of(disassembled(after)) == modules_of(text));
}

} // namespace
} // namespace tenon::daml::text
