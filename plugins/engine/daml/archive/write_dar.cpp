#include "archive/write_dar.hpp"

#include <zlib.h>

#include <algorithm>
#include <set>

#include "archive/manifest.hpp"
#include "archive/zip.hpp"
#include "tenon/core/encoding.hpp"

namespace tenon::daml::archive {

namespace {

struct Entry {
  std::string name;
  Bytes content;
};

// Zip files count from the low end.
void append16(Bytes& out, std::uint32_t value) {
  out.push_back(static_cast<char>(value & 0xff));
  out.push_back(static_cast<char>(value >> 8 & 0xff));
}

void append32(Bytes& out, std::uint32_t value) {
  append16(out, value & 0xffff);
  append16(out, value >> 16);
}

std::uint32_t check_sum(BytesView bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()));
}

// What the header of an entry and its line in the directory have in common.
void append_description(Bytes& out, const Entry& entry) {
  constexpr std::uint32_t kVersion = 20;  // of the zip format, 2.0
  constexpr std::uint32_t kDate = 0x0021; // 1980-01-01, the first that the format knows
  const auto size = static_cast<std::uint32_t>(entry.content.size());
  append16(out, kVersion);
  append16(out, 0); // flags
  append16(out, 0); // not compressed
  append16(out, 0); // time of day
  append16(out, kDate);
  append32(out, check_sum(entry.content));
  append32(out, size);
  append32(out, size);
  append16(out, static_cast<std::uint32_t>(entry.name.size()));
  append16(out, 0); // extra fields
}

// The caller has checked that all numbers fit.
Bytes make_zip(const std::vector<Entry>& entries) {
  constexpr std::uint32_t kMadeBy = 20; // zip 2.0, no system's attributes
  Bytes file;
  Bytes directory;
  for (const Entry& entry : entries) {
    const auto offset = static_cast<std::uint32_t>(file.size());
    file.append("PK\3\4");
    append_description(file, entry);
    file.append(entry.name).append(entry.content);
    directory.append("PK\1\2");
    append16(directory, kMadeBy);
    append_description(directory, entry);
    append16(directory, 0); // comment
    append16(directory, 0); // disk
    append16(directory, 0); // internal attributes
    append32(directory, 0); // external attributes
    append32(directory, offset);
    directory.append(entry.name);
  }
  const auto start = static_cast<std::uint32_t>(file.size());
  const auto count = static_cast<std::uint32_t>(entries.size());
  file.append(directory);
  file.append("PK\5\6");
  append32(file, 0); // disks
  append16(file, count);
  append16(file, count);
  append32(file, static_cast<std::uint32_t>(directory.size()));
  append32(file, start);
  append16(file, 0); // comment
  return file;
}

// Lines of a manifest have at most 72 bytes; one that goes on does so behind a space.
void append_attribute(Bytes& manifest, std::string_view name, std::string_view value) {
  constexpr std::size_t kMaxLine = 72;
  const std::string whole = std::string(name) + ": " + std::string(value);
  std::string_view rest = whole;
  for (std::size_t room = kMaxLine; !rest.empty(); room = kMaxLine - 1) {
    const std::size_t taken = std::min(room, rest.size());
    manifest.append(room == kMaxLine ? "" : " ").append(rest.substr(0, taken)).append("\n");
    rest.remove_prefix(taken);
  }
}

Bytes make_manifest(std::string_view name, const std::vector<Entry>& packages) {
  std::string all;
  for (const Entry& entry : packages)
    all += (all.empty() ? "" : ", ") + entry.name;
  Bytes manifest;
  append_attribute(manifest, "Manifest-Version", "1.0");
  append_attribute(manifest, "Created-By", "tenon");
  append_attribute(manifest, "Name", name);
  append_attribute(manifest, "Main-Dalf", packages.front().name);
  append_attribute(manifest, "Dalfs", all);
  append_attribute(manifest, "Format", "daml-lf");
  append_attribute(manifest, "Encryption", "non-encrypted");
  return manifest.append("\n");
}

// So that no name leads out of a folder, or looks like two in the manifest's list.
std::string file_name(std::string_view name) {
  constexpr std::size_t kMaxName = 200;
  std::string result;
  for (const char c : name.substr(0, kMaxName)) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                          (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
    result.push_back(is_plain ? c : '_');
  }
  return result;
}

Status too_much(const std::string& what, std::uint64_t limit, std::uint64_t found) {
  return resource_exhausted(what + ": expected at most " + std::to_string(limit) + ", found " +
                            std::to_string(found));
}

Status check_name(std::string_view name) {
  const bool is_text = is_utf8(name) && !name.empty() && name.front() != ' ' &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                         return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
                       });
  if (is_text)
    return {};
  return invalid_argument("name of the DAR: expected UTF-8 without control characters, found \"" +
                          as_utf8(name) + "\"");
}

} // namespace

Result<Bytes> write_dar(std::string_view name, const Archive& main,
                        const std::vector<Archive>& dependencies) {
  constexpr ZipLimits kLimits;
  TENON_RETURN_IF_ERROR(check_name(name));
  if (dependencies.size() + 2 > kLimits.entries)
    return too_much("packages of the DAR", kLimits.entries - 1, dependencies.size() + 1);
  std::vector<const Archive*> packages{&main};
  for (const Archive& one : dependencies)
    packages.push_back(&one);
  std::vector<Entry> entries;
  std::set<std::string_view> seen;
  std::uint64_t size = 0;
  for (const Archive* one : packages) {
    if (!seen.insert(one->package_id).second)
      return invalid_argument("package " + one->package_id + ": expected once, found twice");
    size += one->payload.size();
    if (size > kLimits.file_size)
      return too_much("bytes of the packages", kLimits.file_size, size);
    const std::string prefix = one == &main ? file_name(name) + "-" : "";
    entries.push_back({prefix + one->package_id + ".dalf", write_archive(one->payload)});
  }
  Entry manifest{std::string(kManifestEntry), make_manifest(name, entries)};
  if (manifest.content.size() > kMaxManifestSize)
    return too_much("bytes of the manifest", kMaxManifestSize, manifest.content.size());
  entries.insert(entries.begin(), std::move(manifest));
  Bytes file = make_zip(entries);
  if (file.size() > kLimits.file_size)
    return too_much("bytes of the DAR", kLimits.file_size, file.size());
  return file;
}

} // namespace tenon::daml::archive
