#include "text/parser.hpp"

#include <algorithm>
#include <charconv>

#include "tenon/core/encoding.hpp"
#include "text/assembler.hpp"
#include "text/limits.hpp"
#include "values/int64.hpp"
#include "values/text.hpp"

namespace tenon::daml::text {

Parser::Parser(std::string_view text) : text_(text), lexer_(text) {
  advance();
}

void Parser::advance() {
  if (failed())
    return;
  token_ = lexer_.next();
  if (token_.form == TokenForm::kInvalid)
    fail("text", token_.expected);
}

bool Parser::at(std::string_view symbol) const {
  return token_.form == TokenForm::kSymbol && token_.text == symbol;
}

bool Parser::at_word(std::string_view word) const {
  return token_.form == TokenForm::kName && token_.text == word;
}

bool Parser::at_name() const {
  return token_.form == TokenForm::kName || token_.form == TokenForm::kQuotedName;
}

bool Parser::take(std::string_view symbol) {
  const bool there = at(symbol);
  if (there)
    advance();
  return there;
}

bool Parser::take_word(std::string_view word) {
  const bool there = at_word(word);
  if (there)
    advance();
  return there;
}

void Parser::expect(std::string_view symbol, std::string_view what) {
  if (!take(symbol))
    fail(what, quote(symbol));
}

void Parser::expect_word(std::string_view word, std::string_view what) {
  if (!take_word(word))
    fail(what, quote(word));
}

std::string Parser::found() const {
  switch (token_.form) {
  case TokenForm::kEnd:
    return "the end of the text";
  case TokenForm::kText:
    return "the text " + quote(token_.text);
  case TokenForm::kMark:
    return quote("%" + std::string(token_.text));
  case TokenForm::kEntry:
    return quote("#" + std::string(token_.text));
  default:
    return quote(token_.text.substr(0, token_.text.find('\n')));
  }
}

void Parser::fail(std::string_view what, std::string_view expected) {
  fail_at(token_.offset, Code::kInvalidArgument,
          std::string(what).append(": expected ").append(expected).append(", found ") + found());
}

void Parser::fail_at(std::size_t offset, Code code, std::string_view message) {
  if (failed())
    return;
  const Position position = position_of(text_, offset);
  failure_ = Status(code, std::to_string(position.line) + ":" + std::to_string(position.column) +
                              ": " + std::string(message));
  token_ = Token{TokenForm::kEnd, text_.size(), {}, {}};
}

void Parser::check(std::size_t offset, const Status& status) {
  if (!status.ok())
    fail_at(offset, status.code(), status.message());
}

bool Parser::require(std::size_t offset, lf::Feature feature, std::string_view what) {
  if (supports(feature))
    return true;
  const lf::FeatureRange& range = lf::range_of(feature);
  fail_at(offset, Code::kInvalidArgument,
          std::string(what) + ": expected " + std::string(range.name) + " in versions " +
              to_string(range.first) + " to " + to_string(range.last) + " only, found it in " +
              to_string(builder_->version()));
  return false;
}

lf::Name Parser::name(std::string_view what) {
  if (!at_name()) {
    fail(what, "a name");
    return {};
  }
  const Token token = token_;
  advance();
  return checked(token.offset, builder_->name(token.text));
}

lf::DottedName Parser::dotted_name(std::string_view what) {
  if (!at_name() && token_.form != TokenForm::kDottedName) {
    fail(what, "a name, which may have dots");
    return {};
  }
  const Token token = token_;
  advance();
  return checked(token.offset, builder_->dotted_name(token.text));
}

std::string Parser::text_literal(std::string_view what) {
  if (token_.form != TokenForm::kText) {
    fail(what, "a text in double quotes");
    return {};
  }
  std::size_t wrong = 0;
  std::optional<std::string> text = unescape(token_.text, wrong);
  if (!text) {
    const std::string_view rest = token_.text.substr(wrong, 2);
    fail_at(token_.offset + 1 + wrong, Code::kInvalidArgument,
            std::string(what) + ": expected one of \\n \\r \\t \\\" \\\\ \\u{1f600}, found " +
                as_utf8(rest));
    return {};
  }
  advance();
  return std::move(*text);
}

// The number of a mark or of an entry.
std::uint32_t Parser::index(std::string_view what, std::uint32_t limit) {
  std::uint32_t value = 0;
  const char* const end = token_.text.data() + token_.text.size();
  const auto [rest, error] = std::from_chars(token_.text.data(), end, value);
  if (error != std::errc() || rest != end || value >= limit) {
    fail(what, "a number below " + std::to_string(limit));
    return 0;
  }
  advance();
  return value;
}

std::int64_t Parser::integer(std::string_view what) {
  if (token_.form != TokenForm::kInteger || token_.text.starts_with('+')) {
    fail(what, "a whole number");
    return 0;
  }
  const Result<std::int64_t> value = parse_int64(token_.text);
  if (!value.ok()) {
    fail(what, "a number of 64 bits");
    return 0;
  }
  advance();
  return *value;
}

lf::PackageRef Parser::package_ref(std::string_view alias) {
  const auto found = imports_.find(alias);
  if (found == imports_.end()) {
    fail("package", "the name of an import");
    return {};
  }
  Import& import = found->second;
  if (import.package)
    return *import.package;
  if (import.interned) {
    const lf::StringId id = builder_->intern(import.id);
    if (id.index >= builder_->package().wire_form().strings) {
      fail("package", "an import whose package id stands among the strings of the tables, as it is "
                      "interned there");
      return {};
    }
    import.package = builder_->mention(lf::PackageMention{id, false});
  } else {
    import.package = checked(token_.offset, builder_->mention(import.id));
  }
  return *import.package;
}

lf::IdentifierId Parser::reference(std::string_view what) {
  if (token_.form != TokenForm::kReference) {
    fail(what, "Module:Name, or :Name in the same module");
    return {};
  }
  std::string_view text = token_.text;
  const std::size_t last = text.rfind(':');
  const std::string_view name = text.substr(last + 1);
  text = text.substr(0, last);
  lf::Identifier result;
  if (const std::size_t first = text.find(':'); first != std::string_view::npos) {
    result.package = package_ref(text.substr(0, first));
    text = text.substr(first + 1);
  }
  const std::size_t offset = token_.offset;
  if (text.empty() && !module_) {
    fail(what, "Module:Name outside of modules");
    return {};
  }
  result.module = text.empty() ? *module_ : checked(offset, builder_->dotted_name(text));
  result.name = checked(offset, builder_->dotted_name(name));
  advance();
  return builder_->identifier(result);
}

Result<lf::Package> assemble(std::string_view text) {
  if (text.size() > kMaxTextSize) {
    return resource_exhausted("text: expected at most " + std::to_string(kMaxTextSize) +
                              " bytes, found " + std::to_string(text.size()));
  }
  TENON_RETURN_IF_ERROR(check_utf8(text, "text"));
  return Parser(text).package();
}

} // namespace tenon::daml::text
