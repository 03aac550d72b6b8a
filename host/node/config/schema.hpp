// JSON Schema (draft 7) with mistakes told in the form of ConfigError. The node's own schema and
// those of the plugins go through here. Values only, any thread.
#pragma once

#include <memory>

#include "node/config/document.hpp"

namespace tenon::host::config {

class Schema {
public:
  // INVALID_ARGUMENT when it is no JSON Schema.
  static Result<Schema> compile(const nlohmann::json& schema);
  Schema(Schema&&) noexcept;
  ~Schema();

  // `value` stands under `base` in the document, which gives positions; it may differ from the
  // document where secrets and paths have been resolved.
  [[nodiscard]] ConfigErrors check(const nlohmann::json& value, const Document& document,
                                   const nlohmann::json::json_pointer& base) const;

private:
  struct Compiled;
  explicit Schema(std::unique_ptr<Compiled> compiled);
  std::unique_ptr<Compiled> compiled_;
};

// The schema of the node's configuration file, as it stands in config/schema/node.schema.json.
[[nodiscard]] std::string_view node_schema_text();

} // namespace tenon::host::config
