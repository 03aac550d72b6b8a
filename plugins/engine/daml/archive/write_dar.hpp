// Writes DARs; dar.hpp reads them. Pure; any thread.
//
// The bytes depend on nothing but the arguments: no time, no compression, packages in the order
// given. So whoever assembles the same text gets the same file.
#pragma once

#include <string_view>
#include <vector>

#include "archive/archive.hpp"

namespace tenon::daml::archive {

// The main package and those that it needs. `name` is what the manifest calls the main package,
// name and version as in "iou-1.0.0"; the names of entries keep its ASCII letters, its digits and
// "-._" of it. INVALID_ARGUMENT for a name with a control character or a package given twice,
// RESOURCE_EXHAUSTED for what no reader would take.
Result<Bytes> write_dar(std::string_view name, const Archive& main,
                        const std::vector<Archive>& dependencies);

} // namespace tenon::daml::archive
