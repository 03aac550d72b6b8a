#include "usage.hpp"

#include <sys/stat.h>

#include <chrono>
#include <ctime>
#include <fstream>
#include <string>
#include <thread>

namespace tenon::bench {

namespace {

double clock_seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

Result<std::uint64_t> number_after(const char* file, const std::string& name) {
  std::ifstream words(file);
  for (std::string word; words >> word;) {
    std::uint64_t number = 0;
    if (word == name && words >> number)
      return number;
  }
  return not_found(std::string(file) + " has no " + name);
}

} // namespace

double process_cpu_seconds() {
  return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

double thread_cpu_seconds() {
  return clock_seconds(CLOCK_THREAD_CPUTIME_ID);
}

Result<std::uint64_t> resident_bytes() {
  TENON_ASSIGN_OR_RETURN(const std::uint64_t kib, number_after("/proc/self/status", "VmRSS:"));
  return kib * 1024;
}

Result<std::uint64_t> kernel_written_bytes() {
  return number_after("/proc/self/io", "write_bytes:");
}

std::uint64_t disk_bytes(const std::filesystem::path& directory) {
  constexpr std::uint64_t kBlock = 512; // st_blocks counts in these
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
    struct stat about {};
    if (lstat(entry.path().c_str(), &about) == 0 && S_ISREG(about.st_mode))
      sum += static_cast<std::uint64_t>(about.st_blocks) * kBlock;
  }
  return sum;
}

void settle() {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kLook{500};
  constexpr double kIdleShare = 0.02;
  const auto end = Clock::now() + std::chrono::minutes(1);
  while (Clock::now() < end) {
    const double before = process_cpu_seconds();
    std::this_thread::sleep_for(kLook);
    const double looked = std::chrono::duration<double>(kLook).count();
    if (process_cpu_seconds() - before < looked * kIdleShare)
      return;
  }
}

} // namespace tenon::bench
