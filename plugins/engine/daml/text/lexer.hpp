// Cuts a text into tokens. Owned by one call of assemble(), one thread; a copy is a second place in
// the same text, which is how the parser looks ahead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::daml::text {

enum class TokenForm : std::uint8_t {
  kEnd,
  kName,       // "amount"; may be a word of the language
  kQuotedName, // the same in backticks, which is none
  kDottedName, // "DA.Types"
  kReference,  // "Main:Iou", ":Iou", "Types:DA.Types:Tuple2"
  kInteger,    // "-5"
  kDecimal,    // "1.50", "7."
  kText,       // what stands between the quotes
  kMark,       // "%12": 12
  kEntry,      // "#12": 12
  kSymbol,
  kInvalid,
};

struct Token {
  TokenForm form = TokenForm::kEnd;
  std::size_t offset = 0;
  std::string_view text;
  std::string_view expected; // kInvalid: what should have been there
};

class Lexer {
public:
  // `text` is borrowed and is UTF-8.
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next();

private:
  void skip_blanks();
  [[nodiscard]] char at(std::size_t offset) const {
    return offset < text_.size() ? text_[offset] : '\0';
  }
  Token token(TokenForm form, std::size_t end);
  Token invalid(std::size_t end, std::string_view expected);
  Token name();
  Token quoted_name();
  Token number();
  Token text();
  Token numbered(TokenForm form);
  Token symbol();

  std::string_view text_;
  std::size_t offset_ = 0;
};

// From 1; columns count code points.
struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};
[[nodiscard]] Position position_of(std::string_view text, std::size_t offset);

// The content of a text literal; nothing, and where in `raw`, when an escape is none.
[[nodiscard]] std::optional<std::string> unescape(std::string_view raw, std::size_t& wrong);
// The literal, quotes included.
[[nodiscard]] std::string escape(std::string_view text);

} // namespace tenon::daml::text
