#include "node/genesis_file.hpp"

#include "services/files.hpp"

namespace tenon::host::node {

namespace {

constexpr std::size_t kMaxGenesisBytes = 16u << 20;

}

Result<Bytes> read_genesis(const std::filesystem::path& file) {
  return services::read_file(file, kMaxGenesisBytes, false);
}

Status write_genesis(const std::filesystem::path& file, BytesView document) {
  return services::write_file_atomically(file, document, 0644);
}

} // namespace tenon::host::node
