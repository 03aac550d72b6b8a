#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "desk.hpp"
#include "index/sqlite.hpp"
#include "index/state_source.hpp"
#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml_api::index::test {

namespace {

const Sample kFirst{sample_id(1), kToken, {"alice"}, {"bob"}};
const Sample kSecond{sample_id(2), kToken, {"alice"}, {"bob"}};

std::filesystem::path file_of(const Desk& desk) {
  return desk.settings.directory / "ledger_index.sqlite";
}

// Gives two contracts in two pages.
class TwoContracts final : public StateSource {
public:
  explicit TwoContracts(std::uint64_t offset) : offset_(offset) {}
  Result<Place> begin() override { return Place{offset_, 1'700'000'000'000'000}; }
  Result<std::vector<tenon::daml::engine::v1::Contract>> next() override {
    if (given_ == 2)
      return std::vector<tenon::daml::engine::v1::Contract>();
    const Draft draft = Draft({}, "", "").create(given_++ == 0 ? kFirst : kSecond);
    tenon::daml::engine::v1::Event event;
    event.ParseFromString(draft.message().events(0).payload());
    event.mutable_created()->set_created_at_us(1'700'000'000'000'005);
    return std::vector{event.created()};
  }

private:
  const std::uint64_t offset_;
  int given_ = 0;
};

// Lets this process write no file beyond a size.
class FileSizeLimit {
public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit now{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &now);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

private:
  rlimit before_{};
  void (*handler_)(int);
};

} // namespace

TEST_CASE("index: a damaged file is set aside and the index made anew", "[daml_api][index]") {
  Desk desk;
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.open_and_catch_up();
  desk.close();
  SECTION("no database at all") {
    std::ofstream(file_of(desk), std::ios::trunc) << std::string(20'000, 'x');
  }
  SECTION("cut off") {
    std::filesystem::resize_file(file_of(desk), 8192);
  }
  SECTION("of another format") {
    auto connection = sqlite::Connection::open(file_of(desk), sqlite::Access::kWrite);
    REQUIRE(connection.ok());
    REQUIRE((*connection)->execute("PRAGMA user_version = 77").ok());
  }
  SECTION("with names missing") {
    auto connection = sqlite::Connection::open(file_of(desk), sqlite::Access::kWrite);
    REQUIRE(connection.ok());
    REQUIRE((*connection)->execute("DELETE FROM names WHERE id = 1").ok());
  }
  desk.open_and_catch_up();
  CHECK(desk.logged("is set aside"));
  CHECK(std::filesystem::exists(file_of(desk).string() + ".aside"));
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 10) ==
        std::vector<std::uint64_t>{offset});
}

TEST_CASE("index: damage that is found while reading halts it, and the next start mends it",
          "[daml_api][index]") {
  Desk desk;
  desk.settings.tail_bytes = 0;
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.open_and_catch_up();
  {
    auto connection = sqlite::Connection::open(file_of(desk), sqlite::Access::kWrite);
    REQUIRE(connection.ok());
    REQUIRE((*connection)->execute("DELETE FROM events").ok());
  }
  const auto page = desk.index().transactions(all_of({"alice"}), Shape::kFlat, 0, kForever, {});
  REQUIRE_FALSE(page.ok());
  CHECK(page.status().code() == Code::kDataLoss);
  CHECK(desk.index().health().message().find("INDEX_HALTED: the database is damaged") == 0);
  CHECK_FALSE(desk.index().prune(offset, false).ok());
  desk.open_and_catch_up();
  CHECK(desk.index().health().ok());
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 10) ==
        std::vector<std::uint64_t>{offset});
}

TEST_CASE("index: one of another ledger or engine is refused and left alone",
          "[daml_api][index]") {
  Desk desk;
  desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.open_and_catch_up();
  desk.close();
  const IndexSettings right = desk.settings;
  desk.settings.chain = crypto::sha256("another").str();
  const Status chain = desk.open();
  CHECK(chain.code() == Code::kFailedPrecondition);
  CHECK(chain.message().find("INDEX_OF_ANOTHER_LEDGER") != std::string::npos);
  CHECK(chain.message().find(to_hex(right.chain)) != std::string::npos);
  CHECK(chain.message().find(to_hex(desk.settings.chain)) != std::string::npos);
  desk.settings = right;
  desk.settings.engine = "daml2";
  const Status engine = desk.open();
  CHECK(engine.code() == Code::kFailedPrecondition);
  CHECK(engine.message().find("INDEX_OF_ANOTHER_ENGINE") != std::string::npos);
  desk.settings = right;
  desk.open_and_catch_up();
  CHECK_FALSE(desk.logged("set aside"));
}

TEST_CASE("index: a directory that cannot be had fails the start with its name",
          "[daml_api][index]") {
  Desk desk;
  std::ofstream(desk.folder.path() / "file") << "in the way";
  desk.settings.directory = desk.folder.path() / "file" / "index";
  const Status status = desk.open();
  CHECK_FALSE(status.ok());
  CHECK(status.message().find(desk.settings.directory.string()) != std::string::npos);
}

TEST_CASE("index: when the disk takes no more it halts, and loses nothing", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  std::uint64_t number = 0;
  const auto grow = [&](int transactions) {
    std::uint64_t last = 0;
    for (int i = 0; i < transactions; ++i) {
      const Sample sample{sample_id(number++), kToken, {"alice"}};
      last = desk.ledger.append(Draft({"alice"}, "app", "one").create(sample));
    }
    return last;
  };
  desk.catch_up(grow(10));
  std::uint64_t last = 0;
  {
    const FileSizeLimit limit(200'000);
    last = grow(3000);
    desk.wait_for_trouble();
    CHECK(desk.index().health().fault());
    CHECK(desk.index().health().message().find("INDEX_HALTED: ") == 0);
    const std::uint64_t end = desk.index().extent().end;
    CHECK(end < last);
    const auto readable = desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 1000);
    CHECK(readable.back() == end);
    desk.close();
  }
  desk.open_and_catch_up();
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, 0, kForever, 1000).size() == number);
  CHECK_FALSE(desk.logged("set aside"));
}

TEST_CASE("index: while the ledger cannot be read it says so, and goes on by itself",
          "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  desk.ledger.fail_reads(unavailable("not now"));
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.wait_for_trouble();
  CHECK(desk.index().health().code() == Code::kUnavailable);
  CHECK(desk.index().health().message().find("not now") != std::string::npos);
  desk.ledger.fail_reads({});
  while (desk.index().extent().end < offset)
    continue;
  CHECK(desk.index().health().ok());
}

TEST_CASE("index: an event that is none of the engine's halts it", "[daml_api][index]") {
  Desk desk;
  desk.open_and_catch_up();
  Draft draft({"alice"}, "app", "one");
  draft.create(kFirst);
  const_cast<tenon::v1::LedgerTransaction&>(draft.message())
      .mutable_events(0)
      ->set_payload("no event");
  desk.ledger.append(draft);
  desk.wait_for_trouble();
  CHECK(desk.index().health().message().find("an event of the daml engine was expected") !=
        std::string::npos);
}

TEST_CASE("index: a history that is not kept from the beginning halts it, never passes in silence",
          "[daml_api][index]") {
  Desk desk;
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.ledger.append(Draft({"alice"}, "app", "two").archive(kFirst));
  desk.ledger.forget_up_to(offset);
  REQUIRE(desk.open().ok());
  desk.wait_for_trouble();
  CHECK(desk.index().health().code() == Code::kFailedPrecondition);
  CHECK(desk.index().health().message().find("HISTORY_PRUNED") != std::string::npos);
}

TEST_CASE("index: it begins at a state where the ledger keeps no earlier history",
          "[daml_api][index]") {
  Desk desk;
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  const auto second = desk.ledger.append(Draft({"alice"}, "app", "two").create(kSecond));
  const auto third = desk.ledger.append(Draft({"alice"}, "app", "three").archive(kFirst));
  desk.ledger.show(1);
  if (GENERATE(true, false)) { // once with an index that had fallen behind
    REQUIRE(desk.open().ok());
    desk.catch_up(first);
  }
  desk.close();
  desk.ledger.show(UINT64_MAX);
  desk.ledger.forget_up_to(second);
  TwoContracts state(second);
  REQUIRE(desk.open(&state).ok());
  desk.catch_up(third);
  const Extent extent = desk.index().extent();
  CHECK(extent.began_at == second);
  CHECK(extent.pruned_up_to == second);
  CHECK(desk.active(all_of({"bob"}), second, 10) ==
        std::vector<std::string>{to_hex(kFirst.id), to_hex(kSecond.id)});
  CHECK(desk.active(all_of({"alice"}), third, 10) == std::vector<std::string>{to_hex(kSecond.id)});
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, second, kForever, 10) ==
        std::vector<std::uint64_t>{third});
  CHECK_FALSE(
      desk.index().transactions(all_of({"alice"}), Shape::kFlat, first, kForever, {}).ok());
  const auto events = desk.index().contract_events(to_hex(kFirst.id));
  REQUIRE(events.ok());
  CHECK(events->created->offset == second);
  CHECK(events->archived_at == third);
}

TEST_CASE("index: one that is made anew does not bring back what was pruned",
          "[daml_api][index]") {
  Desk desk;
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  const auto second = desk.ledger.append(Draft({"alice"}, "app", "two").create(kSecond));
  const auto third = desk.ledger.append(Draft({"alice"}, "app", "three").archive(kFirst));
  desk.open_and_catch_up();
  REQUIRE(desk.index().prune(first, true).ok());
  REQUIRE(desk.index().prune(second, false).ok());
  desk.close();
  std::filesystem::remove_all(desk.settings.directory);
  desk.ledger.show(1);
  REQUIRE(desk.open().ok());
  desk.catch_up(first);
  // Until it has come to where it may be read, whoever reads may try again.
  const auto early = desk.index().transactions(all_of({"alice"}), Shape::kFlat, first, first, {});
  CHECK(early.status().code() == Code::kUnavailable);
  CHECK(early.status().message().find("SERVICE_NOT_RUNNING: ") == 0);
  desk.ledger.show(UINT64_MAX);
  desk.catch_up(third);
  const Extent extent = desk.index().extent();
  CHECK(extent.pruned_up_to == second);
  CHECK(extent.divulgence_pruned_up_to == first);
  CHECK(desk.index()
            .transactions(all_of({"alice"}), Shape::kFlat, first, kForever, {})
            .status()
            .code() == Code::kOutOfRange);
  CHECK(desk.offsets(all_of({"alice"}), Shape::kFlat, second, kForever, 10) ==
        std::vector<std::uint64_t>{third});
  CHECK(desk.active(all_of({"alice"}), second, 10) ==
        std::vector<std::string>{to_hex(kFirst.id), to_hex(kSecond.id)});
  desk.wait_until_freed();
  CHECK(desk.rows("transactions") == 1);
}

TEST_CASE("index: what cannot be recorded is not pruned, and the index goes on",
          "[daml_api][index]") {
  Desk desk;
  const auto first = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.open_and_catch_up();
  desk.record.refusal = data_loss("the participant's file is damaged");
  const Status refused = desk.index().prune(first, true);
  CHECK(refused.code() == Code::kUnavailable);
  CHECK(refused.message().find("the participant's file is damaged") != std::string::npos);
  CHECK(desk.index().extent().pruned_up_to == 0);
  CHECK(desk.index().health().ok());
  desk.record.refusal = {};
  CHECK(desk.index().prune(first, true).ok());
}

TEST_CASE("index: an idle ledger does not leave it behind what is kept", "[daml_api][index]") {
  Desk desk;
  const auto offset = desk.ledger.append(Draft({"alice"}, "app", "one").create(kFirst));
  desk.open_and_catch_up();
  desk.ledger.append_empty(1000);
  const std::uint64_t before = desk.ledger.requests();
  desk.ledger.append_empty(1);
  while (desk.ledger.requests() < before + 1)
    continue;
  desk.close();
  desk.ledger.forget_up_to(offset + (std::uint64_t{500} << 24));
  REQUIRE(desk.open().ok());
  const auto next = desk.ledger.append(Draft({"alice"}, "app", "two").archive(kFirst));
  desk.catch_up(next);
  CHECK(desk.index().health().ok());
  CHECK(desk.index().extent().end == next);
}

} // namespace tenon::daml_api::index::test
