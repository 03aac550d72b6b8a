// Reads entries of a zip file that somebody sent: libzip behind a bound on everything. Owned by one
// call, one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

struct zip;

namespace tenon::daml::archive {

// Entries that nobody asks for are never expanded, and a zip file inside a zip file is not opened.
struct ZipLimits {
  std::size_t file_size = std::size_t{64} << 20;
  std::size_t entries = 10'000;
  std::size_t entry_name_size = 1024;
  std::size_t entry_size = std::size_t{65} << 20;  // expanded
  std::size_t total_size = std::size_t{256} << 20; // of all entries read, expanded
  std::size_t expansion_ratio = 100;               // of one entry, beyond the allowance
  std::size_t expansion_allowance = std::size_t{1} << 20;
};

class Zip {
public:
  // `bytes` are borrowed. RESOURCE_EXHAUSTED names the limit that is passed.
  static Result<Zip> open(BytesView bytes, const ZipLimits& limits);

  [[nodiscard]] bool has(std::string_view name) const { return entries_.contains(name); }
  // NOT_FOUND, INVALID_ARGUMENT for what cannot be expanded, RESOURCE_EXHAUSTED. The check sum of
  // the entry is compared.
  Result<Bytes> read(std::string_view name);

private:
  struct Close {
    void operator()(zip* archive) const;
  };
  Zip(zip* archive, const ZipLimits& limits) : archive_(archive), limits_(limits) {}
  Status list();
  Status check_size(std::uint64_t size, std::uint64_t compressed_size) const;
  Result<Bytes> expand(std::uint64_t index, std::size_t size);

  std::unique_ptr<zip, Close> archive_;
  ZipLimits limits_;
  std::map<std::string, std::uint64_t, std::less<>> entries_;
  std::size_t read_ = 0; // bytes given out
};

} // namespace tenon::daml::archive
