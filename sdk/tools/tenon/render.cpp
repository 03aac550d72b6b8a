#include "render.hpp"

#include <algorithm>
#include <vector>

#include "tenon/core/encoding.hpp"

namespace tenon::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string cell(const Json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_null())
    return "-";
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// A cell of a table, where one long value must not widen a column for all.
std::string table_cell(const Json& value) {
  constexpr std::size_t kMaxCharacters = 140;
  constexpr std::size_t kShownCharacters = 64;
  std::string text = cell(value);
  if (text.size() > kMaxCharacters)
    text =
        text.substr(0, kShownCharacters) + "... (" + std::to_string(text.size()) + " characters)";
  return text;
}

bool is_table(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& row) { return row.is_object(); });
}

std::string render_table(const Json& rows, const std::string& indent) {
  std::vector<std::string> columns;
  for (const Json& row : rows) {
    for (const auto& [name, value] : row.items()) {
      if (std::find(columns.begin(), columns.end(), name) == columns.end())
        columns.push_back(name);
    }
  }
  std::vector<std::size_t> widths;
  for (const std::string& column : columns) {
    std::size_t width = column.size();
    for (const Json& row : rows) {
      if (row.contains(column))
        width = std::max(width, table_cell(row[column]).size());
    }
    widths.push_back(width);
  }
  const auto line = [&](const auto& text_of) {
    std::string out = indent;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      std::string text = text_of(columns[i]);
      if (i + 1 < columns.size())
        text.resize(std::max(text.size(), widths[i]) + 2, ' ');
      out += text;
    }
    return out + "\n";
  };
  std::string out = line([](const std::string& column) { return column; });
  for (const Json& row : rows) {
    out += line([&](const std::string& column) {
      return row.contains(column) ? table_cell(row[column]) : std::string("-");
    });
  }
  return out;
}

std::string render_indented(const Json& value, const std::string& indent) {
  if (is_table(value))
    return render_table(value, indent);
  if (value.is_array()) {
    std::string out;
    for (const Json& item : value)
      out += indent + cell(item) + "\n";
    return value.empty() ? indent + "(none)\n" : out;
  }
  if (!value.is_object())
    return indent + cell(value) + "\n";
  std::size_t width = 0;
  for (const auto& [name, item] : value.items())
    width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, item] : value.items()) {
    if (item.is_object() || is_table(item)) {
      out += indent + name + ":\n" + render_indented(item, indent + "  ");
    } else {
      out += indent + name + ":" + std::string(width - name.size() + 1, ' ') + cell(item) + "\n";
    }
  }
  return out;
}

} // namespace

std::string render(const Json& value) {
  return render_indented(value, "");
}

std::string printable(BytesView bytes) {
  const bool is_word = std::all_of(bytes.begin(), bytes.end(),
                                   [](char c) { return c > ' ' && c <= '~'; });
  return is_word && !bytes.starts_with("0x") ? std::string(bytes) : "0x" + to_hex(bytes);
}

} // namespace tenon::tool
