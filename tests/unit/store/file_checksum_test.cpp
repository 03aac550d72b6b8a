#include "rocksdb/file_checksum.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

using namespace tenon;

namespace {

std::string checksum(rocksdb::FileChecksumGenFactory& factory, const std::string& content,
                     std::size_t piece) {
  const auto generator = factory.CreateFileChecksumGenerator({});
  for (std::size_t begin = 0; begin < content.size(); begin += piece)
    generator->Update(content.data() + begin, std::min(piece, content.size() - begin));
  generator->Finalize();
  return generator->GetChecksum();
}

} // namespace

// RFC 3720, appendix B.4, whose bytes are in the order of the wire.
TEST_CASE("file checksum: the published examples come out", "[store]") {
  const auto factory = store::file_checksums();
  std::string ascending(32, '\0');
  for (std::size_t i = 0; i < ascending.size(); ++i)
    ascending[i] = static_cast<char>(i);
  const std::string descending(ascending.rbegin(), ascending.rend());
  CHECK(checksum(*factory, std::string(32, '\0'), 32) == "\x8a\x91\x36\xaa");
  CHECK(checksum(*factory, std::string(32, '\xff'), 32) == "\x62\xa8\xab\x43");
  CHECK(checksum(*factory, ascending, 5) == "\x46\xdd\x79\x4e");
  CHECK(checksum(*factory, descending, 7) == "\x11\x3f\xdb\x5c");
}

TEST_CASE("file checksum: it is RocksDB's, whatever the pieces", "[store]") {
  const auto own = store::file_checksums();
  const auto theirs = rocksdb::GetFileChecksumGenCrc32cFactory();
  std::mt19937 random(7);
  for (const std::size_t size : {0u, 1u, 7u, 8u, 63u, 64u, 1000u, 4096u, 100'003u}) {
    std::string content(size, '\0');
    std::generate(content.begin(), content.end(), [&] { return static_cast<char>(random()); });
    const std::string expected = checksum(*theirs, content, size + 1);
    for (const std::size_t piece : {1u, 3u, 16u, 4096u, 200'000u}) {
      INFO(size << " bytes in pieces of " << piece);
      CHECK(checksum(*own, content, piece) == expected);
    }
  }
  CHECK(std::string(own->CreateFileChecksumGenerator({})->Name()) ==
        theirs->CreateFileChecksumGenerator({})->Name());
}

TEST_CASE("file checksum: another kind that is asked for is not made", "[store]") {
  rocksdb::FileChecksumGenContext context;
  context.requested_checksum_func_name = "somebody's";
  CHECK(store::file_checksums()->CreateFileChecksumGenerator(context) == nullptr);
  context.requested_checksum_func_name = rocksdb::kStandardDbFileChecksumFuncName;
  CHECK(store::file_checksums()->CreateFileChecksumGenerator(context) != nullptr);
}
