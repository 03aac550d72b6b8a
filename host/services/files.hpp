// Files that must survive a power cut or stay private, written and read with that in mind. Pure
// functions over the file system; any thread.
#pragma once

#include <filesystem>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::services {

// Under a temporary name, synced, then renamed: afterwards the file is there whole or not at all.
[[nodiscard]] Status write_file_atomically(const std::filesystem::path& file, BytesView content,
                                           unsigned mode);
// At most `limit` bytes of a regular file. With `owner_only`, refuses one that others may read.
[[nodiscard]] Result<Bytes> read_file(const std::filesystem::path& file, std::size_t limit,
                                      bool owner_only);
// All of it to an open file; false, with errno, where it does not go.
[[nodiscard]] bool write_all(int descriptor, BytesView content);
// Makes the folder and its parents; the last one with mode 0700.
[[nodiscard]] Status make_private_folder(const std::filesystem::path& folder);

} // namespace tenon::host::services
