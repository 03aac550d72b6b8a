// Files as the host's parts see them where a power cut at any moment must be survived: what is not
// synced may be gone, a new name only stays once its folder is synced. Owned by whoever runs the
// work; tests bring one that forgets. One thread at a time for each file.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host {

class FileReader {
public:
  virtual ~FileReader() = default;
  // At most `limit` bytes of what follows; nothing at the end.
  [[nodiscard]] virtual Result<Bytes> read(std::size_t limit) = 0;
};

class FileWriter {
public:
  virtual ~FileWriter() = default;
  [[nodiscard]] virtual Status append(BytesView bytes) = 0;
  [[nodiscard]] virtual Status sync() = 0;
};

// Held for as long as it lives, by one process at a time.
class FileLock {
public:
  virtual ~FileLock() = default;
};

// Failures name the file and why.
class Disk {
public:
  virtual ~Disk() = default;
  // What is in a folder, sorted; nothing where there is none.
  [[nodiscard]] virtual Result<std::vector<std::string>> names(const std::string& folder) = 0;
  // Nothing where there is no such file.
  [[nodiscard]] virtual Result<std::optional<std::uint64_t>> size(const std::string& file) = 0;
  [[nodiscard]] virtual Result<std::unique_ptr<FileReader>> open(const std::string& file) = 0;
  // Empty, in place of one that was there. Only its owner may read it.
  [[nodiscard]] virtual Result<std::unique_ptr<FileWriter>> create(const std::string& file) = 0;
  // With its parents; one that is there is fine.
  [[nodiscard]] virtual Status make_folder(const std::string& folder) = 0;
  [[nodiscard]] virtual Status rename(const std::string& from, const std::string& to) = 0;
  // A file, or a folder with all that is in it; nothing there is fine.
  [[nodiscard]] virtual Status remove(const std::string& path) = 0;
  [[nodiscard]] virtual Status sync_folder(const std::string& folder) = 0;
  // ABORTED while another process, or another part of this one, holds it.
  [[nodiscard]] virtual Result<std::unique_ptr<FileLock>> lock(const std::string& file) = 0;
};

} // namespace tenon::host
