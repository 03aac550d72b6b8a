#include "values/names.hpp"

#include <algorithm>

#include "tenon/core/encoding.hpp"
#include "values/text.hpp"

namespace tenon::daml {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string named(std::string_view what, std::string_view text) {
  return std::string(what) + " " + quote(text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> pieces;
  std::size_t start = 0;
  while (true) {
    const std::size_t end = text.find(separator, start);
    pieces.push_back(text.substr(start, end - start));
    if (end == std::string_view::npos)
      return pieces;
    start = end + 1;
  }
}

Status too_long(std::string_view what, std::string_view text, std::size_t size, std::size_t max) {
  return invalid_argument(named(what, text) + ": " + std::to_string(size) +
                          " characters, at most " + std::to_string(max));
}

} // namespace

Status check_name(const NameSyntax& syntax, std::string_view text) {
  if (text.empty())
    return invalid_argument(std::string(syntax.what) + ": empty");
  if (text.size() > syntax.max_size)
    return too_long(syntax.what, text, text.size(), syntax.max_size);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool digit_fits = is_digit(c) && (i > 0 || syntax.digit_may_lead);
    if (is_letter(c) || digit_fits || syntax.symbols.find(c) != std::string_view::npos)
      continue;
    return invalid_argument(named(syntax.what, text) + ": byte 0x" + to_hex(text.substr(i, 1)) +
                            " at position " + std::to_string(i) +
                            "; expected letters, digits" +
                            (syntax.digit_may_lead ? "" : " (not first)") + " and " +
                            quote(syntax.symbols));
  }
  return {};
}

Status check_package_version(std::string_view text) {
  if (text.size() > kPackageNameSyntax.max_size)
    return too_long("package version", text, text.size(), kPackageNameSyntax.max_size);
  for (const std::string_view number : split(text, '.')) {
    const bool digits = !number.empty() && std::all_of(number.begin(), number.end(), is_digit);
    if (!digits || (number.size() > 1 && number[0] == '0')) {
      return invalid_argument(named("package version", text) + ": " + quote(number) +
                              " is no number without leading zeros");
    }
  }
  return {};
}

Result<DottedName> DottedName::parse(std::string_view text) {
  return from_segments(split(text, '.'));
}

Result<DottedName> DottedName::from_segments(const std::vector<std::string_view>& segments) {
  if (segments.empty())
    return invalid_argument("dotted name: no segments");
  std::string text;
  for (const std::string_view segment : segments) {
    if (Status status = check_name(kNameSyntax, segment); !status.ok())
      return status.with_context(named("dotted name", text.empty() ? segment : text));
    text.append(text.empty() ? "" : ".").append(segment);
    if (text.size() > kMaxSize)
      return too_long("dotted name", text, text.size(), kMaxSize);
  }
  return DottedName(std::move(text));
}

std::vector<std::string_view> DottedName::segments() const {
  return split(text_, '.');
}

std::strong_ordering operator<=>(const DottedName& left, const DottedName& right) {
  // By segments: the dot that ends one comes before every character that continues it.
  const auto rank = [](char c) { return c == '.' ? 0 : static_cast<int>(c); };
  const auto [l, r] = std::mismatch(left.text_.begin(), left.text_.end(), right.text_.begin(),
                                    right.text_.end());
  if (l == left.text_.end() || r == right.text_.end())
    return left.text_.size() <=> right.text_.size();
  return rank(*l) <=> rank(*r);
}

Result<Identifier> Identifier::parse(std::string_view text) {
  const auto parts = split(text, ':');
  if (parts.size() != 3) {
    return invalid_argument("identifier " + quote(text) +
                            ": expected package:module:name, found " +
                            std::to_string(parts.size()) + " part(s)");
  }
  TENON_ASSIGN_OR_RETURN(PackageId package, PackageId::parse(parts[0]));
  TENON_ASSIGN_OR_RETURN(DottedName module, DottedName::parse(parts[1]));
  TENON_ASSIGN_OR_RETURN(DottedName name, DottedName::parse(parts[2]));
  return Identifier{std::move(package), std::move(module), std::move(name)};
}

std::string Identifier::to_text() const {
  return package.str() + ":" + module.str() + ":" + name.str();
}

} // namespace tenon::daml
