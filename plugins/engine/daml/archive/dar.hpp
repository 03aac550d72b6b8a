// DARs: a package with all that it depends on, in one zip file, as compilers make them and clients
// upload them. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "archive/archive.hpp"
#include "archive/manifest.hpp"
#include "archive/zip.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::archive {

struct DarEntry {
  std::string name; // in the zip file
  Archive archive;
};

struct Dar {
  Manifest manifest;
  DarEntry main;
  std::vector<DarEntry> dependencies; // in the manifest's order, which need not be that of need
};

// What of a DAR was being read when it failed.
enum class DarPart : std::uint8_t { kManifest, kEntry, kPackage };

// The packages that the manifest names; other entries are left alone. `name` is the file's, for
// messages: every failure begins with it. What is larger than it may be is RESOURCE_EXHAUSTED.
// `part`, where given: set whenever the next part is begun.
Result<Dar> read_dar(BytesView bytes, std::string_view name, const ZipLimits& limits = {},
                     DarPart* part = nullptr);

// The main package first, then the dependencies.
Result<std::vector<lf::Package>> decode_dar(const Dar& dar, std::string_view name);

} // namespace tenon::daml::archive
