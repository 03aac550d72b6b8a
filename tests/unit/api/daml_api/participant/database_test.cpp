// The file of the participant's records: made, kept, recognised, never overwritten.
#include "store_kit.hpp"

#include <fstream>
#include <sstream>

#include "participant/database.hpp"

using namespace tenon;
using namespace tenon::daml_api;
using namespace tenon::daml_api::test;

namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write(const std::filesystem::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

std::string refusal(const std::filesystem::path& file) {
  const auto opened = ParticipantStore::open(file);
  return opened.ok() ? "" : opened.status().to_string();
}

} // namespace

TEST_CASE("participant database: a new one has the administrator and nobody else",
          "[daml_api][participant]") {
  StoreKit kit;
  const auto users = kit.store->users("", "", 10);
  REQUIRE(users.ok());
  REQUIRE(users->size() == 1);
  CHECK(users->front().id == "participant_admin");
  CHECK(users->front().version == 0);
  CHECK(*kit.store->rights("participant_admin", "") == std::set<UserRight>{kAdminRight});
}

TEST_CASE("participant database: what was written is there after a restart",
          "[daml_api][participant]") {
  StoreKit kit;
  User user = new_user("alice");
  user.annotations = {{"k", "v"}};
  REQUIRE(kit.store->create_user(user, {act_as("p")}).ok());
  REQUIRE(kit.store->delete_user("participant_admin", "").ok());
  TimeModel model;
  model.max_skew_ns = 5;
  REQUIRE(kit.store->set_time_model(model).ok());
  kit.reopen();
  CHECK(kit.store->user("alice", "")->annotations == Annotations{{"k", "v"}});
  CHECK(*kit.store->rights("alice", "") == std::set<UserRight>{act_as("p")});
  CHECK(id_of(kit.store->user("participant_admin", "")) == "USER_NOT_FOUND");
  CHECK(kit.store->time_model()->generation == 2);
  CHECK(kit.store->time_model()->max_skew_ns == 5);
}

TEST_CASE("participant database: a copy taken at any moment has every answered change",
          "[daml_api][participant]") {
  StoreKit kit;
  for (int i = 0; i < 3; ++i) {
    REQUIRE(kit.store->create_user(new_user("user-" + std::to_string(i)), {}).ok());
    // As a crash would leave the files.
    testkit::TemporaryFolder copies;
    for (const auto& entry : std::filesystem::directory_iterator(kit.folder.path())) {
      if (entry.path().extension() != ".db-shm")
        std::filesystem::copy(entry.path(), copies.path() / entry.path().filename());
    }
    auto copy = ParticipantStore::open(copies.path() / "participant.db");
    REQUIRE(copy.ok());
    CHECK((*copy)->users("", "", 10)->size() == static_cast<std::size_t>(i) + 2);
  }
}

TEST_CASE("participant database: what a crash left of the making is no hindrance",
          "[daml_api][participant]") {
  testkit::TemporaryFolder folder;
  write(folder.path() / "participant.db.new", "half a file");
  write(folder.path() / "participant.db.new-wal", "half a log");
  CHECK(refusal(folder.path() / "participant.db").empty());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "participant.db.new"));
}

TEST_CASE("participant database: another kind of file is refused and stays as it is",
          "[daml_api][participant]") {
  testkit::TemporaryFolder folder;
  const auto file = folder.path() / "participant.db";
  for (const std::string& bytes :
       {std::string(), std::string("notes of mine"), std::string(5000, 'x')}) {
    write(file, bytes);
    const std::string text = refusal(file);
    INFO(text);
    CHECK(text.find("participant.db: this is not a database") != std::string::npos);
    CHECK(content(file) == bytes);
  }
}

TEST_CASE("participant database: an SQLite database of something else stays as it is",
          "[daml_api][participant]") {
  testkit::TemporaryFolder folder;
  const auto file = folder.path() / "participant.db";
  {
    auto other = sqlite::Connection::open(file, sqlite::Access::kCreate);
    REQUIRE(other.ok());
    REQUIRE((*other)->execute("CREATE TABLE mine (x)").ok());
  }
  const std::string before = content(file);
  CHECK(refusal(file).find("this is not a database of a participant") != std::string::npos);
  CHECK(content(file) == before);
}

TEST_CASE("participant database: a damaged file is refused with a sentence",
          "[daml_api][participant]") {
  StoreKit kit;
  for (int i = 0; i < 2000; ++i)
    REQUIRE(kit.store->create_user(new_user("user-" + std::to_string(i)), {act_as("p")}).ok());
  kit.store.reset(); // nothing is left in the log
  const std::string intact = content(kit.file());
  REQUIRE(intact.size() > 40'000);

  std::string damaged = intact;
  for (std::size_t i = 8192; i < damaged.size() - 8192; ++i)
    damaged[i] = static_cast<char>(damaged[i] ^ 0x5a);
  write(kit.file(), damaged);
  CHECK(refusal(kit.file()).find("damaged") != std::string::npos);
  CHECK(content(kit.file()) == damaged);

  write(kit.file(), intact.substr(0, 12'000));
  CHECK(refusal(kit.file()).find("damaged") != std::string::npos);
  write(kit.file(), intact.substr(0, 50));
  CHECK(refusal(kit.file()).find("damaged") != std::string::npos);
}

TEST_CASE("participant database: one of a newer version is refused", "[daml_api][participant]") {
  StoreKit kit;
  kit.store.reset();
  {
    auto connection = sqlite::Connection::open(kit.file(), sqlite::Access::kWrite);
    REQUIRE((*connection)->execute("PRAGMA user_version = 99").ok());
  }
  const std::string text = refusal(kit.file());
  INFO(text);
  CHECK(text.find("is of version 99; expected 1 to 3") != std::string::npos);
  CHECK(text.find("newer Tenon") != std::string::npos);
}

TEST_CASE("participant database: the log without its file is not taken for a new database",
          "[daml_api][participant]") {
  testkit::TemporaryFolder folder;
  write(folder.path() / "participant.db-wal", "what is left");
  CHECK(refusal(folder.path() / "participant.db").find("the file is missing") !=
        std::string::npos);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "participant.db"));
}

TEST_CASE("participant database: a folder that is not there is named", "[daml_api][participant]") {
  testkit::TemporaryFolder folder;
  CHECK(refusal(folder.path() / "none" / "participant.db").find("none") != std::string::npos);
}

TEST_CASE("participant database: the time model changes only from the generation in force",
          "[daml_api][participant]") {
  StoreKit kit;
  TimeModel model = *kit.store->time_model();
  CHECK(model.generation == 1);
  model.min_skew_ns = 7;
  CHECK(kit.store->set_time_model(model)->generation == 2);
  CHECK(id_of(kit.store->set_time_model(model)) == "INVALID_ARGUMENT");
  CHECK(kit.store->time_model()->min_skew_ns == 7);
}

TEST_CASE("participant database: how far each ledger was pruned is there after a restart",
          "[daml_api][participant]") {
  StoreKit kit;
  const std::string chain(32, '\0'), other(32, 'o');
  CHECK(*kit.store->pruned(chain) == index::PrunedOffsets{});
  REQUIRE(kit.store->set_pruned(chain, {5, 3, 1'700}).ok());
  REQUIRE(kit.store->set_pruned(chain, {7, 3, 1'700}).ok());
  kit.reopen();
  CHECK(*kit.store->pruned(chain) == index::PrunedOffsets{7, 3, 1'700});
  CHECK(*kit.store->pruned(other) == index::PrunedOffsets{});
}

TEST_CASE("participant database: one of an earlier version is brought to the newest",
          "[daml_api][participant]") {
  StoreKit kit;
  REQUIRE(kit.store->create_user(new_user("alice"), {}).ok());
  TimeModel model;
  model.min_skew_ns = 7;
  REQUIRE(kit.store->set_time_model(model).ok());
  kit.store.reset();
  {
    auto connection = sqlite::Connection::open(kit.file(), sqlite::Access::kWrite);
    REQUIRE((*connection)->execute("DROP TABLE pruned; PRAGMA user_version = 1").ok());
    for (const std::string column : {"average_latency", "min_skew", "max_skew"}) {
      REQUIRE((*connection)
                  ->execute("ALTER TABLE time_model RENAME COLUMN " + column + "_ns TO " + column +
                            "_us")
                  .ok());
    }
  }
  kit.reopen();
  CHECK(kit.store->user("alice", "").ok());
  CHECK(kit.store->time_model()->min_skew_ns == 7'000); // it was microseconds
  CHECK(kit.store->set_pruned("chain", {1, 0, 0}).ok());
}
