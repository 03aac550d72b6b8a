// Values by reference in plugin sections: {"$file": "path"} and {"$env": "NAME"} stand for a
// secret, and a leading "$DATA/" for the node's data directory. Resolved when the configuration is
// read; main thread.
#pragma once

#include <filesystem>

#include "node/config/document.hpp"

namespace tenon::host::config {

struct References {
  const Document& document;
  std::filesystem::path folder; // where relative paths of the file start
  std::filesystem::path data_directory;
};

// Replaces the references in `value`, which stands under `place`; mistakes are appended.
void resolve_references(nlohmann::json& value, const nlohmann::json::json_pointer& place,
                        const References& references, ConfigErrors& errors);

} // namespace tenon::host::config
