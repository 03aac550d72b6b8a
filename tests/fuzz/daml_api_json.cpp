// A text that a client sends, and after a zero byte a value of the engine: the text is refused in
// words or means the same when it is written and read again, whether its long numbers are kept or
// not; the value is written as JSON, and queries and keys are held against it and refused in words
// or answered, always the same.
#include <cstdlib>
#include <string_view>

#include "common/json/json_text.hpp"
#include "json/value_json.hpp"
#include "json/value_match.hpp"
#include "tenon/daml/v1/value.pb.h"

using namespace tenon;
using namespace tenon::daml_api::json;
using api::Json;
using daml::v1::Value;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

// What is taken without the digits of long numbers is taken with them, and of the same form.
void check_numbers(std::string_view text, const Json* exact) {
  const auto rounded = api::parse_json(text);
  if (!rounded.ok()) {
    require(!rounded.status().message().empty());
    return;
  }
  require(exact != nullptr && rounded->size() == exact->size());
}

void check_query_of(const Value& value, const Json& query) {
  if (const Status status = check_query(query); !status.ok()) {
    require(!status.message().empty());
    return;
  }
  const auto first = matches(value, query);
  const auto second = matches(value, query);
  require(first.ok() == second.ok());
  if (first.ok())
    require(*first == *second);
  else
    require(!first.status().message().empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView bytes(reinterpret_cast<const char*>(data), size);
  const BytesView text = bytes.substr(0, bytes.find('\0'));
  const auto body = api::parse_json(text, api::LongNumbers::kAsText);
  check_numbers(text, body.ok() ? &*body : nullptr);
  if (body.ok()) {
    const auto again = api::parse_json(api::dump(*body), api::LongNumbers::kAsText);
    require(again.ok() && *again == *body);
  } else {
    require(!body.status().message().empty());
  }
  if (text.size() == bytes.size())
    return 0;
  const auto value = parse_value(bytes.substr(text.size() + 1));
  if (!value.ok())
    return 0;
  api::JsonWriter json;
  write_value(json, *value);
  // Names may stand twice in what is no value of a ledger.
  const auto written = api::parse_json(json.take());
  if (written.ok())
    static_cast<void>(is_equal(*value, *written));
  if (body.ok()) {
    check_query_of(*value, *body);
    static_cast<void>(is_equal(*value, *body));
  }
  return 0;
}
