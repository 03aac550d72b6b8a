// META-INF/MANIFEST.MF of a DAR: which of its entries are packages. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::daml::archive {

inline constexpr std::string_view kManifestEntry = "META-INF/MANIFEST.MF"; // of a DAR
inline constexpr std::size_t kMaxManifestSize = std::size_t{1} << 20;
inline constexpr std::size_t kMaxManifestPackages = 10'000;

struct Manifest {
  std::string name;        // "Name": of the main package with its version; may be empty
  std::string sdk_version; // "Sdk-Version"; may be empty
  std::string main;        // entry of the main package
  // Entries of the other packages, in the manifest's order.
  std::vector<std::string> dependencies;
};

// The format is that of Java's manifests: lines of name, colon, space and value, a space in front
// where a line goes on; the first empty line ends what counts. INVALID_ARGUMENT names the line or
// the attribute.
Result<Manifest> parse_manifest(BytesView bytes);

} // namespace tenon::daml::archive
