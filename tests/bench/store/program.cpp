#include "program.hpp"

#include <cstdio>

namespace tenon::bench {

std::filesystem::path shipped_plugin() {
  const std::filesystem::path plugin = "lib/tenon/plugins/tenon_store_rocksdb.so";
  std::filesystem::path folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  while (folder.has_relative_path() && !std::filesystem::exists(folder / plugin))
    folder = folder.parent_path();
  return folder / plugin;
}

int answer(const Result<nlohmann::json>& figures) {
  if (figures.ok()) {
    std::printf("%s\n", figures->dump().c_str());
    return 0;
  }
  std::fprintf(stderr, "%s\n", figures.status().to_string().c_str());
  return 1;
}

} // namespace tenon::bench
