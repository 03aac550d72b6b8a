// Zip files by hand, lies included.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "tenon/core/bytes.hpp"

namespace tenon::daml::archive {

struct ZipEntry {
  std::string name;
  Bytes content;
  bool deflated = true;
  // What the headers say instead of the truth.
  std::optional<std::uint32_t> size = std::nullopt;
  std::optional<std::uint32_t> check_sum = std::nullopt;
  std::uint16_t flags = 0;  // 1: encrypted
  std::uint16_t method = 0; // 0: as `deflated` says
};

Bytes make_zip(const std::vector<ZipEntry>& entries);

// A DAR of these packages, the first one being the main one: entries "a.dalf", "b.dalf" …
Bytes make_dar(const std::vector<Bytes>& payloads);
std::string manifest_of(const std::string& main, const std::string& all);

} // namespace tenon::daml::archive
