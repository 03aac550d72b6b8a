// JSON in and out: a parser that bounds what it accepts, and a writer that embeds the engines' own
// JSON verbatim, so that no number is ever rounded on its way through. Any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "tenon/core/status.hpp"

namespace tenon::api {

using Json = nlohmann::json;

// What becomes of numbers that would have other digits once they were read and written.
enum class LongNumbers : std::uint8_t {
  kRound,  // but integers are refused: in a string they would be kept
  kAsText, // as they stand, in a string; for who takes numbers in strings anyway
};

// Refuses what is not one JSON document, nests deeper than kMaxJsonDepth, or names a member twice
// in one object.
inline constexpr std::size_t kMaxJsonDepth = 256;
[[nodiscard]] Result<Json> parse_json(std::string_view text,
                                      LongNumbers numbers = LongNumbers::kRound);

// Of a value of unknown form; bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string dump(const Json& value);

// Members of an object; what is not there, or of another type, is passed over.
[[nodiscard]] std::string text_member(const Json& object, const char* name,
                                      std::string otherwise = {});
void read_number(const Json& object, const char* name, std::uint64_t& value);

class JsonWriter {
public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);
  // 64-bit integers are decimal strings in this API: JavaScript rounds numbers beyond 2^53.
  JsonWriter& decimal(std::uint64_t value);
  JsonWriter& integer(std::uint64_t value);
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  // `json` is known to be JSON.
  JsonWriter& raw(std::string_view json);
  // The members of an object of JSON text, "{…}", become members of the object being written.
  JsonWriter& splice(std::string_view object);

  [[nodiscard]] std::size_t size() const { return text_.size(); }
  [[nodiscard]] std::string take() { return std::move(text_); }

private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string text_;
  bool needs_comma_ = false;
};

} // namespace tenon::api
