// A JSON document that remembers where in its file each value stands, and the form in which every
// mistake in it is told: `file:line:column path: what, expected, found, did you mean`. Made when a
// node starts and by the tool; values only, any thread.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "tenon/core/status.hpp"

namespace tenon::host::config {

struct Position {
  std::size_t line = 1;
  std::size_t column = 1;
};

struct ConfigError {
  std::string file;
  Position position;
  std::string path; // "apis[0].config.listen"; empty for the whole document
  std::string what;
  std::string expected;
  std::string found;
  std::string suggestion; // a word that was perhaps meant

  [[nodiscard]] std::string sentence() const;
};

using ConfigErrors = std::vector<ConfigError>;

// One sentence per line.
[[nodiscard]] Status to_status(const ConfigErrors& errors);

class Document {
public:
  // `file` is the name under which mistakes are told.
  static std::variant<Document, ConfigError> parse(std::string_view text, std::string file);

  [[nodiscard]] const nlohmann::json& json() const { return json_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  // Of the value under a JSON pointer, or of the nearest enclosing value that exists.
  [[nodiscard]] Position position(const nlohmann::json::json_pointer& pointer) const;
  // A mistake at a place of this document.
  [[nodiscard]] ConfigError error(const nlohmann::json::json_pointer& pointer, std::string what,
                                  std::string expected, std::string found) const;

private:
  friend class DocumentBuilder;
  std::string file_;
  nlohmann::json json_;
  std::map<std::string, Position> positions_;
};

// "apis[0].config.listen"
[[nodiscard]] std::string readable_path(const nlohmann::json::json_pointer& pointer);
// A value as it is told to people: short, secrets are never passed here.
[[nodiscard]] std::string readable_value(const nlohmann::json& value);

} // namespace tenon::host::config
