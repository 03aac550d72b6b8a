#include "rocksdb/file_checksum.hpp"

#include <isa-l/crc.h>

#include <algorithm>

#include "tenon/core/encoding.hpp"

namespace tenon::store {

namespace {

constexpr std::size_t kMostAtOnce = std::size_t{1} << 30; // ISA-L counts in int

class Crc32c final : public rocksdb::FileChecksumGenerator {
public:
  void Update(const char* data, std::size_t size) override {
    while (size > 0) {
      const std::size_t piece = std::min(size, kMostAtOnce);
      // It takes a pointer to what it does not change.
      auto* const bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(data));
      state_ = crc32_iscsi(bytes, static_cast<int>(piece), state_);
      data += piece;
      size -= piece;
    }
  }
  void Finalize() override { append_be32(checksum_, ~state_); }
  [[nodiscard]] std::string GetChecksum() const override { return checksum_; }
  [[nodiscard]] const char* Name() const override {
    return rocksdb::kStandardDbFileChecksumFuncName;
  }

private:
  unsigned state_ = ~0u;
  std::string checksum_;
};

class Crc32cFactory final : public rocksdb::FileChecksumGenFactory {
public:
  std::unique_ptr<rocksdb::FileChecksumGenerator>
  CreateFileChecksumGenerator(const rocksdb::FileChecksumGenContext& context) override {
    const std::string& asked = context.requested_checksum_func_name;
    if (!asked.empty() && asked != rocksdb::kStandardDbFileChecksumFuncName)
      return nullptr; // RocksDB says that it cannot be checked
    return std::make_unique<Crc32c>();
  }
  [[nodiscard]] const char* Name() const override { return "FileChecksumGenCrc32cFactory"; }
};

} // namespace

std::shared_ptr<rocksdb::FileChecksumGenFactory> file_checksums() {
  static const auto factory = std::make_shared<Crc32cFactory>();
  return factory;
}

} // namespace tenon::store
