#include "common/json/json_text.hpp"

#include <charconv>
#include <set>
#include <vector>

namespace tenon::api {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool fits_64_bits(std::string_view digits, bool negative) {
  if (digits.size() <= 18)
    return true;
  std::uint64_t value = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), value).ec == std::errc() &&
         (!negative || value <= std::uint64_t{1} << 63);
}

// Depth, and integers too large to keep, in one pass before anything is built.
Status check_bounds(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i)
        i += text[i] == '\\' ? 1 : 0;
    } else if (c == '{' || c == '[') {
      if (++depth > kMaxJsonDepth) {
        return invalid_argument("the JSON nests deeper than " + std::to_string(kMaxJsonDepth) +
                                " levels at byte " + std::to_string(i));
      }
    } else if (c == '}' || c == ']') {
      depth -= depth > 0 ? 1 : 0;
    } else if (is_digit(c)) {
      const std::size_t start = i;
      bool integer = true;
      for (; i < text.size() && (is_digit(text[i]) || text[i] == '.' || text[i] == 'e' ||
                                 text[i] == 'E' || text[i] == '+' || text[i] == '-');
           ++i)
        integer = integer && is_digit(text[i]);
      if (integer &&
          !fits_64_bits(text.substr(start, i - start), start > 0 && text[start - 1] == '-')) {
        return invalid_argument(
            "the number at byte " + std::to_string(start) + " has " + std::to_string(i - start) +
            " digits and would be rounded: write it as a string, \"" +
            std::string(text.substr(start, 24)) + (i - start > 24 ? "…\"" : "\""));
      }
      --i;
    }
  }
  return {};
}

// What nlohmann says is "[json.exception.parse_error.101] parse error at line 1, column 2: …".
std::string plain_error(std::string_view what) {
  const auto end = what.find("] ");
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

} // namespace

Result<Json> parse_json(std::string_view text) {
  TENON_RETURN_IF_ERROR(check_bounds(text));
  std::vector<std::set<std::string>> names;
  std::string twice;
  const auto watch_names = [&](int, Json::parse_event_t event, Json& parsed) {
    if (event == Json::parse_event_t::object_start)
      names.emplace_back();
    else if (event == Json::parse_event_t::object_end)
      names.pop_back();
    else if (event == Json::parse_event_t::key) {
      auto name = parsed.get<std::string>();
      if (!names.back().insert(name).second && twice.empty())
        twice = std::move(name);
    }
    return true;
  };
  try {
    Json value = Json::parse(text, watch_names);
    if (!twice.empty())
      return invalid_argument("the member '" + twice + "' stands twice in one object");
    return value;
  } catch (const Json::exception& error) {
    return invalid_argument(plain_error(error.what()));
  }
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string text_member(const Json& object, const char* name, std::string otherwise) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

void read_number(const Json& object, const char* name, std::uint64_t& value) {
  const auto found = object.find(name);
  if (found != object.end() && found->is_number_unsigned())
    value = found->get<std::uint64_t>();
}

void JsonWriter::separate() {
  if (needs_comma_)
    text_ += ',';
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  string(name);
  text_ += ':';
  needs_comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  separate();
  needs_comma_ = true;
  bool plain = true;
  for (const char c : text)
    plain = plain && c >= 0x20 && c != '"' && c != '\\' && c != 0x7f;
  if (plain) {
    text_ += '"';
    text_.append(text);
    text_ += '"';
  } else {
    text_ += dump(Json(text));
  }
  return *this;
}

JsonWriter& JsonWriter::decimal(std::uint64_t value) {
  separate();
  needs_comma_ = true;
  text_ += '"';
  text_ += std::to_string(value);
  text_ += '"';
  return *this;
}

JsonWriter& JsonWriter::integer(std::uint64_t value) {
  return raw(std::to_string(value));
}

JsonWriter& JsonWriter::raw(std::string_view json) {
  separate();
  text_.append(json);
  needs_comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::splice(std::string_view object) {
  const auto first = object.find('{');
  const auto last = object.rfind('}');
  const auto members = object.substr(first + 1, last - first - 1);
  if (members.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return *this;
  return raw(members);
}

} // namespace tenon::api
