// Packages of the shared data, which stands beside the source tree or where TENON_SHARED_DIR says.
#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "interpreter/store.hpp"

namespace tenon::daml::interpreter::test {

// In the order of their names; none when the folder is not there.
[[nodiscard]] std::vector<std::filesystem::path> shared_dars();
// The packages of the file that were not in the store and now are, dependencies first. None for a
// file that this engine does not read.
std::vector<std::shared_ptr<const lf::Package>> add_dar(PackageStore& store,
                                                        const std::filesystem::path& file);

} // namespace tenon::daml::interpreter::test
