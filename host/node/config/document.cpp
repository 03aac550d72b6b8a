#include "node/config/document.hpp"

#include <algorithm>
#include <optional>

namespace tenon::host::config {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxDepth = 64;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Position position_of(std::string_view text, std::size_t offset) {
  Position position;
  for (const char c : text.substr(0, offset)) {
    if (c == '\n') {
      position.line += 1;
      position.column = 1;
    } else {
      position.column += 1;
    }
  }
  return position;
}

} // namespace

// Builds the document from the parser's events and follows them through the text, token by token,
// which is how it knows where each value begins: the parser tells nobody.
class DocumentBuilder final : public nlohmann::json_sax<Json> {
public:
  DocumentBuilder(std::string_view text, Document& document) : text_(text), document_(document) {}

  bool null() override { return add(Json(nullptr), 4); }
  bool boolean(bool value) override { return add(Json(value), value ? 4 : 5); }
  bool number_integer(number_integer_t value) override { return add(Json(value), number_size()); }
  bool number_unsigned(number_unsigned_t value) override { return add(Json(value), number_size()); }
  bool number_float(number_float_t value, const string_t&) override {
    return add(Json(value), number_size());
  }
  bool string(string_t& value) override { return add(Json(std::move(value)), string_size()); }
  bool binary(binary_t&) override { return false; } // never in JSON text
  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    skip_separators();
    key_offset_ = offset_;
    offset_ += string_size();
    key_ = std::move(value);
    if (stack_.back()->contains(key_)) {
      fail(key_offset_, pointer() / key_, "the key stands twice in the same object",
           "each key at most once", "\"" + key_ + "\"");
      return false;
    }
    return true;
  }

  bool parse_error(std::size_t offset, const std::string&,
                   const nlohmann::detail::exception& exception) override {
    std::size_t end = text_.size();
    while (end > 0 && is_space(text_[end - 1]))
      --end;
    std::string detail = exception.what();
    if (const auto colon = detail.rfind(": "); colon != std::string::npos)
      detail.erase(0, colon + 2);
    if (offset > end) {
      fail(end, pointer(), "the file ends before the document is complete", "a whole JSON document",
           "the end of the file");
    } else {
      fail(offset == 0 ? 0 : offset - 1, pointer(), "this is not JSON", "valid JSON", detail);
    }
    return false;
  }

  [[nodiscard]] const std::optional<ConfigError>& error() const { return error_; }

private:
  [[nodiscard]] Json::json_pointer pointer() const {
    Json::json_pointer result;
    for (const std::string& word : words_)
      result.push_back(word);
    return result;
  }

  void fail(std::size_t offset, const Json::json_pointer& path, std::string what,
            std::string expected, std::string found) {
    error_ = ConfigError{document_.file_,
                         position_of(text_, offset),
                         readable_path(path),
                         std::move(what),
                         std::move(expected),
                         std::move(found),
                         {}};
  }

  void skip_separators() {
    while (offset_ < text_.size() &&
           (is_space(text_[offset_]) || text_[offset_] == ',' || text_[offset_] == ':'))
      ++offset_;
  }
  [[nodiscard]] std::size_t string_size() {
    skip_separators();
    std::size_t end = offset_ + 1;
    while (end < text_.size() && text_[end] != '"')
      end += text_[end] == '\\' ? 2 : 1;
    return end + 1 - offset_;
  }
  [[nodiscard]] std::size_t number_size() {
    skip_separators();
    const std::size_t end = text_.find_first_not_of("+-.0123456789eE", offset_);
    return (end == std::string_view::npos ? text_.size() : end) - offset_;
  }

  // Puts the value where it belongs and notes where it begins.
  Json* place(Json value) {
    skip_separators();
    std::size_t begin = offset_;
    Json* target = &document_.json_;
    if (stack_.empty()) {
      *target = std::move(value);
    } else if (stack_.back()->is_array()) {
      words_.push_back(std::to_string(stack_.back()->size()));
      stack_.back()->push_back(std::move(value));
      target = &stack_.back()->back();
    } else {
      words_.push_back(key_);
      begin = key_offset_;
      target = &(*stack_.back())[key_];
      *target = std::move(value);
    }
    advance_position(begin);
    document_.positions_[pointer().to_string()] = position_;
    return target;
  }

  bool add(Json value, std::size_t size) {
    place(std::move(value));
    offset_ += size;
    leave();
    return true;
  }
  bool open(Json value) {
    if (stack_.size() == kMaxDepth) {
      skip_separators();
      fail(offset_, pointer(), "the document is nested too deeply",
           "at most " + std::to_string(kMaxDepth) + " levels", "more");
      return false;
    }
    stack_.push_back(place(std::move(value)));
    offset_ += 1;
    return true;
  }
  bool close() {
    skip_separators();
    offset_ += 1;
    stack_.pop_back();
    leave();
    return true;
  }
  void leave() {
    if (!words_.empty())
      words_.pop_back();
  }
  // Values come in the order of the text, so lines are counted once.
  void advance_position(std::size_t offset) {
    for (; counted_ < offset; ++counted_) {
      if (text_[counted_] == '\n') {
        position_.line += 1;
        position_.column = 1;
      } else {
        position_.column += 1;
      }
    }
  }

  std::string_view text_;
  Document& document_;
  std::size_t offset_ = 0;
  std::size_t counted_ = 0;
  Position position_;
  std::string key_;
  std::size_t key_offset_ = 0;
  std::vector<Json*> stack_;
  std::vector<std::string> words_;
  std::optional<ConfigError> error_;
};

std::string ConfigError::sentence() const {
  std::string text = file + ":" + std::to_string(position.line) + ":" +
                     std::to_string(position.column) + " " + (path.empty() ? "document" : path) +
                     ": " + what;
  if (!expected.empty())
    text += ", expected " + expected;
  if (!found.empty())
    text += ", found " + found;
  if (!suggestion.empty())
    text += ", did you mean \"" + suggestion + "\"?";
  return text;
}

Status to_status(const ConfigErrors& errors) {
  std::string text;
  for (const ConfigError& error : errors)
    text += (text.empty() ? "" : "\n") + error.sentence();
  return invalid_argument(std::move(text));
}

std::variant<Document, ConfigError> Document::parse(std::string_view text, std::string file) {
  Document document;
  document.file_ = std::move(file);
  DocumentBuilder builder(text, document);
  if (!Json::sax_parse(text.begin(), text.end(), &builder)) {
    if (builder.error())
      return *builder.error();
    return ConfigError{document.file_, {}, {}, "this is not JSON", "valid JSON", {}, {}};
  }
  return document;
}

Position Document::position(const Json::json_pointer& pointer) const {
  Json::json_pointer place = pointer;
  for (;;) {
    if (const auto found = positions_.find(place.to_string()); found != positions_.end())
      return found->second;
    if (place.empty())
      return {};
    place.pop_back();
  }
}

ConfigError Document::error(const Json::json_pointer& pointer, std::string what,
                            std::string expected, std::string found) const {
  return {file_,
          position(pointer),
          readable_path(pointer),
          std::move(what),
          std::move(expected),
          std::move(found),
          {}};
}

std::string readable_path(const Json::json_pointer& pointer) {
  std::vector<std::string> words;
  for (Json::json_pointer rest = pointer; !rest.empty(); rest.pop_back())
    words.push_back(rest.back());
  std::string path;
  for (auto word = words.rbegin(); word != words.rend(); ++word) {
    const bool index = !word->empty() && word->find_first_not_of("0123456789") == std::string::npos;
    if (index)
      path += "[" + *word + "]";
    else
      path += (path.empty() ? "" : ".") + *word;
  }
  return path;
}

std::string readable_value(const Json& value) {
  constexpr std::size_t kMaxShown = 60;
  if (value.is_object())
    return "an object";
  if (value.is_array())
    return "an array of " + std::to_string(value.size());
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > kMaxShown)
    text = text.substr(0, kMaxShown) + "…";
  return text;
}

} // namespace tenon::host::config
