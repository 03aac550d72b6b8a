// Small texts around what a test is about. Used by the tests of this folder.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "archive/archive.hpp"
#include "text/assembler.hpp"
#include "text/disassembler.hpp"

namespace tenon::daml::text {

inline constexpr std::string_view kOther =
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

inline std::string head(std::string_view version) {
  std::string text = "language " + std::string(version) + ";\n";
  text += version == "1.6" || version == "1.7" ? "\n" : "package \"p\" \"1.0\";\n";
  return text + "import \"" + std::string(kOther) + "\" as P1;\n";
}

inline std::string in_module(std::string_view definitions, std::string_view version = "1.15") {
  return head(version) + "\nmodule M {\n" + std::string(definitions) + "\n}\n";
}

inline std::string value_text(std::string_view body, std::string_view version = "1.15") {
  return in_module("value v : Unit = " + std::string(body) + ";", version);
}

inline lf::Package assembled(const std::string& text) {
  Result<lf::Package> package = assemble(text);
  INFO(text);
  INFO(package.status().to_string());
  REQUIRE(package.ok());
  return std::move(*package);
}

// Through the bytes of an archive.
inline lf::Package archived(const lf::Package& package) {
  const Result<Bytes> payload = archive::encode_package(package);
  INFO(payload.status().to_string());
  REQUIRE(payload.ok());
  Result<lf::Package> decoded = archive::decode_payload(*payload);
  INFO(decoded.status().to_string());
  REQUIRE(decoded.ok());
  return std::move(*decoded);
}

inline std::string disassembled(const lf::Package& package) {
  Result<std::string> text = disassemble(package);
  INFO(text.status().to_string());
  REQUIRE(text.ok());
  return std::move(*text);
}

// The part that people write.
inline std::string modules_of(const std::string& text) {
  return text.substr(0, text.find("\ntables {"));
}

// On one line, with one space for each gap.
inline std::string squeezed(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank)
      result.push_back(c);
    else if (!result.empty() && result.back() != ' ')
      result.push_back(' ');
  }
  return result;
}

// What the text is after it has been a package in an archive: what stands in it as it is written.
inline std::string again(const std::string& text) {
  const lf::Package package = archived(assembled(text));
  const std::string result = disassembled(package);
  CHECK(disassembled(archived(assembled(result))) == result);
  return modules_of(result);
}

} // namespace tenon::daml::text
