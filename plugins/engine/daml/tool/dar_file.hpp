// A DAR from a file, with its packages decoded. Main thread.
#pragma once

#include <string>
#include <vector>

#include "archive/dar.hpp"
#include "lf/package.hpp"

namespace tenon::daml::tool {

struct DarFile {
  std::string path;
  archive::Dar dar;
  std::vector<lf::Package> packages; // the main one first, then in the manifest's order
};

// Failures begin with the path.
Result<DarFile> read_dar_file(const std::string& path);

// "iou-1.0.0"; empty before 1.8, when packages had no name.
std::string full_name(const lf::Package& package);
// The same; where a package has none, the first digits of its id.
std::string short_name(const lf::Package& package);
std::string short_id(std::string_view package_id);

} // namespace tenon::daml::tool
