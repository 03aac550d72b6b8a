// What can be wrong with the folder of a database: each is refused with a sentence that says what,
// where and what to do, before anything is changed; what is put right again is whole.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tenon/testkit/temporary_folder.hpp"
#include "unit/store/disk_ledger.hpp"

using namespace tenon;
using namespace tenon::store;
namespace fs = std::filesystem;

namespace {

const DiskLedger& ledger() {
  static const DiskLedger instance({.blocks = 16, .writes = 60, .keys = 80, .value_bytes = 300});
  return instance;
}

// A database in a folder of its own, as two lives have left it, the last one without an orderly
// end, and a copy of it.
class Folder {
public:
  Folder() {
    for (const std::size_t blocks : {ledger().blocks() - 4, ledger().blocks()}) {
      const auto store = open();
      REQUIRE(store.ok());
      REQUIRE(ledger().commit_up_to(**store, blocks).ok());
    }
  }

  [[nodiscard]] fs::path root() const { return folder_.path(); }
  [[nodiscard]] fs::path database() const { return folder_.path() / "db"; }
  [[nodiscard]] Result<std::unique_ptr<StoreCore>> open(bool read_only = false) const {
    return ledger().open(*rocksdb::Env::Default(), database().string(), read_only);
  }
  [[nodiscard]] std::vector<std::string> files(const std::string& name_end) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(database())) {
      if (entry.path().filename().string().ends_with(name_end))
        found.push_back(entry.path().filename().string());
    }
    return found;
  }
  [[nodiscard]] std::string current() const {
    std::ifstream file(database() / "CURRENT");
    std::string name;
    file >> name;
    return name;
  }
  [[nodiscard]] std::string log() const {
    const auto logs = files(".log");
    return *std::max_element(logs.begin(), logs.end());
  }

private:
  testkit::TemporaryFolder folder_;
};

void expect_whole(const Folder& folder) {
  const auto store = folder.open();
  INFO(store.status().to_string());
  REQUIRE(store.ok());
  CHECK(DiskLedger::committed(**store) == ledger().blocks());
  CHECK(ledger().expect_whole(**store).ok());
}

// For reading as for writing, the same way.
void expect_refused(const Folder& folder, Code code, const std::vector<std::string>& says) {
  for (const bool read_only : {true, false}) {
    const Status status = folder.open(read_only).status();
    INFO((read_only ? "for reading: " : "for writing: ") << status.to_string());
    CHECK(status.code() == code);
    for (const std::string& part : says) {
      INFO("expected: " << part);
      CHECK(status.message().find(part) != std::string::npos);
    }
  }
}

// Afterwards it is back.
void expect_missed(const Folder& folder, const std::string& name,
                   const std::vector<std::string>& says) {
  INFO(name << " is missing");
  const fs::path away = folder.root() / "away";
  fs::rename(folder.database() / name, away);
  expect_refused(folder, Code::kDataLoss, says);
  fs::rename(away, folder.database() / name);
}

// This thread without root's rights to pass over a folder's permissions, for as long as it lives.
// For anybody but root there is nothing to lay down. The user stays the one it is: the machine's
// folder of temporary files may be one that no other user can reach.
class OrdinaryUser {
public:
  // `reads_all`: keeps the right to look into each folder and file.
  explicit OrdinaryUser(bool reads_all) {
    REQUIRE(syscall(SYS_capget, &header_, was_) == 0);
    __user_cap_data_struct now[_LINUX_CAPABILITY_U32S_3] = {was_[0], was_[1]};
    now[0].effective &= ~(1u << CAP_DAC_OVERRIDE);
    if (!reads_all)
      now[0].effective &= ~(1u << CAP_DAC_READ_SEARCH);
    REQUIRE(syscall(SYS_capset, &header_, now) == 0);
  }
  ~OrdinaryUser() {
    if (syscall(SYS_capset, &header_, was_) != 0)
      std::abort();
  }
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;

private:
  __user_cap_header_struct header_ = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct was_[_LINUX_CAPABILITY_U32S_3] = {};
};

// Another process that has locked the database, as one does that has it open.
class OtherProcess {
public:
  explicit OtherProcess(const fs::path& lock) {
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    child_ = fork();
    if (child_ == 0) {
      const int file = ::open(lock.c_str(), O_RDWR | O_CREAT, 0600);
      struct flock whole = {};
      whole.l_type = F_WRLCK;
      whole.l_whence = SEEK_SET;
      const char locked = fcntl(file, F_SETLK, &whole) == 0 ? '1' : '0';
      if (write(ready[1], &locked, 1) == 1)
        pause();
      _exit(0);
    }
    char locked = '0';
    REQUIRE(read(ready[0], &locked, 1) == 1);
    REQUIRE(locked == '1');
    close(ready[0]);
    close(ready[1]);
  }
  ~OtherProcess() {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;

private:
  pid_t child_;
};

} // namespace

TEST_CASE("rocksdb store: a file of the database that is missing is named, and nothing is changed",
          "[store][disk]") {
  const Folder folder;
  expect_missed(folder, folder.log(),
                {"block 15 was committed and synced", "ends at block", folder.database().string(),
                 "Restore this replica's state"});
  expect_missed(folder, "CURRENT", {folder.database().string(), "no file CURRENT", "Put it back"});
  expect_missed(folder, folder.current(), {folder.current(), "is missing", "Put it back"});
  for (const std::string& table : folder.files(".sst")) {
    expect_missed(folder, table,
                  {folder.database() / table.substr(0, table.find('.')),
                   "a file of the database is missing", "Restore this replica's state"});
  }
  expect_whole(folder);
}

TEST_CASE("rocksdb store: files that hold nothing of the ledger may be missing", "[store][disk]") {
  const Folder folder;
  for (const auto& entry : fs::directory_iterator(folder.database())) {
    const std::string name = entry.path().filename().string();
    if (name == "LOCK" || name == "IDENTITY" || name.starts_with("OPTIONS") ||
        name.starts_with("LOG"))
      fs::remove(entry.path());
  }
  fs::remove(folder.database().string() + ".durable");
  expect_whole(folder);
}

TEST_CASE("rocksdb store: files of others in the folder are left alone", "[store][disk]") {
  const Folder folder;
  for (const char* const name : {"notes.txt", "core", ".hidden", "snapshot.tar.gz", "000x.sst"})
    std::ofstream(folder.database() / name) << "somebody's";
  fs::create_directory(folder.database() / "lost+found");
  // A table that the database does not know is what a crash leaves, and is removed.
  std::ofstream(folder.database() / "009999.sst") << "no table";
  expect_whole(folder);
  for (const char* const name : {"notes.txt", "core", ".hidden", "snapshot.tar.gz", "000x.sst"})
    CHECK(fs::exists(folder.database() / name));
  CHECK(fs::exists(folder.database() / "lost+found"));
}

TEST_CASE("rocksdb store: a log of another database among its own is named, and nothing is changed",
          "[store][disk]") {
  const Folder folder;
  const DiskLedger other({.seed = 99, .blocks = 30, .writes = 20, .keys = 80});
  const fs::path elsewhere = folder.root() / "other";
  {
    const auto store = other.open(*rocksdb::Env::Default(), elsewhere.string());
    REQUIRE(store.ok());
    REQUIRE(other.commit_up_to(**store, 30).ok());
  }
  for (const auto& entry : fs::directory_iterator(elsewhere)) {
    if (entry.path().extension() == ".log")
      fs::copy_file(entry.path(), folder.database() / "009999.log");
  }
  expect_refused(folder, Code::kDataLoss,
                 {folder.database() / "009999.log", "does not continue the one before it",
                  "Move it away"});
  fs::remove(folder.database() / "009999.log");
  expect_whole(folder);
}

TEST_CASE("rocksdb store: an older copy of the folder is refused", "[store][disk]") {
  const testkit::TemporaryFolder root;
  const std::string database = root.path().string() + "/db";
  const auto commit = [&](std::size_t blocks) {
    const auto store = ledger().open(*rocksdb::Env::Default(), database);
    REQUIRE(store.ok());
    REQUIRE(ledger().commit_up_to(**store, blocks).ok());
  };
  commit(3);
  fs::copy(database, root.path() / "older", fs::copy_options::recursive);
  commit(7);
  fs::remove_all(database);
  fs::rename(root.path() / "older", database);
  const Status status = ledger().open(*rocksdb::Env::Default(), database).status();
  INFO(status.to_string());
  CHECK(status.code() == Code::kDataLoss);
  CHECK(status.message().find("an older copy was put back") != std::string::npos);
}

TEST_CASE("rocksdb store: a file in place of its folder is refused", "[store][disk]") {
  const Folder folder;
  fs::remove_all(folder.database());
  std::ofstream(folder.database()) << "no folder";
  expect_refused(folder, Code::kFailedPrecondition,
                 {folder.database().string() + " is a file", "expected a folder", "Move it away"});
}

TEST_CASE("rocksdb store: where there is no database, none can be read", "[store][disk]") {
  const testkit::TemporaryFolder root;
  const Status status =
      ledger().open(*rocksdb::Env::Default(), root.path().string() + "/db", true).status();
  CHECK(status.code() == Code::kFailedPrecondition);
  CHECK(status.message().find("there is no database in " + root.path().string()) !=
        std::string::npos);
  CHECK_FALSE(fs::exists(root.path() / "db"));
}

TEST_CASE("rocksdb store: a folder that the user may not use is refused, and named as such",
          "[store][disk]") {
  const Folder folder;
  fs::permissions(folder.database(), fs::perms(0));
  {
    const OrdinaryUser user(false);
    expect_refused(folder, Code::kFailedPrecondition,
                   {folder.database().string(), "cannot be read by the user that runs this"});
  }
  fs::permissions(folder.database(), fs::perms(0555));
  {
    const OrdinaryUser user(true);
    const Status status = folder.open().status();
    INFO(status.to_string());
    CHECK(status.fault());
    CHECK(status.message().find("the user that runs this may not use the file") !=
          std::string::npos);
  }
  fs::permissions(folder.database(), fs::perms(0700));
  expect_whole(folder);
}

TEST_CASE("rocksdb store: a database that another process has open is refused as such",
          "[store][disk]") {
  const Folder folder;
  {
    const OtherProcess other(folder.database() / "LOCK");
    const Status status = folder.open().status();
    INFO(status.to_string());
    CHECK(status.message().find("another process has this database open") != std::string::npos);
    CHECK(status.message().find(folder.database().string()) != std::string::npos);
  }
  const auto store = folder.open();
  REQUIRE(store.ok());
  const Status twice = folder.open().status();
  INFO(twice.to_string());
  CHECK(twice.message().find("this process has this database open already") != std::string::npos);
}
