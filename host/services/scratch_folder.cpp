#include "services/scratch_folder.hpp"

#include <stdlib.h>

#include <cerrno>
#include <cstring>

namespace tenon::host::services {

Result<ScratchFolder> ScratchFolder::make(const std::string& purpose) {
  std::error_code error;
  const auto temporary = std::filesystem::temp_directory_path(error);
  std::string name = (temporary / ("tenon-" + purpose + "-XXXXXX")).string();
  if (error || mkdtemp(name.data()) == nullptr) {
    return failed_precondition("no folder can be made under " + temporary.string() + ": " +
                               std::strerror(errno) + "; name another one in TMPDIR");
  }
  return ScratchFolder(name);
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  if (!path_.empty())
    std::filesystem::remove_all(path_, ignored);
}

} // namespace tenon::host::services
