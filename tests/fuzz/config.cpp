// A configuration is written by hand and may be anything: it is refused with a sentence that has a
// line and a column inside the text, or it is accepted; it never crashes the node.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "node/config/schema.hpp"

using namespace tenon::host::config;

namespace {

void require(bool condition) {
  if (!condition)
    std::abort();
}

void check_error(const ConfigError& error, std::size_t lines) {
  require(error.position.line >= 1 && error.position.line <= lines);
  require(error.position.column >= 1);
  require(error.sentence().find("fuzz.json:") != std::string::npos);
}

const Schema& node_schema() {
  static const Schema schema = [] {
    auto compiled = Schema::compile(nlohmann::json::parse(node_schema_text()));
    require(compiled.ok());
    return std::move(*compiled);
  }();
  return schema;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  const auto parsed = Document::parse(text, "fuzz.json");
  if (const auto* error = std::get_if<ConfigError>(&parsed)) {
    check_error(*error, lines);
    return 0;
  }
  const auto& document = std::get<Document>(parsed);
  for (const ConfigError& error :
       node_schema().check(document.json(), document, nlohmann::json::json_pointer()))
    check_error(error, lines);
  return 0;
}
