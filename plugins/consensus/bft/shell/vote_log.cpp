#include "bft/shell/vote_log.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/ed25519.hpp"

namespace tenon::consensus::bft {

namespace {

constexpr BytesView kMagic("TENON VOTE LOG 1\n", 17);
constexpr std::size_t kMarkBytes = 8;
constexpr std::size_t kHeadBytes = 17 + Hash::kSize + kMarkBytes;
constexpr std::size_t kFrameBytes = kMarkBytes + 16; // and size, checksum, synced
constexpr std::uint32_t kMaxRecordBytes = 256u << 20;
constexpr std::uint64_t kAllocateBytes = 1u << 20;
constexpr std::array<char, 64u << 10> kZeros{};

std::uint32_t checksum(BytesView synced, BytesView bytes) {
  uLong crc = 0;
  for (const BytesView part : {synced, bytes})
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(part.data()), part.size());
  return static_cast<std::uint32_t>(crc);
}

void append_framed(Bytes& out, BytesView mark, std::uint64_t synced, BytesView record) {
  Bytes synced_bytes;
  append_be64(synced_bytes, synced);
  out.append(mark);
  append_be32(out, static_cast<std::uint32_t>(record.size()));
  append_be32(out, checksum(synced_bytes, record));
  out.append(synced_bytes).append(record);
}

struct Framed {
  std::uint64_t synced = 0;
  BytesView bytes;
};

// The record at the place, if a whole one stands there.
std::optional<Framed> record_at(BytesView file, BytesView mark, std::uint64_t at) {
  if (file.size() - at < kFrameBytes || file.substr(at, kMarkBytes) != mark)
    return std::nullopt;
  const BytesView frame = file.substr(at + kMarkBytes);
  const std::uint32_t size = read_be32(frame);
  if (size == 0 || size > kMaxRecordBytes || frame.size() - 16 < size)
    return std::nullopt;
  const BytesView synced = frame.substr(8, 8);
  const BytesView bytes = frame.substr(16, size);
  if (checksum(synced, bytes) != read_be32(frame.substr(4)))
    return std::nullopt;
  return Framed{read_be64(synced), bytes};
}

Status system_fault(const std::string& what, const std::filesystem::path& file) {
  return fault("the vote log " + file.string() + " cannot be " + what + ": " +
               std::strerror(errno) +
               "; this replica must not vote before it can write down what it votes");
}

Status write_all(int descriptor, BytesView bytes, std::uint64_t at,
                 const std::filesystem::path& file) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return system_fault("written", file);
    bytes.remove_prefix(static_cast<std::size_t>(written));
    at += static_cast<std::uint64_t>(written);
  }
  return {};
}

Status sync_folder(const std::filesystem::path& file) {
  const int folder = ::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return system_fault("synced", file);
  const int result = fsync(folder);
  ::close(folder);
  return result == 0 ? Status() : system_fault("synced", file);
}

// Nothing when there is no file; a file that is there and cannot be read is a fault.
Result<std::optional<Bytes>> read_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return errno == ENOENT ? Result<std::optional<Bytes>>(std::optional<Bytes>())
                           : Result<std::optional<Bytes>>(system_fault("opened", file));
  Bytes bytes;
  Bytes chunk(1u << 20, '\0');
  ssize_t size = 0;
  while ((size = read(descriptor, chunk.data(), chunk.size())) != 0) {
    if (size < 0 && errno == EINTR)
      continue;
    if (size < 0)
      break;
    bytes.append(chunk, 0, static_cast<std::size_t>(size));
  }
  ::close(descriptor);
  if (size < 0)
    return system_fault("read", file);
  return std::optional<Bytes>(std::move(bytes));
}

} // namespace

VoteLog::Contents read_vote_log(BytesView file) {
  VoteLog::Contents contents;
  if (file.size() < kHeadBytes) {
    contents.lost = true;
    return contents;
  }
  const BytesView mark = file.substr(kHeadBytes - kMarkBytes, kMarkBytes);
  std::uint64_t end = kHeadBytes;
  while (const auto record = record_at(file, mark, end)) {
    contents.records.emplace_back(record->bytes);
    end += kFrameBytes + record->bytes.size();
  }
  // Beyond the end stand zeros, or what a crash left of writes that were not synced, in any order.
  // A record that was written when more had been synced already tells of damage.
  for (auto at = file.find(mark, end + 1); at != BytesView::npos && !contents.lost;
       at = file.find(mark, at + 1)) {
    const auto later = record_at(file, mark, at);
    contents.lost = later && later->synced > end;
  }
  return contents;
}

Result<std::pair<VoteLog, VoteLog::Contents>> VoteLog::open(const std::filesystem::path& file,
                                                            const Options& options) {
  VoteLog log(file, options.chain);
  TENON_ASSIGN_OR_RETURN(const std::optional<Bytes> bytes, read_file(file));
  Contents contents;
  if (!bytes) {
    contents.lost = !options.may_be_new;
  } else if (!BytesView(*bytes).starts_with(kMagic)) {
    contents.lost = true;
  } else {
    const BytesView chain = BytesView(*bytes).substr(kMagic.size(), Hash::kSize);
    if (chain.size() == Hash::kSize && chain != options.chain.view()) {
      return failed_precondition("the vote log " + file.string() +
                                 " belongs to another chain: expected " +
                                 to_hex(options.chain.view()) + ", found " + to_hex(chain) +
                                 "; give the node the data directory of this chain");
    }
    contents = read_vote_log(*bytes);
  }
  if (contents.lost && !options.loss_record.empty())
    contents.records.push_back(options.loss_record);
  // Written anew: a torn end is gone, a loss is on record, and what is read is what is there.
  TENON_RETURN_IF_ERROR(log.rewrite(contents.records));
  return std::pair(std::move(log), std::move(contents));
}

VoteLog::VoteLog(VoteLog&& other) noexcept
    : file_(std::move(other.file_)), chain_(other.chain_), mark_(std::move(other.mark_)),
      descriptor_(std::exchange(other.descriptor_, -1)), end_(other.end_), synced_(other.synced_),
      allocated_(other.allocated_) {}

VoteLog::~VoteLog() {
  if (descriptor_ >= 0)
    ::close(descriptor_);
}

Status VoteLog::write_at_end(BytesView bytes) {
  if (end_ + bytes.size() > allocated_) {
    const std::uint64_t wanted = end_ + bytes.size() + kAllocateBytes;
    for (allocated_ = end_; allocated_ < wanted; allocated_ += kZeros.size())
      TENON_RETURN_IF_ERROR(
          write_all(descriptor_, {kZeros.data(), kZeros.size()}, allocated_, file_));
  }
  TENON_RETURN_IF_ERROR(write_all(descriptor_, bytes, end_, file_));
  end_ += bytes.size();
  return {};
}

Status VoteLog::append(std::span<const Bytes> records) {
  std::size_t size = 0;
  for (const Bytes& record : records)
    size += kFrameBytes + record.size();
  Bytes bytes;
  bytes.reserve(size);
  for (const Bytes& record : records)
    append_framed(bytes, mark_, synced_, record);
  return write_at_end(bytes);
}

Status VoteLog::sync() {
  if (fdatasync(descriptor_) != 0)
    return system_fault("synced", file_);
  synced_ = end_;
  return {};
}

Status VoteLog::make_file(const std::filesystem::path& file, std::span<const Bytes> records) {
  if (descriptor_ >= 0)
    ::close(descriptor_);
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor_ < 0)
    return system_fault("made", file);
  TENON_ASSIGN_OR_RETURN(mark_, crypto::random_bytes(kMarkBytes));
  end_ = 0;
  synced_ = 0;
  allocated_ = 0;
  TENON_RETURN_IF_ERROR(write_at_end(Bytes(kMagic).append(chain_.view()).append(mark_)));
  TENON_RETURN_IF_ERROR(append(records));
  if (fsync(descriptor_) != 0)
    return system_fault("synced", file);
  synced_ = end_;
  return {};
}

Status VoteLog::rewrite(std::span<const Bytes> records) {
  const std::filesystem::path next = file_.string() + ".new";
  TENON_RETURN_IF_ERROR(make_file(next, records));
  if (std::rename(next.c_str(), file_.c_str()) != 0)
    return system_fault("replaced", file_);
  return sync_folder(file_);
}

} // namespace tenon::consensus::bft
