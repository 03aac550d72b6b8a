#include "common/json/json_text.hpp"

#include <algorithm>
#include <charconv>
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
Status check_bounds(std::string_view text, LongNumbers numbers) {
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
    } else if (is_digit(c) && numbers == LongNumbers::kRound) {
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

// Far beyond those of any double.
constexpr std::int64_t kMaxExponent = 1'000'000'000;

// A number, in whichever of its ways JSON writes it.
struct Decimal {
  std::string digits; // without zeros around them
  std::int64_t exponent = 0;

  explicit Decimal(std::string_view number) {
    const std::size_t end = std::min(number.find_first_of("eE"), number.size());
    std::string_view power = number.substr(end);
    power.remove_prefix(power.empty() ? 0 : 1);
    power.remove_prefix(power.starts_with('+') ? 1 : 0);
    std::from_chars(power.data(), power.data() + power.size(), exponent);
    exponent = std::clamp(exponent, -kMaxExponent, kMaxExponent);
    const std::size_t point = std::min(number.substr(0, end).find('.'), end);
    for (std::size_t i = 0; i < end; ++i) {
      if (is_digit(number[i])) {
        digits += number[i];
        exponent -= i > point ? 1 : 0;
      }
    }
    const std::size_t kept = digits.find_last_not_of('0') + 1;
    exponent += static_cast<std::int64_t>(digits.size() - kept);
    digits.resize(kept);
    digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size()));
    exponent = digits.empty() ? 0 : exponent;
  }
  bool operator==(const Decimal&) const = default;
};

// Builds the value, and sees each number as it was written.
class Builder final : public nlohmann::json_sax<Json> {
public:
  explicit Builder(LongNumbers numbers) : numbers_(numbers) {}

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    const bool keeps = numbers_ == LongNumbers::kRound || Decimal(text) == Decimal(dump(value));
    return keeps ? add(value) : add(text);
  }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; } // text has none
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    if (around_.back()->contains(name) && twice_.empty())
      twice_ = name;
    key_ = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) override {
    error_ = plain_error(error.what());
    return false;
  }

  Result<Json> take() {
    if (!error_.empty())
      return invalid_argument(error_);
    if (!twice_.empty())
      return invalid_argument("the member '" + twice_ + "' stands twice in one object");
    return std::move(root_);
  }

private:
  // Where the value has got to.
  Json* place(Json value) {
    if (around_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *around_.back();
    if (parent.is_object())
      return &(parent[key_] = std::move(value));
    parent.push_back(std::move(value));
    return &parent.back();
  }
  bool add(Json value) {
    place(std::move(value));
    return true;
  }
  bool open(Json value) {
    around_.push_back(place(std::move(value)));
    return true;
  }
  bool close() {
    around_.pop_back();
    return true;
  }

  LongNumbers numbers_;
  Json root_;
  std::vector<Json*> around_; // the lists and objects that are open
  std::string key_;
  std::string twice_;
  std::string error_;
};

} // namespace

Result<Json> parse_json(std::string_view text, LongNumbers numbers) {
  TENON_RETURN_IF_ERROR(check_bounds(text, numbers));
  Builder builder(numbers);
  Json::sax_parse(text, &builder);
  return builder.take();
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
