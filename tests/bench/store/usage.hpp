// What this process takes of the machine. Stateless; any thread.
#pragma once

#include <cstdint>
#include <filesystem>

#include "tenon/core/status.hpp"

namespace tenon::bench {

// User and system time of all threads, in seconds; and of the calling thread alone.
[[nodiscard]] double process_cpu_seconds();
[[nodiscard]] double thread_cpu_seconds();

[[nodiscard]] Result<std::uint64_t> resident_bytes();
// What this process has made the kernel write, or will have.
[[nodiscard]] Result<std::uint64_t> kernel_written_bytes();
// Of all files below a directory, as they lie on the disk.
[[nodiscard]] std::uint64_t disk_bytes(const std::filesystem::path& directory);

// Waits until the process does next to nothing: until what was written has been merged and flushed
// in the background; at most a minute.
void settle();

} // namespace tenon::bench
