#include "archive/zip.hpp"

#include <zip.h>

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::daml::archive {

namespace {

// For messages: names come from outside.
std::string quoted(std::string_view name) {
  constexpr std::size_t kShown = 200;
  return "\"" + as_utf8(name.substr(0, kShown)) + "\"";
}

Status too_much(const std::string& what, std::uint64_t limit, std::uint64_t found) {
  return resource_exhausted(what + ": expected at most " + std::to_string(limit) + ", found " +
                            std::to_string(found));
}

std::string describe(zip_error_t* error) {
  std::string text = zip_error_strerror(error);
  zip_error_fini(error);
  return text;
}

// Every entry has one of these in the directory at the end, so there are no more entries than this;
// known before libzip allocates for them.
std::size_t count_directory_entries(BytesView bytes) {
  constexpr BytesView kSignature("PK\1\2", 4);
  std::size_t count = 0;
  for (std::size_t at = bytes.find(kSignature); at != BytesView::npos;
       at = bytes.find(kSignature, at + kSignature.size()))
    ++count;
  return count;
}

} // namespace

void Zip::Close::operator()(zip* archive) const {
  zip_discard(archive);
}

Result<Zip> Zip::open(BytesView bytes, const ZipLimits& limits) {
  if (bytes.size() > limits.file_size)
    return too_much("bytes of the file", limits.file_size, bytes.size());
  if (const std::size_t count = count_directory_entries(bytes); count > limits.entries)
    return too_much("entries", limits.entries, count);
  if (bytes.empty()) // which libzip takes for a zip file without entries
    return invalid_argument("expected a zip file, found: nothing");
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr)
    return invalid_argument("expected a zip file, found: " + describe(&error));
  zip_t* archive = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (archive == nullptr) {
    zip_source_free(source);
    return invalid_argument("expected a zip file, found: " + describe(&error));
  }
  zip_error_fini(&error);
  Zip result(archive, limits);
  TENON_RETURN_IF_ERROR(result.list());
  return result;
}

Status Zip::list() {
  const zip_int64_t count = zip_get_num_entries(archive_.get(), 0);
  if (count < 0 || static_cast<std::uint64_t>(count) > limits_.entries)
    return too_much("entries", limits_.entries, static_cast<std::uint64_t>(count));
  for (zip_uint64_t index = 0; index < static_cast<zip_uint64_t>(count); ++index) {
    const char* name = zip_get_name(archive_.get(), index, ZIP_FL_ENC_RAW);
    if (name == nullptr)
      return invalid_argument("entry " + std::to_string(index) + ": expected a name, found none");
    const std::string_view view(name);
    if (view.size() > limits_.entry_name_size)
      return too_much("bytes of an entry's name", limits_.entry_name_size, view.size());
    if (!entries_.emplace(view, index).second) {
      return invalid_argument("entry " + quoted(view) + ": expected once, found twice");
    }
  }
  return {};
}

Status Zip::check_size(std::uint64_t size, std::uint64_t compressed_size) const {
  if (size > limits_.entry_size)
    return too_much("bytes expanded", limits_.entry_size, size);
  if (size > limits_.total_size - read_) {
    return too_much("bytes of all entries expanded", limits_.total_size, read_ + size);
  }
  const std::uint64_t allowed =
      limits_.expansion_allowance + compressed_size * limits_.expansion_ratio;
  if (size > allowed) {
    return too_much("bytes expanded from " + std::to_string(compressed_size), allowed, size);
  }
  return {};
}

Result<Bytes> Zip::read(std::string_view name) {
  const std::string context = "entry " + quoted(name);
  const auto found = entries_.find(name);
  if (found == entries_.end())
    return not_found(context + ": expected in the file, found no such entry");
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive_.get(), found->second, 0, &stat) != 0 ||
      (stat.valid & kNeeded) != kNeeded)
    return invalid_argument(context + ": expected its size in the directory, found none");
  if (stat.encryption_method != ZIP_EM_NONE)
    return invalid_argument(context + ": expected no encryption, found some");
  // A lie about the compressed size must not lift the bound.
  const std::uint64_t compressed = std::min<std::uint64_t>(stat.comp_size, limits_.file_size);
  TENON_RETURN_IF_ERROR(check_size(stat.size, compressed).with_context(context));
  Result<Bytes> bytes = expand(found->second, static_cast<std::size_t>(stat.size));
  if (!bytes.ok())
    return bytes.status().with_context(context);
  read_ += bytes->size();
  return bytes;
}

Result<Bytes> Zip::expand(std::uint64_t index, std::size_t size) {
  struct CloseFile {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
  };
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen_index(archive_.get(), index, 0));
  if (file == nullptr) {
    return invalid_argument(std::string("expected an entry that can be expanded, found: ") +
                            zip_strerror(archive_.get()));
  }
  // One byte more than announced: reading on to the end is what makes libzip compare the check sum.
  Bytes bytes(size + 1, '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const zip_int64_t got = zip_fread(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0) {
      return invalid_argument(std::string("expected an entry that can be expanded, found: ") +
                              zip_file_strerror(file.get()));
    }
    if (got == 0)
      break;
    filled += static_cast<std::size_t>(got);
  }
  if (filled != size) {
    return invalid_argument("expected " + std::to_string(size) + " bytes expanded, found " +
                            (filled > size ? "more" : std::to_string(filled)));
  }
  bytes.resize(size);
  return bytes;
}

} // namespace tenon::daml::archive
