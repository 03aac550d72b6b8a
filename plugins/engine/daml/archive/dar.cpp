#include "archive/dar.hpp"

#include "tenon/core/encoding.hpp"

namespace tenon::daml::archive {

namespace {

Result<DarEntry> read_entry(Zip& zip, const std::string& name, DarPart& part) {
  part = DarPart::kEntry;
  TENON_ASSIGN_OR_RETURN(const Bytes bytes, zip.read(name));
  part = DarPart::kPackage;
  Result<Archive> archive = read_archive(bytes);
  if (!archive.ok())
    return archive.status().with_context("entry \"" + as_utf8(name) + "\"");
  return DarEntry{name, *std::move(archive)};
}

Result<Dar> read(BytesView bytes, const ZipLimits& limits, DarPart& part) {
  part = DarPart::kManifest;
  TENON_ASSIGN_OR_RETURN(Zip zip, Zip::open(bytes, limits));
  TENON_ASSIGN_OR_RETURN(const Bytes manifest_bytes, zip.read(kManifestEntry));
  Dar result;
  Result<Manifest> manifest = parse_manifest(manifest_bytes);
  if (!manifest.ok())
    return manifest.status().with_context(kManifestEntry);
  result.manifest = *std::move(manifest);
  TENON_ASSIGN_OR_RETURN(result.main, read_entry(zip, result.manifest.main, part));
  result.dependencies.reserve(result.manifest.dependencies.size());
  for (const std::string& entry : result.manifest.dependencies) {
    TENON_ASSIGN_OR_RETURN(result.dependencies.emplace_back(), read_entry(zip, entry, part));
  }
  return result;
}

Status decode_entry(const DarEntry& entry, std::vector<lf::Package>& packages) {
  Result<lf::Package> package = decode_payload(entry.archive.payload);
  if (!package.ok())
    return package.status().with_context("entry \"" + as_utf8(entry.name) + "\"");
  packages.push_back(*std::move(package));
  return {};
}

} // namespace

Result<Dar> read_dar(BytesView bytes, std::string_view name, const ZipLimits& limits,
                     DarPart* part) {
  DarPart begun = DarPart::kManifest;
  Result<Dar> dar = read(bytes, limits, part == nullptr ? begun : *part);
  if (!dar.ok())
    return dar.status().with_context(name);
  return dar;
}

Result<std::vector<lf::Package>> decode_dar(const Dar& dar, std::string_view name) {
  std::vector<lf::Package> packages;
  packages.reserve(1 + dar.dependencies.size());
  TENON_RETURN_IF_ERROR(decode_entry(dar.main, packages).with_context(name));
  for (const DarEntry& dependency : dar.dependencies)
    TENON_RETURN_IF_ERROR(decode_entry(dependency, packages).with_context(name));
  return packages;
}

} // namespace tenon::daml::archive
