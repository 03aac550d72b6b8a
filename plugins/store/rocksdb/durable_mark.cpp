#include "rocksdb/durable_mark.hpp"

#include <algorithm>
#include <vector>

#include "common/records.hpp"
#include "rocksdb/database_files.hpp"
#include "rocksdb/rocksdb_status.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kSealBytes = 4;
constexpr std::size_t kHeightBytes = sizeof(std::uint64_t) + kSealBytes;
// Number and size of the manifest, and the hash of so much of it.
constexpr std::size_t kManifestBytes = 2 * sizeof(std::uint64_t) + Hash::kSize + kSealBytes;
// Where they lie, behind the height of the block.
constexpr std::size_t kManifestPlace = kHeightBytes;
constexpr std::size_t kForgottenPlace = kManifestPlace + kManifestBytes;

} // namespace

Result<std::unique_ptr<DurableMark>> DurableMark::read(rocksdb::Env& env,
                                                       const std::string& directory) {
  std::unique_ptr<DurableMark> mark(new DurableMark(env, directory));
  if (env.FileExists(mark->name_).IsNotFound())
    return mark;
  Bytes content;
  TENON_RETURN_IF_ERROR(
      failure(rocksdb::ReadFileToString(&env, mark->name_, &content), "reading " + mark->name_));
  content.resize(std::max(content.size(), kForgottenPlace + kHeightBytes));
  const BytesView all = content;
  if (const auto block = unseal(all.substr(0, kHeightBytes), mark->name_); block.ok())
    mark->block_ = read_be64(*block);
  if (const auto manifest = unseal(all.substr(kManifestPlace, kManifestBytes), mark->name_);
      manifest.ok())
    mark->manifest_ = *manifest;
  if (const auto forgotten = unseal(all.substr(kForgottenPlace, kHeightBytes), mark->name_);
      forgotten.ok())
    mark->forgotten_ = read_be64(*forgotten);
  return mark;
}

Status DurableMark::check_manifest() const {
  if (manifest_.empty())
    return {};
  TENON_ASSIGN_OR_RETURN(const Manifest now, current_manifest(env_, directory_));
  Reader reader(manifest_);
  std::uint64_t number = 0;
  std::uint64_t size = 0;
  Hash hash;
  if (!reader.be64(number) || !reader.be64(size) || !reader.hash(hash) || now.number > number)
    return {}; // it was written anew since
  Bytes content;
  TENON_RETURN_IF_ERROR(
      failure(rocksdb::ReadFileToString(&env_, now.name, &content), "reading " + now.name));
  if (now.number == number && content.size() >= size &&
      crypto::sha256(BytesView(content).substr(0, size)) == hash)
    return {};
  return data_loss("the file " + now.name + ", the list of the database's files, is not what was "
                   "written: it is damaged, or an older copy was put back. " + kRestore);
}

Status DurableMark::open() {
  if (env_.FileExists(name_).IsNotFound()) {
    TENON_RETURN_IF_ERROR(
        failure(rocksdb::WriteStringToFile(&env_, {}, name_, true), "creating " + name_));
  }
  const std::lock_guard lock(mutex_);
  return failure(env_.NewRandomRWFile(name_, &file_, rocksdb::EnvOptions()), "opening " + name_);
}

Status DurableMark::note_block(std::uint64_t height) {
  return failure(file_->Write(0, seal(height_key(height))), "marking a block as durable");
}

Status DurableMark::note_manifest(rocksdb::DB& database) {
  const std::lock_guard lock(mutex_);
  if (!file_)
    return {};
  std::vector<std::string> files;
  std::uint64_t synced = 0;
  TENON_RETURN_IF_ERROR(
      failure(database.GetLiveFiles(files, &synced, /*flush_memtable=*/false), "listing files"));
  TENON_ASSIGN_OR_RETURN(const Manifest now, current_manifest(env_, directory_));
  Bytes content;
  TENON_RETURN_IF_ERROR(
      failure(rocksdb::ReadFileToString(&env_, now.name, &content), "reading " + now.name));
  content.resize(std::min<std::size_t>(content.size(), synced));
  Bytes record;
  append_be64(record, now.number);
  append_be64(record, content.size());
  record.append(crypto::sha256(content).view());
  return failure(file_->Write(kManifestPlace, seal(std::move(record))), "marking the manifest");
}

Status DurableMark::note_forgotten(std::uint64_t height) {
  return failure(file_->Write(kForgottenPlace, seal(height_key(height))),
                 "marking up to where the database was pruned");
}

} // namespace tenon::store
