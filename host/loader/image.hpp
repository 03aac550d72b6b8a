// The bytes of a plugin file, read once: what is checked is what is loaded. Read into a memory file
// that is sealed before the first check, so that replacing the file on disk afterwards changes
// nothing. Owned by the loader; any thread.
#pragma once

#include <filesystem>

#include "loader/refusal.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::host::loader {

class Image {
public:
  static Checked<Image> read(const std::filesystem::path& file);
  Image(Image&& other) noexcept;
  Image& operator=(Image&& other) = delete;
  ~Image();

  [[nodiscard]] BytesView bytes() const { return bytes_; }
  [[nodiscard]] const Hash& digest() const { return digest_; }
  // For the dynamic linker, and for a debugger in another process: valid while this object lives.
  [[nodiscard]] std::string path() const;

private:
  Image(int descriptor, BytesView mapping);

  int descriptor_;
  BytesView bytes_;
  Hash digest_;
};

} // namespace tenon::host::loader
