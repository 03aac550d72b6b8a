// A folder with backups of one chain (docs/spec/backup.md): every file once, under its SHA-256, and
// one manifest for each backup. Owned by the command or the service that uses it; one thread.
#pragma once

#include <functional>
#include <map>

#include "backup/manifest.hpp"
#include "ports/disk.hpp"
#include "tenon/core/function_ref.hpp"

namespace tenon::host::backup {

// Asked before so many bytes go on: may wait, and a failure ends the work.
using Pace = std::function<Status(std::uint64_t bytes)>;

class Folder {
public:
  // `path` is absolute.
  Folder(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  [[nodiscard]] const std::string& path() const { return path_; }
  // In order. NOT_FOUND where there are none.
  [[nodiscard]] Result<std::vector<std::uint64_t>> ids() const;
  // NOT_FOUND names those that are there.
  [[nodiscard]] Result<Manifest> read(std::uint64_t id) const;
  [[nodiscard]] std::string manifest_file(std::uint64_t id) const;
  [[nodiscard]] std::string file_of(const BackedUpFile& file) const;

  // Is each file there, of its size and its digest? DATA_LOSS names the first that is not.
  [[nodiscard]] Status check_files(const Manifest& manifest, const Pace& pace) const;
  // The same for one file; its bytes go to `to` as well.
  [[nodiscard]] Status copy_out(const Manifest& manifest, const BackedUpFile& file,
                                FunctionRef<Status(BytesView)> to, const Pace& pace) const;

private:
  Disk& disk_;
  std::string path_;
};

// The folder while one process adds to it.
class Writer {
public:
  // Makes the folder, or takes one that has backups of this chain; removes what a backup that was
  // cut short has left. ABORTED while somebody else adds to it.
  [[nodiscard]] static Result<Writer> open(Disk& disk, const std::string& path, const Hash& chain);

  // Has an earlier backup by this key a file with that content? Then nothing has to be read.
  [[nodiscard]] std::optional<BackedUpFile> known(const std::string& content,
                                                  BytesView public_key) const;
  // Copies what is at `source`, unless a file with the same digest is there. Fills all of `file`
  // but its name and content; the bytes that are new.
  [[nodiscard]] Result<std::uint64_t> add(const std::string& source, BackedUpFile& file,
                                          const Pace& pace);
  [[nodiscard]] Result<std::uint64_t> add_bytes(BytesView bytes, BackedUpFile& file);
  // The backup is there once this returns.
  [[nodiscard]] Status finish(Manifest& manifest, const Signer& signer);
  // What no manifest names.
  [[nodiscard]] Status remove_unnamed();

private:
  using Next = FunctionRef<Result<Bytes>()>;
  Writer(Disk& disk, std::string path, std::unique_ptr<FileLock> lock)
      : disk_(disk), folder_(disk, path), path_(std::move(path)), lock_(std::move(lock)) {}
  [[nodiscard]] Status read_all(const Hash& chain);
  [[nodiscard]] Result<std::uint64_t> take(Next next, BackedUpFile& file);
  [[nodiscard]] Result<bool> has(const BackedUpFile& file) const;

  Disk& disk_;
  Folder folder_;
  std::string path_;
  std::unique_ptr<FileLock> lock_;
  std::vector<Manifest> manifests_;
};

} // namespace tenon::host::backup
