#include "backup/create.hpp"

#include <algorithm>
#include <filesystem>

#include "tenon/crypto/sha256.hpp"

namespace tenon::host::backup {

namespace {

constexpr const char* kCheckpoint = "/checkpoint";

// All files of the checkpoint, those first that are only named.
Status add_files(Writer& writer, const Source& source, const plugin::StoreCheckpoint& checkpoint,
                 const Pace& pace, Manifest& manifest) {
  for (const plugin::StoreFile& made : checkpoint.files) {
    BackedUpFile file{made.name, 0, {}, made.content};
    if (const auto earlier = writer.known(made.content, manifest.public_key)) {
      file.size = earlier->size;
      file.sha256 = earlier->sha256;
    } else {
      TENON_ASSIGN_OR_RETURN(
          const std::uint64_t added,
          writer.add(source.plugin_folder + kCheckpoint + "/" + made.name, file, pace));
      manifest.new_bytes += added;
    }
    manifest.files.push_back(std::move(file));
  }
  BackedUpFile genesis{kGenesisName, 0, {}, {}};
  TENON_ASSIGN_OR_RETURN(const std::uint64_t added, writer.add_bytes(source.genesis, genesis));
  manifest.new_bytes += added;
  manifest.files.push_back(std::move(genesis));
  return {};
}

Result<Manifest> fill(Disk& disk, Writer& writer, const Source& source, std::uint64_t time_us,
                      const Pace& pace) {
  const std::string folder = source.plugin_folder + kCheckpoint;
  TENON_RETURN_IF_ERROR(disk.remove(folder)); // of a run that was killed
  TENON_RETURN_IF_ERROR(disk.make_folder(folder));
  TENON_ASSIGN_OR_RETURN(const plugin::StoreCheckpoint made, source.store.checkpoint(folder));
  Manifest manifest;
  manifest.node = source.node;
  manifest.store = source.store_plugin;
  manifest.time_us = time_us;
  manifest.chain = crypto::sha256(source.genesis);
  manifest.height = made.head.height;
  manifest.block_id = made.head.block_id;
  manifest.result_hash = made.head.result_hash;
  manifest.state_root = made.head.state_root;
  manifest.public_key = source.signer.public_key();
  TENON_RETURN_IF_ERROR(add_files(writer, source, made, pace, manifest));
  TENON_RETURN_IF_ERROR(writer.finish(manifest, source.signer));
  return manifest;
}

} // namespace

Result<std::string> check_destination(const std::string& data_directory,
                                      const std::string& destination) {
  std::error_code error;
  const auto data = std::filesystem::weakly_canonical(data_directory, error);
  auto place = std::filesystem::weakly_canonical(std::filesystem::absolute(destination), error);
  if (destination.empty() || error)
    return invalid_argument("\"" + destination + "\" is no folder that backups can go to");
  if (!place.has_filename())
    place = place.parent_path(); // "folder/"
  const auto end = std::mismatch(data.begin(), data.end(), place.begin(), place.end()).first;
  if (end != data.end())
    return place.string();
  return failed_precondition(place.string() + " is inside the data directory " + data.string() +
                             ", with which it would be lost. How to fix: name a folder outside of "
                             "it, best on another disk");
}

Result<Manifest> create(Disk& disk, const Source& source, const std::string& destination,
                        std::uint64_t time_us, const Pace& pace) {
  TENON_ASSIGN_OR_RETURN(Writer writer,
                         Writer::open(disk, destination, crypto::sha256(source.genesis)));
  auto made = fill(disk, writer, source, time_us, pace);
  // What is left over takes space only, and goes with the next backup at the latest.
  static_cast<void>(disk.remove(source.plugin_folder + kCheckpoint));
  if (!made.ok())
    static_cast<void>(writer.remove_unnamed());
  return made;
}

} // namespace tenon::host::backup
