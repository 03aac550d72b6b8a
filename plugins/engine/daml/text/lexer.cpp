#include "text/lexer.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "values/text.hpp"

namespace tenon::daml::text {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}
bool is_name_part(char c) {
  return starts_name(c) || is_digit(c);
}

// Longer ones first.
constexpr std::array<std::string_view, 17> kSymbols = {
    "->", "<-", "/\\", "(", ")", "{", "}", "[", "]", ",", ";", ":", "=", "\\", "@", ".", "*"};

struct Escape {
  char letter;
  char meaning;
};
constexpr std::array<Escape, 5> kEscapes = {
    {{'n', '\n'}, {'r', '\r'}, {'t', '\t'}, {'"', '"'}, {'\\', '\\'}}};

} // namespace

void Lexer::skip_blanks() {
  for (;;) {
    const char c = at(offset_);
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      ++offset_;
    } else if (c == '-' && at(offset_ + 1) == '-') {
      offset_ = std::min(text_.find('\n', offset_), text_.size());
    } else {
      return;
    }
  }
}

Token Lexer::token(TokenForm form, std::size_t end) {
  const Token result{form, offset_, text_.substr(offset_, end - offset_), {}};
  offset_ = end;
  return result;
}

Token Lexer::invalid(std::size_t end, std::string_view expected) {
  Token result = token(TokenForm::kInvalid, std::min(end, text_.size()));
  result.expected = expected;
  return result;
}

Token Lexer::next() {
  skip_blanks();
  if (offset_ == text_.size())
    return token(TokenForm::kEnd, offset_);
  const char c = text_[offset_];
  const char after = at(offset_ + 1);
  if (starts_name(c) || (c == ':' && starts_name(after)))
    return name();
  if (is_digit(c) || ((c == '-' || c == '+') && is_digit(after)))
    return number();
  switch (c) {
  case '`':
    return quoted_name();
  case '"':
    return text();
  case '%':
    return numbered(TokenForm::kMark);
  case '#':
    return numbered(TokenForm::kEntry);
  default:
    return symbol();
  }
}

// Parts with dots between them; those with colons between them.
Token Lexer::name() {
  constexpr int kMostColons = 2;
  std::size_t end = offset_;
  int colons = 0;
  bool dots = false;
  if (text_[end] == ':') {
    colons = kMostColons; // nothing may follow the one name
    ++end;
  }
  for (;;) {
    while (is_name_part(at(end)))
      ++end;
    const char c = at(end);
    if ((c != '.' && c != ':') || !starts_name(at(end + 1)))
      break;
    if (c == ':' && colons == kMostColons)
      return invalid(end + 1, "at most a package, a module and a name between colons");
    colons += c == ':' ? 1 : 0;
    dots = dots || c == '.';
    ++end;
  }
  if (colons > 0)
    return token(TokenForm::kReference, end);
  return token(dots ? TokenForm::kDottedName : TokenForm::kName, end);
}

Token Lexer::quoted_name() {
  std::size_t end = offset_ + 1;
  while (is_name_part(at(end)))
    ++end;
  if (at(end) != '`' || end == offset_ + 1)
    return invalid(end + 1, "a name between backticks");
  Token result = token(TokenForm::kQuotedName, end + 1);
  result.text = result.text.substr(1, result.text.size() - 2);
  return result;
}

Token Lexer::number() {
  std::size_t end = offset_ + 1;
  while (is_digit(at(end)))
    ++end;
  TokenForm form = TokenForm::kInteger;
  if (at(end) == '.') {
    form = TokenForm::kDecimal;
    ++end;
    while (is_digit(at(end)))
      ++end;
  }
  if (is_name_part(at(end)) || at(end) == '.')
    return invalid(end + 1, "a number");
  return token(form, end);
}

Token Lexer::text() {
  for (std::size_t end = offset_ + 1; end < text_.size(); ++end) {
    const char c = text_[end];
    if (c == '"') {
      Token result = token(TokenForm::kText, end + 1);
      result.text = result.text.substr(1, result.text.size() - 2);
      return result;
    }
    if (c == '\n')
      return invalid(end, "a text that is closed on its line");
    if (c == '\\')
      ++end;
  }
  return invalid(text_.size(), "a text that is closed");
}

Token Lexer::numbered(TokenForm form) {
  std::size_t end = offset_ + 1;
  while (is_digit(at(end)))
    ++end;
  if (end == offset_ + 1 || is_name_part(at(end)))
    return invalid(end + 1, "a number");
  Token result = token(form, end);
  result.text.remove_prefix(1);
  return result;
}

Token Lexer::symbol() {
  for (const std::string_view symbol : kSymbols) {
    if (text_.substr(offset_).starts_with(symbol))
      return token(TokenForm::kSymbol, offset_ + symbol.size());
  }
  std::size_t end = offset_ + 1;
  while ((static_cast<unsigned char>(at(end)) & 0xc0u) == 0x80u)
    ++end;
  return invalid(end, "a name, a number, a text or a symbol");
}

Position position_of(std::string_view text, std::size_t offset) {
  Position result;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      ++result.line;
      result.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0u) != 0x80u) {
      ++result.column;
    }
  }
  return result;
}

std::optional<std::string> unescape(std::string_view raw, std::size_t& wrong) {
  std::string result;
  result.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\') {
      result.push_back(raw[i]);
      continue;
    }
    wrong = i++;
    const char letter = i < raw.size() ? raw[i] : '\0';
    const auto* known = std::find_if(kEscapes.begin(), kEscapes.end(),
                                     [&](const Escape& one) { return one.letter == letter; });
    if (known != kEscapes.end()) {
      result.push_back(known->meaning);
      continue;
    }
    const std::size_t close = raw.find('}', i);
    if (letter != 'u' || !raw.substr(i + 1).starts_with('{') || close == std::string_view::npos)
      return std::nullopt;
    constexpr int kHexadecimal = 16;
    std::uint32_t point = 0;
    const char* const end = raw.data() + close;
    const auto [rest, error] = std::from_chars(raw.data() + i + 2, end, point, kHexadecimal);
    const std::array<std::int64_t, 1> points = {point};
    const Result<std::string> character = code_points_to_text(points);
    if (error != std::errc() || rest != end || !character.ok())
      return std::nullopt;
    result += *character;
    i = close;
  }
  return result;
}

std::string escape(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr unsigned char kDelete = 0x7f;
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const auto* known = std::find_if(kEscapes.begin(), kEscapes.end(),
                                     [&](const Escape& one) { return one.meaning == c; });
    if (known != kEscapes.end()) {
      result.append({'\\', known->letter});
    } else if (byte < ' ' || byte == kDelete) {
      result.append("\\u{").append({kDigits[byte >> 4], kDigits[byte & 0xf]}).append("}");
    } else {
      result.push_back(c);
    }
  }
  return result.append("\"");
}

} // namespace tenon::daml::text
