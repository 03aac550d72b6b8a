#include "common/auth/bearer.hpp"

namespace tenon::api::auth {

Result<std::string_view> bearer_token(std::string_view authorization) {
  const std::string_view value = trim(authorization);
  const auto space = value.find(' ');
  if (space == std::string_view::npos || !equals_ignoring_case(value.substr(0, space), "bearer")) {
    return Status(Code::kUnauthenticated,
                  "TOKEN_MALFORMED: the header Authorization must be \"Bearer <token>\"");
  }
  return trim(value.substr(space + 1));
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

bool equals_ignoring_case(std::string_view left, std::string_view right) {
  if (left.size() != right.size())
    return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    if (lower(left[i]) != lower(right[i]))
      return false;
  }
  return true;
}

} // namespace tenon::api::auth
