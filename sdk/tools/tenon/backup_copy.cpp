#include "backup_copy.hpp"

#include "chain_check.hpp"
#include "files.hpp"
#include "offline_store.hpp"
#include "services/scratch_folder.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::tool {
namespace {

using host::backup::BackedUpFile;
using host::backup::Folder;
using host::backup::kGenesisName;
using host::backup::Manifest;
using host::services::ScratchFolder;

Status link_to(const std::filesystem::path& target, const std::filesystem::path& name) {
  std::error_code error;
  std::filesystem::create_directories(name.parent_path(), error);
  if (!error)
    std::filesystem::create_symlink(target, name, error);
  return error ? failed_precondition(name.string() + " cannot be linked: " + error.message())
               : ok_status();
}

// A data directory without keys: what the store's plugin looks into, and the genesis document.
Result<ScratchFolder> make_directory(const Folder& folder, const Manifest& manifest) {
  TENON_ASSIGN_OR_RETURN(ScratchFolder scratch, ScratchFolder::make("backup"));
  TENON_RETURN_IF_ERROR(write_file(scratch.path() / "lock", ""));
  for (const BackedUpFile& file : manifest.files) {
    if (file.name == kGenesisName)
      TENON_RETURN_IF_ERROR(link_to(folder.file_of(file), scratch.path() / kGenesisName));
  }
  return scratch;
}

Status check_head(const plugin::StoreHead& head, const Manifest& manifest) {
  const auto compare = [&](const char* what, const std::string& found,
                           const std::string& expected) {
    return found == expected ? ok_status()
                             : data_loss("backup " + std::to_string(manifest.id) +
                                         " is not what its manifest says: its " + what + " is " +
                                         found + ", expected " + expected);
  };
  TENON_RETURN_IF_ERROR(
      compare("block", std::to_string(head.height), std::to_string(manifest.height)));
  TENON_RETURN_IF_ERROR(
      compare("block id", to_hex(head.block_id.view()), to_hex(manifest.block_id.view())));
  TENON_RETURN_IF_ERROR(compare("result hash", to_hex(head.result_hash.view()),
                                to_hex(manifest.result_hash.view())));
  return compare("state root", to_hex(head.state_root.view()),
                 to_hex(manifest.state_root.view()));
}

Status check(const CopyReader& reader, const Manifest& manifest,
             const std::filesystem::path& data_directory) {
  TENON_ASSIGN_OR_RETURN(const auto opened, OfflineStore::open(reader.config, data_directory));
  TENON_ASSIGN_OR_RETURN(const plugin::StoreHead head, opened->store().head());
  TENON_RETURN_IF_ERROR(check_head(head, manifest));
  if (!reader.is_client) {
    reader.session.progress("checking the chain up to block " + std::to_string(head.height) +
                            " ...");
    TENON_ASSIGN_OR_RETURN(const Trust trust, read_genesis(data_directory / kGenesisName));
    TENON_RETURN_IF_ERROR(
        check_chain(opened->store(), trust, [](std::uint64_t, std::uint64_t) {}).status());
  }
  reader.session.progress("recomputing the state root ...");
  return opened->store().verify([](std::uint64_t, std::uint64_t) { return true; });
}

} // namespace

Status check_backup(const CopyReader& reader, const Folder& folder, const Manifest& manifest) {
  TENON_ASSIGN_OR_RETURN(const ScratchFolder scratch, make_directory(folder, manifest));
  for (const BackedUpFile& file : manifest.files) {
    if (file.name != kGenesisName) {
      TENON_RETURN_IF_ERROR(
          link_to(folder.file_of(file),
                  scratch.path() / "plugins" / ("store-" + manifest.store) / file.name));
    }
  }
  return check(reader, manifest, scratch.path());
}

Status check_restored(const CopyReader& reader, const Folder& folder, const Manifest& manifest,
                      const std::filesystem::path& plugins) {
  TENON_ASSIGN_OR_RETURN(const ScratchFolder scratch, make_directory(folder, manifest));
  TENON_RETURN_IF_ERROR(link_to(plugins, scratch.path() / "plugins"));
  return check(reader, manifest, scratch.path());
}

} // namespace tenon::tool
