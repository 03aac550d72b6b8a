// Types by themselves, as lists show them.
#include "text/type_text.hpp"

#include <algorithm>

#include "texts.hpp"

namespace tenon::daml::text {
namespace {

std::string name_of(std::string_view package_id) {
  return "<" + std::string(package_id.substr(0, 4)) + ">";
}

std::string written(const std::string& type) {
  const lf::Package package =
      archived(assembled(in_module("record Here {} synonym S = " + type + ";")));
  return type_text(package, *package.find("M", "S")->synonym->type, name_of);
}

TEST_CASE("type text: every name is in full", "[daml][text][type]") {
  CHECK(written(":Here") == "M:Here");
  CHECK(written("List (Optional :Here)") == "List (Optional M:Here)");
  CHECK(written("P1:N:Pair Int64 (P1:N:T Text)") == "<0123>:N:Pair Int64 (<0123>:N:T Text)");
  CHECK(written("(Int64 -> Text) -> Update Unit") == "(Int64 -> Text) -> Update Unit");
  CHECK(written("forall a. struct { x : a, y : Numeric 10 }") ==
        "forall a. struct { x : a, y : Numeric 10 }");
}

TEST_CASE("type text: parts of the type table are spelled out", "[daml][text][type]") {
  // Twice the same, so that the text of the package says it by its entry.
  const lf::Package package = archived(
      assembled(in_module("value v : Optional (List Int64) -> Optional (List Int64) = x;")));
  CHECK(type_text(package, *package.find("M", "v")->value->type, name_of) ==
        "Optional (List Int64) -> Optional (List Int64)");
}

TEST_CASE("type text: a type of more than a page ends early", "[daml][text][type]") {
  std::string type = "Int64";
  for (int i = 0; i < 300; ++i)
    type = "Optional (" + type + ")";
  const std::string text = written("struct { a : " + type + ", b : " + type + " }");
  CHECK(text.size() <= 4003);
  CHECK(text.ends_with("..."));
  CHECK(text.starts_with("struct { a : Optional (Optional"));
}

TEST_CASE("type text: names of definitions", "[daml][text][type]") {
  const lf::Package package = archived(assembled(in_module("synonym S = P1:N:A (List :Here);")));
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < package.identifiers().size(); ++i)
    names.push_back(identifier_text(package, {i}, name_of));
  std::sort(names.begin(), names.end());
  CHECK(names == std::vector<std::string>{"<0123>:N:A", "M:Here"});
}

} // namespace
} // namespace tenon::daml::text
