#include "shared_dars.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "archive/dar.hpp"

namespace tenon::daml::interpreter::test {

std::vector<std::filesystem::path> shared_dars() {
  const char* const shared = std::getenv("TENON_SHARED_DIR");
  const std::filesystem::path root(shared != nullptr ? shared : TENON_SOURCE_DIR "/../shared");
  std::vector<std::filesystem::path> files;
  for (const std::string_view folder : {"daml/dars", "daml/dars-testtool"}) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root / folder, error)) {
      if (entry.path().extension() == ".dar")
        files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::shared_ptr<const lf::Package>> add_dar(PackageStore& store,
                                                        const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream content;
  content << stream.rdbuf();
  const auto dar = archive::read_dar(content.str(), file.filename().string());
  if (!dar.ok())
    return {};
  auto decoded = archive::decode_dar(*dar, file.filename().string());
  if (!decoded.ok())
    return {};
  std::vector<std::shared_ptr<const lf::Package>> waiting;
  for (lf::Package& package : *decoded)
    waiting.push_back(std::make_shared<const lf::Package>(std::move(package)));
  std::vector<std::shared_ptr<const lf::Package>> added;
  for (bool progress = true; progress;) {
    progress = false;
    for (auto& package : waiting) {
      if (package == nullptr || store.has(package->id())) {
        package = nullptr;
      } else if (store.add(package).ok()) {
        added.push_back(std::move(package));
        progress = true;
      }
    }
  }
  return added;
}

} // namespace tenon::daml::interpreter::test
