#include "rocksdb/database_files.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rocksdb/rocksdb_status.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

// Only a database that was begun has these.
bool holds_data(const std::string& name) {
  return name.ends_with(".sst") || name.ends_with(".log");
}

// The sequence number that a log begins with; nothing where its first record is not there.
Result<std::optional<std::uint64_t>> first_sequence(rocksdb::Env& env, const std::string& log) {
  constexpr std::size_t kTypeOffset = 6; // behind checksum and size
  constexpr std::size_t kSequenceOffset = 7;
  constexpr unsigned kWhole = 1;
  constexpr unsigned kFirstPart = 2;
  char scratch[kSequenceOffset + sizeof(std::uint64_t)];
  rocksdb::Slice found;
  std::unique_ptr<rocksdb::SequentialFile> file;
  TENON_RETURN_IF_ERROR(
      failure(env.NewSequentialFile(log, &file, rocksdb::EnvOptions()), "reading " + log));
  TENON_RETURN_IF_ERROR(failure(file->Read(sizeof scratch, &found, scratch), "reading " + log));
  if (found.size() < sizeof scratch)
    return std::optional<std::uint64_t>();
  const auto type = static_cast<unsigned>(found[kTypeOffset]);
  if (type != kWhole && type != kFirstPart)
    return std::optional<std::uint64_t>();
  std::uint64_t sequence = 0; // little-endian
  for (std::size_t i = sizeof sequence; i-- > 0;)
    sequence = sequence << 8 | static_cast<std::uint8_t>(found[kSequenceOffset + i]);
  return std::optional(sequence);
}

// Sequence numbers ascend from log to log. RocksDB ends the process where they do not.
Status check_logs(rocksdb::Env& env, const std::string& directory,
                  std::vector<std::string> names) {
  std::erase_if(names, [](const std::string& name) { return !name.ends_with(".log"); });
  std::sort(names.begin(), names.end());
  std::uint64_t last = 0;
  for (const std::string& name : names) {
    const std::string log = directory + "/" + name;
    TENON_ASSIGN_OR_RETURN(const auto sequence, first_sequence(env, log));
    if (sequence.value_or(last) < last) {
      return data_loss("the log " + log + " does not continue the one before it: it is damaged, or "
                       "of another or an older database. Move it away if it was put there. If it "
                       "was not: " + kRestore);
    }
    last = sequence.value_or(last);
  }
  return {};
}

// A number of seven bits to a byte, the lowest first; takes it off.
std::uint64_t read_varint(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; !bytes.empty() && shift < 64; shift += 7) {
    const auto byte = static_cast<std::uint8_t>(bytes.front());
    bytes.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80)
      break;
  }
  return value;
}

// RocksDB reads a table's properties before it checks them, and ends the process where the highest
// bit of their last word is set. What else is wrong with a table it finds itself.
Status check_table(rocksdb::Env& env, const std::string& table) {
  constexpr std::string_view kMagic("\xf7\xcf\xf4\x85\xb7\x41\xe2\x88", 8);
  constexpr std::string_view kProperties = "rocksdb.properties";
  constexpr std::size_t kFooterBytes = 53; // kind of checksum, place of the list of parts … magic
  constexpr std::size_t kMaxListBytes = 4096;
  std::uint64_t size = 0;
  std::unique_ptr<rocksdb::RandomAccessFile> file;
  const std::string doing = "reading " + table;
  TENON_RETURN_IF_ERROR(failure(env.GetFileSize(table, &size), doing));
  if (size < kFooterBytes)
    return {};
  TENON_RETURN_IF_ERROR(
      failure(env.NewRandomAccessFile(table, &file, rocksdb::EnvOptions()), doing));
  char scratch[kMaxListBytes];
  rocksdb::Slice found;
  TENON_RETURN_IF_ERROR(
      failure(file->Read(size - kFooterBytes, kFooterBytes, &found, scratch), doing));
  std::string_view rest(found.data(), found.size());
  if (!rest.ends_with(kMagic))
    return {};
  rest.remove_prefix(1);
  const std::uint64_t list = read_varint(rest);
  const std::uint64_t list_bytes = std::min<std::uint64_t>(read_varint(rest), kMaxListBytes);
  if (list > size - kFooterBytes)
    return {};
  TENON_RETURN_IF_ERROR(failure(file->Read(list, list_bytes, &found, scratch), doing));
  rest = {found.data(), found.size()};
  const std::size_t entry = rest.find(kProperties);
  if (entry == std::string_view::npos)
    return {};
  rest.remove_prefix(entry + kProperties.size());
  const std::uint64_t offset = read_varint(rest);
  const std::uint64_t end = offset + read_varint(rest);
  if (end <= offset || end > size - kFooterBytes)
    return {};
  TENON_RETURN_IF_ERROR(failure(file->Read(end - 1, 1, &found, scratch), doing));
  if (found.empty() || static_cast<std::uint8_t>(found[0]) < 0x80)
    return {};
  return data_loss("the table " + table + " is damaged. " + kRestore);
}

} // namespace

Result<Manifest> current_manifest(rocksdb::Env& env, const std::string& directory) {
  constexpr std::string_view kPrefix = "MANIFEST-";
  const std::string current = directory + "/CURRENT";
  std::string named;
  TENON_RETURN_IF_ERROR(
      failure(rocksdb::ReadFileToString(&env, current, &named), "reading " + current));
  std::string_view digits(named);
  digits.remove_prefix(std::min(digits.find_first_not_of('0', kPrefix.size()), digits.size()));
  const auto number = named.starts_with(kPrefix) && named.ends_with('\n')
                          ? parse_u64(digits.substr(0, digits.size() - 1))
                          : std::nullopt;
  if (!number) {
    return data_loss("the file " + current + " is damaged: expected the name of the list of the "
                     "database's files. " + kRestore);
  }
  named.pop_back();
  const std::string name = directory + "/" + named;
  if (env.FileExists(name).ok())
    return Manifest{name, *number};
  return data_loss("the file " + name + ", the list of the database's files, is missing. Put it "
                   "back. If it is gone: " + kRestore);
}

Result<bool> has_database(rocksdb::Env& env, const std::string& directory) {
  if (env.FileExists(directory).IsNotFound())
    return false;
  std::vector<std::string> names;
  if (!env.GetChildren(directory, &names).ok()) {
    bool is_folder = false;
    const bool is_file = env.IsDirectory(directory, &is_folder).ok() && !is_folder;
    return failed_precondition(
        "the database cannot be opened: " + directory +
        (is_file ? " is a file, expected a folder. Move it away, or name another data directory"
                 : " cannot be read by the user that runs this. Give it to that user"));
  }
  if (std::find(names.begin(), names.end(), "CURRENT") != names.end()) {
    TENON_RETURN_IF_ERROR(current_manifest(env, directory).status());
    TENON_RETURN_IF_ERROR(check_logs(env, directory, names));
    for (const std::string& name : names) {
      if (name.ends_with(".sst"))
        TENON_RETURN_IF_ERROR(check_table(env, directory + "/" + name));
    }
    return true;
  }
  if (std::none_of(names.begin(), names.end(), holds_data))
    return false;
  return data_loss("the database in " + directory + " has no file CURRENT, which names the list of "
                   "its files. Put it back. If it is gone: " + kRestore);
}

Status DatabaseLock::take(const std::string& directory) {
  std::vector<std::string> names;
  if (!env_.GetChildren(directory, &names).ok() ||
      std::find(names.begin(), names.end(), "CURRENT") == names.end())
    return {};
  return failure(env_.LockFile(directory + "/LOCK", &lock_),
                 "opening the database in " + directory);
}

void DatabaseLock::release() {
  if (rocksdb::FileLock* const lock = std::exchange(lock_, nullptr))
    env_.UnlockFile(lock).PermitUncheckedError();
}

} // namespace tenon::store
