// What one backup is: which block, which files, and the word of the node that made it
// (docs/spec/backup.md). Values; any thread.
#pragma once

#include <vector>

#include "ports/signer.hpp"
#include "tenon/core/bytes.hpp"
#include "tenon/core/status.hpp"

namespace tenon::host::backup {

struct BackedUpFile {
  std::string name; // below the folder of the store's plugin, but for the genesis document
  std::uint64_t size = 0;
  Hash sha256;
  std::string content; // as the store knows it (plugin::StoreFile); may be empty
};

inline constexpr const char* kGenesisName = "genesis.json";

struct Manifest {
  std::uint64_t id = 0;
  std::string node;
  std::string store; // the plugin's name
  std::uint64_t time_us = 0;
  Hash chain;
  std::uint64_t height = 0;
  Hash block_id;
  Hash result_hash;
  Hash state_root;
  std::uint64_t new_bytes = 0; // that no earlier backup had
  std::vector<BackedUpFile> files;
  Bytes public_key;

  [[nodiscard]] std::uint64_t bytes() const;
};

// The document with its signature, by the key that it names.
[[nodiscard]] Result<Bytes> write_manifest(const Manifest& manifest, const Signer& signer);
// DATA_LOSS when the document is not what was signed; whether the key is the right one, the reader
// asks (check_signer). FAILED_PRECONDITION for a newer format. `what` names it in messages.
[[nodiscard]] Result<Manifest> read_manifest(BytesView document, const std::string& what);
// What people are shown of it: a JSON object.
[[nodiscard]] std::string summary(const Manifest& manifest);
[[nodiscard]] Status check_signer(const Manifest& manifest, BytesView public_key);

} // namespace tenon::host::backup
