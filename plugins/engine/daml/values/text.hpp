// Text as Daml has it: UTF-8, measured and ordered by code point. The order of std::string_view,
// byte by byte, is the order by code point. Pure; any thread.
//
// Unless a function says otherwise, the text it takes is valid UTF-8: whoever lets text in has
// called check_utf8().
#pragma once

#include <span>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::daml {

// INVALID_ARGUMENT with the position of the first wrong byte; `what` is told in front of it.
[[nodiscard]] Status check_utf8(std::string_view bytes, std::string_view what);

// For messages: in double quotes, cut to about `max_size` bytes. Takes any bytes.
[[nodiscard]] std::string quote(std::string_view bytes, std::size_t max_size = 64);

// EXPLODE_TEXT: one piece per code point. The pieces borrow from `text`.
[[nodiscard]] std::vector<std::string_view> explode_text(std::string_view text);
// IMPLODE_TEXT
[[nodiscard]] std::string implode_text(std::span<const std::string_view> pieces);
// TEXT_TO_CODE_POINTS
[[nodiscard]] std::vector<std::int64_t> text_to_code_points(std::string_view text);
// CODE_POINTS_TO_TEXT. Surrogates and what lies beyond U+10FFFF are no code points.
[[nodiscard]] Result<std::string> code_points_to_text(std::span<const std::int64_t> points);
// SHA256_TEXT: lower-case hexadecimal.
[[nodiscard]] std::string sha256_text(std::string_view text);

} // namespace tenon::daml
