#include "loader/image.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "tenon/crypto/sha256.hpp"

namespace tenon::host::loader {

namespace {

constexpr std::uint64_t kMaxFileBytes = 1ull << 30;

// The kernel answers EBUSY while it still holds pages of the fresh copy for itself, which passes by
// itself within milliseconds.
bool seal(int descriptor) {
  constexpr int kAttempts = 200;
  constexpr useconds_t kPauseUs = 5000;
  constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  for (int attempt = 1; fcntl(descriptor, F_ADD_SEALS, kSeals) != 0; ++attempt) {
    if (errno != EBUSY || attempt == kAttempts)
      return false;
    usleep(kPauseUs);
  }
  return true;
}

struct Descriptor {
  int value = -1;
  ~Descriptor() {
    if (value >= 0)
      close(value);
  }
  int release() { return std::exchange(value, -1); }
};

Refusal unreadable(const std::filesystem::path& file, const std::string& what, int error) {
  return {RefusalCode::kUnreadable,
          file.string(),
          what,
          "a readable regular file of at most 1 GiB",
          std::strerror(error),
          "check the file's type, owner and mode"};
}

bool copy_all(int from, int to, std::uint64_t& size) {
  std::vector<char> buffer(1u << 20);
  size = 0;
  for (;;) {
    const ssize_t count = ::read(from, buffer.data(), buffer.size());
    if (count == 0)
      return true;
    if (count < 0) {
      if (errno == EINTR)
        continue;
      return false;
    }
    for (ssize_t written = 0; written < count;) {
      const ssize_t step =
          ::write(to, buffer.data() + written, static_cast<std::size_t>(count - written));
      if (step < 0 && errno != EINTR)
        return false;
      written += step > 0 ? step : 0;
    }
    size += static_cast<std::uint64_t>(count);
    if (size > kMaxFileBytes) {
      errno = EFBIG;
      return false;
    }
  }
}

} // namespace

Checked<Image> Image::read(const std::filesystem::path& file) {
  // Not blocking: a pipe under this name must not hang the node.
  Descriptor source{open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (source.value < 0)
    return unreadable(file, "it cannot be opened", errno);
  struct stat facts {};
  if (fstat(source.value, &facts) != 0)
    return unreadable(file, "it cannot be examined", errno);
  if (!S_ISREG(facts.st_mode))
    return unreadable(file, "it is not a regular file", EINVAL);
  Descriptor memory{memfd_create(file.filename().c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (memory.value < 0)
    return unreadable(file, "no memory file could be made for it", errno);
  std::uint64_t size = 0;
  if (!copy_all(source.value, memory.value, size))
    return unreadable(file, "it cannot be read", errno);
  if (!seal(memory.value))
    return unreadable(file, "its copy cannot be sealed", errno);
  if (size == 0)
    return Image(memory.release(), {});
  void* const mapping = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, memory.value, 0);
  if (mapping == MAP_FAILED)
    return unreadable(file, "its copy cannot be mapped", errno);
  return Image(memory.release(), BytesView(static_cast<const char*>(mapping), size));
}

Image::Image(int descriptor, BytesView mapping)
    : descriptor_(descriptor), bytes_(mapping), digest_(crypto::sha256(mapping)) {}

Image::Image(Image&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), bytes_(std::exchange(other.bytes_, {})),
      digest_(other.digest_) {}

Image::~Image() {
  if (!bytes_.empty())
    munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  if (descriptor_ >= 0)
    close(descriptor_);
}

std::string Image::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor_);
}

} // namespace tenon::host::loader
