#include "zip_builder.hpp"

#include <zlib.h>

#include <cstdlib>

namespace tenon::daml::archive {

namespace {

constexpr std::uint16_t kDeflate = 8;
constexpr std::uint16_t kVersion = 20;

void append16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<char>(static_cast<std::uint8_t>(value)));
  out.push_back(static_cast<char>(static_cast<std::uint8_t>(value >> 8)));
}

void append32(Bytes& out, std::uint32_t value) {
  append16(out, static_cast<std::uint16_t>(value));
  append16(out, static_cast<std::uint16_t>(value >> 16));
}

const Bytef* as_zlib(const Bytes& bytes) {
  return reinterpret_cast<const Bytef*>(bytes.data());
}

Bytes deflated(const Bytes& content) {
  z_stream stream{};
  constexpr int kRaw = -15;
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kRaw, 9, Z_DEFAULT_STRATEGY) != Z_OK)
    std::abort();
  Bytes result(deflateBound(&stream, static_cast<uLong>(content.size())), '\0');
  stream.next_in = const_cast<Bytef*>(as_zlib(content));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    std::abort();
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

struct Prepared {
  ZipEntry entry;
  Bytes data;
  std::uint32_t offset = 0;

  // What both headers say.
  void describe(Bytes& out) const {
    const std::uint16_t method = entry.method != 0 ? entry.method
                                 : entry.deflated  ? kDeflate
                                                   : std::uint16_t{0};
    append16(out, entry.flags);
    append16(out, method);
    append32(out, 0x00210000); // 1980-01-01
    append32(out, entry.check_sum.value_or(static_cast<std::uint32_t>(
                      crc32(0, as_zlib(entry.content), static_cast<uInt>(entry.content.size())))));
    append32(out, static_cast<std::uint32_t>(data.size()));
    append32(out, entry.size.value_or(static_cast<std::uint32_t>(entry.content.size())));
    append16(out, static_cast<std::uint16_t>(entry.name.size()));
    append16(out, 0); // extra fields
  }
};

} // namespace

Bytes make_zip(const std::vector<ZipEntry>& entries) {
  Bytes file;
  Bytes directory;
  for (const ZipEntry& entry : entries) {
    const Prepared prepared{entry, entry.deflated ? deflated(entry.content) : entry.content,
                            static_cast<std::uint32_t>(file.size())};
    file.append("PK\3\4", 4);
    append16(file, kVersion);
    prepared.describe(file);
    file.append(entry.name).append(prepared.data);
    directory.append("PK\1\2", 4);
    append16(directory, kVersion);
    append16(directory, kVersion);
    prepared.describe(directory);
    append16(directory, 0); // comment
    append16(directory, 0); // disk
    append16(directory, 0); // internal attributes
    append32(directory, 0); // external attributes
    append32(directory, prepared.offset);
    directory.append(entry.name);
  }
  const auto count = static_cast<std::uint16_t>(entries.size());
  const auto start = static_cast<std::uint32_t>(file.size());
  file.append(directory).append("PK\5\6", 4);
  append32(file, 0); // disks
  append16(file, count);
  append16(file, count);
  append32(file, static_cast<std::uint32_t>(directory.size()));
  append32(file, start);
  append16(file, 0); // comment
  return file;
}

std::string manifest_of(const std::string& main, const std::string& all) {
  return "Manifest-Version: 1.0\r\nName: test-1.0\r\nSdk-Version: 2.6.5\r\nMain-Dalf: " + main +
         "\r\nDalfs: " + all + "\r\nFormat: daml-lf\r\nEncryption: non-encrypted\r\n\r\n";
}

Bytes make_dar(const std::vector<Bytes>& payloads) {
  std::vector<ZipEntry> entries(1);
  std::string all;
  for (const Bytes& payload : payloads) {
    const std::string name = std::string(1, static_cast<char>('a' + entries.size() - 1)) + ".dalf";
    all += (all.empty() ? "" : ", ") + name;
    entries.push_back({.name = name, .content = write_archive(payload)});
  }
  entries[0] = {.name = "META-INF/MANIFEST.MF", .content = manifest_of("a.dalf", all)};
  return make_zip(entries);
}

} // namespace tenon::daml::archive
