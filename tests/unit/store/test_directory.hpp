// A directory of a test's own, gone with it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tenon::store {

class TestDirectory {
public:
  TestDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "tenon-store-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      std::abort(); // no temporary directory: no test can run
    path_ = name;
  }
  ~TestDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TestDirectory(const TestDirectory&) = delete;
  TestDirectory& operator=(const TestDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

private:
  std::string path_;
};

} // namespace tenon::store
