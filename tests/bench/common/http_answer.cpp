#include "common/http_answer.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include "tenon/core/encoding.hpp"

namespace tenon::bench {

std::optional<HttpAnswer> complete_answer(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || bytes.size() < 12)
    return std::nullopt;
  std::string head(bytes.substr(0, end + 2));
  std::transform(head.begin(), head.end(), head.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::string_view kLength = "\r\ncontent-length: ";
  const std::size_t length_at = head.find(kLength);
  if (length_at == std::string::npos)
    return std::nullopt;
  const std::size_t digits = length_at + kLength.size();
  const auto length = parse_u64(head.substr(digits, head.find('\r', digits) - digits));
  if (!length || bytes.size() < end + 4 + *length)
    return std::nullopt;
  HttpAnswer answer;
  answer.status = static_cast<unsigned>(parse_u64(bytes.substr(9, 3)).value_or(0));
  answer.body = bytes.substr(end + 4, *length);
  answer.bytes = end + 4 + *length;
  return answer;
}

} // namespace tenon::bench
