#include "desk.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "index/sqlite.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::daml_api::index::test {

namespace {

template <typename Condition> void wait_for(const Condition& condition) {
  using namespace std::chrono_literals;
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!condition()) {
    REQUIRE(std::chrono::steady_clock::now() < deadline);
    std::this_thread::sleep_for(1ms);
  }
}

} // namespace

Desk::Desk() {
  settings.directory = folder.path() / "index";
  settings.chain = crypto::sha256("chain").str();
}

Desk::~Desk() = default;

Status Desk::open(StateSource* state) {
  index_.reset();
  auto opened = open_ledger_index(settings, ledger, state, &record,
                                  [this](bool, const std::string& line) {
                                    const std::lock_guard lock(log_mutex_);
                                    log_.push_back(line);
                                  });
  if (!opened.ok())
    return opened.status();
  index_ = std::move(*opened);
  return {};
}

void Desk::open_and_catch_up() {
  const Status opened = open();
  INFO(opened.to_string());
  REQUIRE(opened.ok());
  tenon::v1::TransactionsRequest request;
  request.set_limit(1'000'000);
  const auto all = ledger.transactions(request);
  REQUIRE(all.ok());
  if (!all->transactions().empty())
    catch_up(all->transactions().rbegin()->offset());
}

void Desk::catch_up(std::uint64_t offset) {
  wait_for([&] { return index_->extent().end >= offset || !index_->health().ok(); });
  INFO(index_->health().to_string());
  REQUIRE(index_->extent().end >= offset);
}

void Desk::wait_for_trouble() {
  wait_for([&] { return !index_->health().ok(); });
}

void Desk::copy_files(const std::filesystem::path& to) const {
  std::filesystem::create_directories(to);
  for (const auto& entry : std::filesystem::directory_iterator(settings.directory)) {
    if (entry.path().extension() != ".sqlite-shm") // of the living process
      std::filesystem::copy(entry.path(), to / entry.path().filename());
  }
}

std::vector<std::string> Desk::log() {
  const std::lock_guard lock(log_mutex_);
  return log_;
}

bool Desk::logged(const std::string& text) {
  const std::lock_guard lock(log_mutex_);
  return std::any_of(log_.begin(), log_.end(), [&](const std::string& line) {
    return line.find(text) != std::string::npos;
  });
}

std::vector<std::uint64_t> Desk::offsets(const Interest& interest, Shape shape,
                                         std::uint64_t after, std::uint64_t up_to,
                                         std::uint64_t items) {
  std::vector<std::uint64_t> result;
  for (;;) {
    const auto page = index_->transactions(interest, shape, after, up_to, {items, kForever});
    INFO((page.ok() ? std::string() : page.status().to_string()));
    REQUIRE(page.ok());
    REQUIRE(page->transactions.size() <= items);
    for (const auto& transaction : page->transactions)
      result.push_back(transaction->offset);
    REQUIRE((!page->more || page->next_after > after)); // every page leads on
    after = page->next_after;
    if (!page->more)
      return result;
  }
}

std::vector<std::uint64_t> Desk::completion_offsets(const std::string& application,
                                                    const Parties& parties, std::uint64_t after,
                                                    std::uint64_t up_to, std::uint64_t items) {
  std::vector<std::uint64_t> result;
  for (;;) {
    const auto page =
        index_->completions(application, parties, after, up_to, {items, kForever});
    REQUIRE(page.ok());
    REQUIRE(page->completions.size() <= items);
    for (const auto& completion : page->completions)
      result.push_back(completion->offset);
    REQUIRE((!page->more || page->next_after > after));
    after = page->next_after;
    if (!page->more)
      return result;
  }
}

std::vector<std::string> Desk::active(const Interest& interest, std::uint64_t at,
                                      std::uint64_t items) {
  auto reader = index_->active_contracts(interest, at);
  INFO((reader.ok() ? std::string() : reader.status().to_string()));
  REQUIRE(reader.ok());
  std::vector<std::string> ids;
  for (;;) {
    const auto page = (*reader)->next({items, kForever});
    REQUIRE(page.ok());
    REQUIRE(page->size() <= items);
    if (page->empty())
      return ids;
    for (const ActiveContract& contract : *page)
      ids.push_back(contract.created.contract_id);
  }
}

void Desk::wait_until_freed() {
  wait_for([&] {
    auto connection = sqlite::Connection::open(settings.directory / "ledger_index.sqlite",
                                               sqlite::Access::kRead);
    REQUIRE(connection.ok());
    const auto left = (*connection)
                          ->integer("SELECT count(*) FROM transactions, state WHERE "
                                    "transactions.offset <= state.pruned");
    return left.ok() && *left == 0;
  });
}

std::int64_t Desk::rows(const std::string& table) const {
  auto connection = sqlite::Connection::open(settings.directory / "ledger_index.sqlite",
                                             sqlite::Access::kRead);
  REQUIRE(connection.ok());
  const auto count = (*connection)->integer("SELECT count(*) FROM " + table);
  REQUIRE(count.ok());
  return *count;
}

Interest all_of(const Parties& parties) {
  Interest interest;
  for (const std::string& party : parties)
    interest.parties[party];
  return interest;
}

Interest some_of(const std::string& party, Interest::Templates templates) {
  Interest interest;
  interest.parties[party] = std::move(templates);
  return interest;
}

} // namespace tenon::daml_api::index::test
