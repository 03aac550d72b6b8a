#include "backup/restore.hpp"

#include <algorithm>
#include <set>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::host::backup {

namespace {

constexpr const char* kPlugins = "/plugins";
constexpr std::uint64_t kMaxGenesisBytes = 16u << 20;

Status check_empty(Disk& disk, const std::string& data_directory) {
  TENON_ASSIGN_OR_RETURN(const auto names, disk.names(data_directory + kPlugins));
  if (names.empty())
    return {};
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? "" : ", ") + name;
  return failed_precondition("the data directory " + data_directory + " is in use: expected at "
                             "most keys and a genesis document, found plugins/ with " + list +
                             ". How to fix: move them away, or name another directory with "
                             "--data-dir");
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

Status write_out(Disk& disk, const Folder& from, const Manifest& manifest,
                 const BackedUpFile& file, const std::string& to, const Pace& pace) {
  TENON_ASSIGN_OR_RETURN(const auto out, disk.create(to));
  TENON_RETURN_IF_ERROR(from.copy_out(
      manifest, file, [&](BytesView piece) { return out->append(piece); }, pace));
  return out->sync();
}

// Every file of the store below `folder`, and every folder on the way to one, synced.
Status write_store(Disk& disk, const Folder& from, const Manifest& manifest,
                   const std::string& folder, const Pace& pace) {
  std::set<std::string> folders{folder};
  TENON_RETURN_IF_ERROR(disk.make_folder(folder));
  for (const BackedUpFile& file : manifest.files) {
    if (file.name == kGenesisName)
      continue;
    const std::string to = folder + "/" + file.name;
    TENON_RETURN_IF_ERROR(disk.make_folder(parent_of(to)));
    for (std::string on_the_way = parent_of(to); folders.insert(on_the_way).second;)
      on_the_way = parent_of(on_the_way);
    TENON_RETURN_IF_ERROR(write_out(disk, from, manifest, file, to, pace));
  }
  for (auto each = folders.rbegin(); each != folders.rend(); ++each)
    TENON_RETURN_IF_ERROR(disk.sync_folder(*each));
  return {};
}

// The one that is there stays, if it is this chain's.
Status write_genesis(Disk& disk, const Folder& from, const Manifest& manifest,
                     const std::string& to) {
  TENON_ASSIGN_OR_RETURN(const auto size, disk.size(to));
  if (size) {
    TENON_ASSIGN_OR_RETURN(const auto reader, disk.open(to));
    TENON_ASSIGN_OR_RETURN(const Bytes there, reader->read(std::min(*size, kMaxGenesisBytes)));
    if (crypto::sha256(there) == manifest.chain)
      return {};
    return failed_precondition(to + " is of chain " + to_hex(crypto::sha256(there).view()) +
                               ", backup " + std::to_string(manifest.id) + " of chain " +
                               to_hex(manifest.chain.view()) +
                               ". How to fix: name the configuration of a node of that chain");
  }
  for (const BackedUpFile& file : manifest.files) {
    if (file.name != kGenesisName)
      continue;
    if (file.sha256 != manifest.chain)
      return data_loss("the genesis document in the backup is not that of its chain");
    TENON_RETURN_IF_ERROR(disk.make_folder(parent_of(to)));
    TENON_RETURN_IF_ERROR(write_out(
        disk, from, manifest, file, to + ".new", [](std::uint64_t) { return Status(); }));
    TENON_RETURN_IF_ERROR(disk.rename(to + ".new", to));
    return disk.sync_folder(parent_of(to));
  }
  return data_loss("backup " + std::to_string(manifest.id) + " has no genesis document");
}

// A key without this file and without votes beside it counts as one whose votes are lost.
Status forget_votes(Disk& disk, const std::string& data_directory) {
  const std::string unused = data_directory + "/keys/node.unused";
  TENON_ASSIGN_OR_RETURN(const auto there, disk.size(unused));
  if (!there)
    return {};
  TENON_RETURN_IF_ERROR(disk.remove(unused));
  return disk.sync_folder(data_directory + "/keys");
}

} // namespace

Status check_finished(Disk& disk, const std::string& data_directory) {
  TENON_ASSIGN_OR_RETURN(const auto names, disk.names(data_directory));
  for (const std::string& name : names) {
    if (name == kUnfinishedRestore) {
      return failed_precondition(
          "a restore into " + data_directory + " was not finished. How to fix: run `tenon backup "
          "restore` again, or remove " + data_directory + "/" + kUnfinishedRestore +
          " to do without it");
    }
  }
  return {};
}

Status restore(Disk& disk, const Folder& from, const Manifest& manifest,
               const std::string& data_directory, const std::string& genesis_file,
               FunctionRef<Status(const std::string& plugins)> check, const Pace& pace) {
  TENON_RETURN_IF_ERROR(check_empty(disk, data_directory));
  const std::string growing = data_directory + "/" + kUnfinishedRestore;
  TENON_RETURN_IF_ERROR(disk.remove(growing));
  TENON_RETURN_IF_ERROR(disk.make_folder(growing));
  TENON_RETURN_IF_ERROR(disk.sync_folder(data_directory));
  TENON_RETURN_IF_ERROR(write_genesis(disk, from, manifest, genesis_file));
  TENON_RETURN_IF_ERROR(
      write_store(disk, from, manifest, growing + "/store-" + manifest.store, pace));
  TENON_RETURN_IF_ERROR(disk.sync_folder(growing));
  TENON_RETURN_IF_ERROR(check(growing));
  TENON_RETURN_IF_ERROR(forget_votes(disk, data_directory));
  TENON_RETURN_IF_ERROR(disk.rename(growing, data_directory + kPlugins));
  return disk.sync_folder(data_directory);
}

} // namespace tenon::host::backup
