#include "files.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace tenon::tool {

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file && file.peek() != std::ifstream::traits_type::eof())
    content << file.rdbuf();
  if (!file.is_open() || file.bad()) {
    return not_found(path.string() + " cannot be read: " + std::strerror(errno));
  }
  return std::move(content).str();
}

Status write_file(const std::filesystem::path& path, std::string_view content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
  file.close();
  if (!file) {
    return failed_precondition(path.string() + " cannot be written: " + std::strerror(errno));
  }
  return ok_status();
}

std::filesystem::path installation() {
  std::error_code error;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
  // Benchmarks and tests stand deeper than the tool itself.
  for (auto folder = program.parent_path(); folder.has_relative_path();
       folder = folder.parent_path()) {
    if (std::filesystem::exists(folder / "bin" / "tenon", error))
      return folder;
  }
  return std::filesystem::current_path();
}

} // namespace tenon::tool
