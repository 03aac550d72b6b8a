// What a DAR says, as JSON: the answer of `inspect --json`, whose members docs/daml-text.md lists.
// Pure.
#pragma once

#include "text/type_text.hpp"
#include "tool/commands.hpp"
#include "tool/dar_file.hpp"

namespace tenon::daml::tool {

// `names`: what stands in front of the names that other packages define.
Json describe_dar(const DarFile& file, const text::PackageNames& names);

} // namespace tenon::daml::tool
