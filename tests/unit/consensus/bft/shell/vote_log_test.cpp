#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "bft/shell/vote_log.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/temporary_folder.hpp"

using namespace tenon;
using consensus::bft::VoteLog;

namespace {

const Hash kChain = crypto::sha256("chain");
constexpr const char* kLoss = "a log was lost";

struct LogFile {
  testkit::TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "votes.log";

  [[nodiscard]] Result<std::pair<VoteLog, VoteLog::Contents>> open(bool may_be_new = true) const {
    return VoteLog::open(path, {kChain, may_be_new, kLoss});
  }
  [[nodiscard]] Bytes bytes() const {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  void write(const Bytes& bytes) const {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  }
};

// Some records, each synced by itself or all at the end.
std::vector<Bytes> fill(const LogFile& file, bool sync_each) {
  std::vector<Bytes> records;
  auto opened = file.open();
  REQUIRE(opened.ok());
  for (int i = 0; i < 5; ++i) {
    records.push_back("record " + std::to_string(i) + Bytes(static_cast<std::size_t>(i) * 40, '.'));
    REQUIRE(opened->first.append(std::span(&records.back(), 1)).ok());
    if (sync_each)
      REQUIRE(opened->first.sync().ok());
  }
  REQUIRE(opened->first.sync().ok());
  return records;
}

} // namespace

TEST_CASE("vote log: gives back what was written, in order", "[consensus][bft][log]") {
  const LogFile file;
  const auto records = fill(file, true);
  const auto again = file.open();
  REQUIRE(again.ok());
  CHECK(again->second.records == records);
  CHECK_FALSE(again->second.lost);
}

// Logs of earlier releases are read with it.
TEST_CASE("vote log: its checksum is CRC-32 (ISO-HDLC) of `synced` and the record",
          "[consensus][bft][log]") {
  const LogFile file;
  const Bytes mark = "12345678";
  const Bytes synced(8, '\0');
  const Bytes head = Bytes("TENON VOTE LOG 1\n").append(kChain.view()) + mark;
  file.write(head + mark + Bytes("\0\0\0\4", 4) + Bytes("\x00\x81\x9c\x17", 4) + synced + "vote");
  CHECK(file.open()->second.records == std::vector<Bytes>{"vote"});
  file.write(head + mark + Bytes("\0\0\0\4", 4) + Bytes("\x00\x81\x9c\x16", 4) + synced + "vote");
  CHECK(file.open()->second.records.empty());
}

TEST_CASE("vote log: a rewrite replaces everything before it", "[consensus][bft][log]") {
  const LogFile file;
  fill(file, true);
  {
    auto opened = file.open();
    REQUIRE(opened.ok());
    const Bytes kept[] = {"kept"};
    REQUIRE(opened->first.rewrite(kept).ok());
    const Bytes later[] = {"later"};
    REQUIRE(opened->first.append(later).ok());
    REQUIRE(opened->first.sync().ok());
  }
  CHECK(file.open()->second.records == std::vector<Bytes>{"kept", "later"});
}

TEST_CASE("vote log: an end that a crash has torn is cut off, wherever it tore",
          "[consensus][bft][log]") {
  const LogFile file;
  const auto records = fill(file, false);
  const Bytes whole = file.bytes();
  const std::size_t last = whole.rfind(records.back());
  const std::size_t end = last + records.back().size();
  for (std::size_t cut = whole.find(records.front()); cut < end; cut += 7) {
    Bytes torn = whole.substr(0, cut);
    if (cut % 2 == 0)
      torn += Bytes(whole.size() - cut, '\0'); // the file had grown before it was filled
    file.write(torn);
    const auto opened = file.open();
    REQUIRE(opened.ok());
    INFO(cut);
    CHECK_FALSE(opened->second.lost);
    REQUIRE(opened->second.records.size() < records.size());
    for (std::size_t i = 0; i < opened->second.records.size(); ++i)
      CHECK(opened->second.records[i] == records[i]);
  }
}

TEST_CASE("vote log: writes that were not synced may come to the disk in any order",
          "[consensus][bft][log]") {
  const LogFile file;
  const auto records = fill(file, false); // all of them between the same two syncs
  Bytes bytes = file.bytes();
  bytes[bytes.find(records[2])] ^= 1;
  file.write(bytes);
  const auto opened = file.open();
  REQUIRE(opened.ok());
  CHECK_FALSE(opened->second.lost);
  CHECK(opened->second.records.size() == 2);
}

TEST_CASE("vote log: damage to what was synced is told, and stays told", "[consensus][bft][log]") {
  const LogFile file;
  const auto records = fill(file, true);
  const Bytes whole = file.bytes();
  const std::size_t begin = whole.find(records.front()) - 24;
  // In the last record nothing later tells that it had been synced.
  for (std::size_t at = begin; at < whole.find(records.back()) - 24; at += 5) {
    Bytes bytes = whole;
    bytes[at] ^= 4;
    file.write(bytes);
    INFO(at);
    for (int starts = 0; starts < 2; ++starts) {
      const auto opened = file.open();
      REQUIRE(opened.ok());
      CHECK(opened->second.lost == (starts == 0));
      REQUIRE_FALSE(opened->second.records.empty());
      CHECK(opened->second.records.back() == kLoss);
    }
  }
}

TEST_CASE("vote log: a missing file is a loss unless nobody can have voted",
          "[consensus][bft][log]") {
  const LogFile file;
  {
    const auto opened = file.open(/*may_be_new=*/false);
    REQUIRE(opened.ok());
    CHECK(opened->second.lost);
    CHECK(opened->second.records == std::vector<Bytes>{kLoss});
  }
  std::filesystem::remove(file.path);
  const auto opened = file.open(/*may_be_new=*/true);
  REQUIRE(opened.ok());
  CHECK_FALSE(opened->second.lost);
  CHECK(opened->second.records.empty());
}

TEST_CASE("vote log: a file that is no log, or cut in its head, is a loss",
          "[consensus][bft][log]") {
  const LogFile file;
  const Bytes contents = GENERATE(Bytes(), Bytes("something else"), Bytes("TENON VOTE LOG 1\n"),
                                  "TENON VOTE LOG 1\n" + kChain.str() + "123");
  file.write(contents);
  const auto opened = file.open();
  REQUIRE(opened.ok());
  CHECK(opened->second.lost);
}

TEST_CASE("vote log: another chain's log is refused", "[consensus][bft][log]") {
  const LogFile file;
  fill(file, true);
  const auto opened = VoteLog::open(file.path, {crypto::sha256("another"), true, kLoss});
  REQUIRE_FALSE(opened.ok());
  CHECK_FALSE(opened.status().fault());
  CHECK(opened.status().message().find("belongs to another chain") != std::string::npos);
}

TEST_CASE("vote log: a file that cannot be read is a fault, not an empty log",
          "[consensus][bft][log]") {
  const LogFile file;
  std::filesystem::create_directory(file.path);
  const auto opened = file.open();
  REQUIRE_FALSE(opened.ok());
  CHECK(opened.status().fault());
}

TEST_CASE("vote log: is readable by its owner alone", "[consensus][bft][log]") {
  const LogFile file;
  fill(file, true);
  CHECK((std::filesystem::status(file.path).permissions() &
         (std::filesystem::perms::group_all | std::filesystem::perms::others_all)) ==
        std::filesystem::perms::none);
}
