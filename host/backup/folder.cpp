#include "backup/folder.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::backup {

namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::size_t kMaxManifestBytes = 256u << 20;
constexpr const char* kManifests = "/backups";
constexpr const char* kFiles = "/files";
constexpr const char* kPartial = "partial"; // in either, while it is being written
constexpr const char* kLock = "lock";
constexpr std::string_view kManifestEnd = ".manifest";

Status broken(const Manifest& manifest, const std::string& what) {
  return data_loss("backup " + std::to_string(manifest.id) + " is not whole: " + what +
                   ". How to fix: use another backup, or another copy of this one");
}

} // namespace

std::string Folder::manifest_file(std::uint64_t id) const {
  return path_ + kManifests + "/" + std::to_string(id) + std::string(kManifestEnd);
}

std::string Folder::file_of(const BackedUpFile& file) const {
  return path_ + kFiles + "/" + to_hex(file.sha256.view());
}

Result<std::vector<std::uint64_t>> Folder::ids() const {
  TENON_ASSIGN_OR_RETURN(const auto names, disk_.names(path_ + kManifests));
  std::vector<std::uint64_t> found;
  for (const std::string& name : names) {
    if (!name.ends_with(kManifestEnd))
      continue;
    const auto id =
        parse_u64(std::string_view(name).substr(0, name.size() - kManifestEnd.size()));
    if (id)
      found.push_back(*id);
  }
  std::sort(found.begin(), found.end());
  if (found.empty())
    return not_found("there is no backup in " + path_ + ". How to make one: tenon backup create");
  return found;
}

Result<Manifest> Folder::read(std::uint64_t id) const {
  const std::string name = manifest_file(id);
  TENON_ASSIGN_OR_RETURN(const auto size, disk_.size(name));
  if (!size) {
    TENON_ASSIGN_OR_RETURN(const auto there, ids());
    std::string list;
    for (const std::uint64_t other : there)
      list += (list.empty() ? "" : ", ") + std::to_string(other);
    return not_found("there is no backup " + std::to_string(id) + " in " + path_ + ", only " +
                     list);
  }
  if (*size > kMaxManifestBytes) {
    return data_loss(name + " is no manifest: it has " + std::to_string(*size) +
                     " bytes. How to fix: remove it");
  }
  TENON_ASSIGN_OR_RETURN(const auto file, disk_.open(name));
  TENON_ASSIGN_OR_RETURN(const Bytes document, file->read(*size));
  TENON_ASSIGN_OR_RETURN(Manifest manifest, read_manifest(document, name));
  if (manifest.id == id)
    return manifest;
  return data_loss(name + " is the manifest of backup " + std::to_string(manifest.id) +
                   ", expected that of backup " + std::to_string(id) +
                   ". How to fix: give it back its name");
}

Status Folder::copy_out(const Manifest& manifest, const BackedUpFile& file,
                        FunctionRef<Status(BytesView)> to, const Pace& pace) const {
  const std::string name = file_of(file);
  const std::string what = "the file " + name + ", which holds " + file.name;
  TENON_ASSIGN_OR_RETURN(const auto size, disk_.size(name));
  if (!size)
    return broken(manifest, what + ", is missing");
  if (*size != file.size) {
    return broken(manifest, what + ", has another size: expected " + std::to_string(file.size) +
                                " bytes, found " + std::to_string(*size));
  }
  TENON_ASSIGN_OR_RETURN(const auto reader, disk_.open(name));
  crypto::Sha256 hash;
  for (;;) {
    TENON_ASSIGN_OR_RETURN(const Bytes piece, reader->read(kPieceBytes));
    if (piece.empty())
      break;
    TENON_RETURN_IF_ERROR(pace(piece.size()));
    hash.add(piece);
    TENON_RETURN_IF_ERROR(to(piece));
  }
  const Hash found = hash.digest();
  if (found == file.sha256)
    return {};
  return broken(manifest, what + ", was changed: its SHA-256 is " + to_hex(found.view()));
}

Status Folder::check_files(const Manifest& manifest, const Pace& pace) const {
  for (const BackedUpFile& file : manifest.files) {
    TENON_RETURN_IF_ERROR(copy_out(
        manifest, file, [](BytesView) { return Status(); }, pace));
  }
  return {};
}

Result<Writer> Writer::open(Disk& disk, const std::string& path, const Hash& chain) {
  TENON_ASSIGN_OR_RETURN(const auto names, disk.names(path));
  const bool used = std::find(names.begin(), names.end(), &kManifests[1]) != names.end();
  if (!names.empty() && !used && names != std::vector<std::string>{kLock}) {
    return failed_precondition(path + " is no folder of backups: expected an empty one, or one "
                               "that holds backups already, found \"" + names.front() +
                               "\". How to fix: name another folder");
  }
  TENON_RETURN_IF_ERROR(disk.make_folder(path));
  auto lock = disk.lock(path + "/" + kLock);
  if (lock.status().code() == Code::kAborted) {
    return Status(Code::kAborted,
                  "another backup into " + path + " is under way. How to fix: wait for its end");
  }
  if (!lock.ok())
    return lock.status();
  Writer writer(disk, path, *std::move(lock));
  TENON_RETURN_IF_ERROR(disk.make_folder(path + kFiles));
  TENON_RETURN_IF_ERROR(disk.make_folder(path + kManifests));
  TENON_RETURN_IF_ERROR(disk.sync_folder(path));
  TENON_RETURN_IF_ERROR(writer.read_all(chain));
  TENON_RETURN_IF_ERROR(writer.remove_unnamed());
  return writer;
}

Status Writer::read_all(const Hash& chain) {
  const auto ids = folder_.ids();
  if (ids.status().code() == Code::kNotFound)
    return {};
  if (!ids.ok())
    return ids.status();
  for (const std::uint64_t id : *ids) {
    TENON_ASSIGN_OR_RETURN(Manifest manifest, folder_.read(id));
    if (manifest.chain != chain) {
      return failed_precondition(path_ + " holds backups of chain " +
                                 to_hex(manifest.chain.view()) + ", this node is of chain " +
                                 to_hex(chain.view()) + ". How to fix: name another folder");
    }
    manifests_.push_back(std::move(manifest));
  }
  return {};
}

Status Writer::remove_unnamed() {
  std::set<std::string> named;
  for (const Manifest& manifest : manifests_) {
    for (const BackedUpFile& file : manifest.files)
      named.insert(to_hex(file.sha256.view()));
  }
  TENON_ASSIGN_OR_RETURN(const auto files, disk_.names(path_ + kFiles));
  for (const std::string& file : files) {
    if (!named.contains(file))
      TENON_RETURN_IF_ERROR(disk_.remove(path_ + kFiles + "/" + file));
  }
  return disk_.remove(path_ + kManifests + "/" + kPartial);
}

Result<bool> Writer::has(const BackedUpFile& file) const {
  TENON_ASSIGN_OR_RETURN(const auto size, disk_.size(folder_.file_of(file)));
  return size == file.size;
}

std::optional<BackedUpFile> Writer::known(const std::string& content, BytesView public_key) const {
  if (content.empty())
    return std::nullopt;
  for (const Manifest& manifest : manifests_) {
    if (manifest.public_key != public_key)
      continue;
    for (const BackedUpFile& file : manifest.files) {
      if (file.content != content)
        continue;
      if (const auto there = has(file); there.ok() && *there)
        return file;
    }
  }
  return std::nullopt;
}

Result<std::uint64_t> Writer::add(const std::string& source, BackedUpFile& file,
                                  const Pace& pace) {
  TENON_ASSIGN_OR_RETURN(const auto reader, disk_.open(source));
  return take(
      [&]() -> Result<Bytes> {
        TENON_ASSIGN_OR_RETURN(Bytes piece, reader->read(kPieceBytes));
        TENON_RETURN_IF_ERROR(pace(piece.size()));
        return piece;
      },
      file);
}

Result<std::uint64_t> Writer::add_bytes(BytesView bytes, BackedUpFile& file) {
  return take([&]() -> Result<Bytes> { return Bytes(std::exchange(bytes, BytesView())); }, file);
}

Result<std::uint64_t> Writer::take(Next next, BackedUpFile& file) {
  const std::string partial = path_ + kFiles + "/" + kPartial;
  crypto::Sha256 hash;
  file.size = 0;
  {
    TENON_ASSIGN_OR_RETURN(const auto out, disk_.create(partial));
    for (;;) {
      TENON_ASSIGN_OR_RETURN(const Bytes piece, next());
      if (piece.empty())
        break;
      hash.add(piece);
      file.size += piece.size();
      TENON_RETURN_IF_ERROR(out->append(piece));
    }
    TENON_RETURN_IF_ERROR(out->sync());
  }
  file.sha256 = hash.digest();
  TENON_ASSIGN_OR_RETURN(const bool there, has(file));
  TENON_RETURN_IF_ERROR(disk_.rename(partial, folder_.file_of(file)));
  return there ? 0 : file.size;
}

Status Writer::finish(Manifest& manifest, const Signer& signer) {
  manifest.id = manifests_.empty() ? 1 : manifests_.back().id + 1;
  TENON_ASSIGN_OR_RETURN(const Bytes document, write_manifest(manifest, signer));
  TENON_RETURN_IF_ERROR(disk_.sync_folder(path_ + kFiles));
  const std::string partial = path_ + kManifests + "/" + kPartial;
  {
    TENON_ASSIGN_OR_RETURN(const auto out, disk_.create(partial));
    TENON_RETURN_IF_ERROR(out->append(document));
    TENON_RETURN_IF_ERROR(out->sync());
  }
  manifests_.push_back(manifest); // whatever fails from here on, it may be there
  TENON_RETURN_IF_ERROR(disk_.rename(partial, folder_.manifest_file(manifest.id)));
  return disk_.sync_folder(path_ + kManifests);
}

} // namespace tenon::host::backup
