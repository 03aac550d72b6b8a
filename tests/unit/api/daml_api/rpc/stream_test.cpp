#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "errors/codes.hpp"
#include "rpc_kit.hpp"

namespace tenon::daml_api::rpc::test {

namespace {

using std::chrono::milliseconds;

// Always has another message.
class Endless final : public Source {
public:
  Endless(std::size_t bytes, std::atomic<std::size_t>& asked) : bytes_(bytes), asked_(asked) {}
  Step next() override {
    ++asked_;
    return std::string(bytes_, 'x');
  }
  void on_wake(std::function<void()>) override {}

private:
  const std::size_t bytes_;
  std::atomic<std::size_t>& asked_;
};

// Numbers up to `last`, of which another thread says how many there are yet.
class Counter final : public Source {
public:
  Counter(int last, std::atomic<int>& given, std::function<void(std::function<void()>)> subscribe)
      : last_(last), given_(given), subscribe_(std::move(subscribe)) {}
  Step next() override {
    if (told_ == last_)
      return Ended{};
    if (told_ == given_)
      return Pending{};
    return std::to_string(++told_);
  }
  void on_wake(std::function<void()> wake) override { subscribe_(std::move(wake)); }

private:
  const int last_;
  std::atomic<int>& given_;
  const std::function<void(std::function<void()>)> subscribe_;
  int told_ = 0;
};

} // namespace

TEST_CASE("stream: messages come in order, and then its end", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  for (int i = 0; i < 100; ++i)
    lab.feed.push("message " + std::to_string(i));
  lab.feed.end({});
  const auto stream = lab.client().stream(kTransactions, "");
  for (int i = 0; i < 100; ++i)
    CHECK(stream->read() == "message " + std::to_string(i));
  CHECK_FALSE(stream->read());
  CHECK(stream->finish().ok());
  CHECK(eventually([&] { return lab.feed.open_sources() == 0; }));
  CHECK(eventually([&] { return lab.server->open_streams() == 0; }));
  CHECK(lab.host.metric("daml_api_streams") == 0);
}

TEST_CASE("stream: one without messages ends as it should", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  lab.feed.end(Failure(codes::kOffsetAfterLedgerEnd, "beyond the end"));
  const auto stream = lab.client().stream(kTransactions, "");
  CHECK_FALSE(stream->read());
  const grpc::Status status = stream->finish();
  CHECK(status.error_code() == grpc::StatusCode::OUT_OF_RANGE);
  CHECK(error_info_of(status).reason() == "OFFSET_AFTER_LEDGER_END");
}

TEST_CASE("stream: a request that is refused opens none", "[daml_api][rpc]") {
  Lab lab;
  lab.transactions = [](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(Failure(codes::kMissingField, "begin"));
  };
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  CHECK(error_info_of(client.stream(kTransactions, "")->finish()).reason() == "MISSING_FIELD");
  CHECK(error_info_of(client.stream(kTransactions, "\xFF")->finish()).reason() ==
        "INVALID_ARGUMENT");
  CHECK(eventually([&] { return lab.server->open_streams() == 0; }));
}

TEST_CASE("stream: one that waits gets what comes later, and asks nothing meanwhile",
          "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kTransactions, "");
  CHECK(eventually([&] { return lab.feed.asked() == 1; }));
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(lab.feed.asked() == 1);
  lab.feed.push("late");
  CHECK(stream->read() == "late");
  lab.feed.wake();
  lab.feed.push("later");
  CHECK(stream->read() == "later");
  stream->cancel();
  CHECK(stream->finish().error_code() == grpc::StatusCode::CANCELLED);
  CHECK(eventually([&] { return lab.feed.open_sources() == 0; }));
}

TEST_CASE("stream: no wake is lost, however it meets the asking", "[daml_api][rpc]") {
  constexpr int kMessages = 20'000;
  Lab lab;
  std::atomic<int> given = 0;
  std::promise<std::function<void()>> subscribed;
  lab.transactions = [&](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(std::make_unique<Counter>(
        kMessages, given,
        [&](std::function<void()> wake) { subscribed.set_value(std::move(wake)); }));
  };
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kTransactions, "");
  std::thread giver([&] {
    const auto wake = subscribed.get_future().get();
    for (int i = 1; i <= kMessages; ++i) {
      given = i;
      wake();
      if (i % 3 == 0)
        std::this_thread::yield();
    }
  });
  int read = 0;
  while (const auto message = stream->read()) {
    ++read;
    if (*message != std::to_string(read))
      break;
  }
  giver.join();
  CHECK(read == kMessages);
  CHECK(stream->finish().ok());
}

TEST_CASE("stream: a source is asked for no more than its reader takes", "[daml_api][rpc]") {
  Lab lab;
  std::atomic<std::size_t> asked = 0;
  lab.transactions = [&](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(std::make_unique<Endless>(1024 * 1024, asked));
  };
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kTransactions, "");
  CHECK(eventually([&] { return asked > 0; }));
  std::this_thread::sleep_for(milliseconds(300));
  const std::size_t before = asked;
  CHECK(before < 32);
  for (std::size_t i = 0; i < 64; ++i)
    CHECK(stream->read().has_value());
  CHECK(asked >= 64);
  stream->cancel();
}

TEST_CASE("stream: a reader that takes nothing for too long is cut off and told why",
          "[daml_api][rpc]") {
  ServerSettings settings;
  settings.stream_stall_ms = 300;
  Lab lab(settings);
  std::atomic<std::size_t> asked = 0;
  lab.transactions = [&](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(std::make_unique<Endless>(1024 * 1024, asked));
  };
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kTransactions, "");
  CHECK(eventually([&] { return lab.host.metric("daml_api_slow_readers_total") == 1; }));
  CHECK(eventually([&] { return lab.server->open_streams() == 0; }));
  while (stream->read()) {
  }
  const grpc::Status status = stream->finish();
  CHECK(status.error_code() == grpc::StatusCode::ABORTED);
  INFO(status.error_message());
  CHECK(status.error_message().starts_with("PARTICIPANT_BACKPRESSURE(2,"));
}

TEST_CASE("stream: a reader that is slow but takes messages is not cut off", "[daml_api][rpc]") {
  ServerSettings settings;
  settings.stream_stall_ms = 1000;
  Lab lab(settings);
  std::atomic<std::size_t> asked = 0;
  lab.transactions = [&](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(std::make_unique<Endless>(8 * 1024 * 1024, asked));
  };
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kTransactions, "");
  for (int i = 0; i < 8; ++i) {
    std::this_thread::sleep_for(milliseconds(250));
    CHECK(stream->read().has_value());
  }
  CHECK(lab.host.metric("daml_api_slow_readers_total") == 0);
  stream->cancel();
}

TEST_CASE("stream: readers that go while their sources are being woken hold nobody up",
          "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  std::atomic<bool> over = false;
  std::thread waker([&] {
    while (!over)
      lab.feed.wake();
  });
  Client client = lab.client();
  for (int round = 0; round < 50; ++round) {
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 8; ++i)
      streams.push_back(client.stream(kTransactions, ""));
    REQUIRE(eventually([&] { return lab.feed.open_sources() == streams.size(); }));
    for (const auto& stream : streams)
      stream->cancel();
    REQUIRE(eventually([&] { return lab.feed.open_sources() == 0; }));
  }
  over = true;
  waker.join();
}

TEST_CASE("stream: there may be so many at once and no more", "[daml_api][rpc]") {
  ServerSettings settings;
  settings.max_streams = 2;
  Lab lab(settings);
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  auto first = client.stream(kTransactions, "");
  const auto second = client.stream(kTransactions, "");
  REQUIRE(eventually([&] { return lab.server->open_streams() == 2; }));
  const grpc::Status status = client.stream(kTransactions, "")->finish();
  CHECK(status.error_code() == grpc::StatusCode::ABORTED);
  CHECK(error_info_of(status).reason() == "MAXIMUM_NUMBER_OF_STREAMS");
  first->cancel();
  first->finish();
  REQUIRE(eventually([&] { return lab.server->open_streams() == 1; }));
  const auto third = client.stream(kTransactions, "");
  CHECK(eventually([&] { return lab.server->open_streams() == 2; }));
  third->cancel();
  second->cancel();
}

TEST_CASE("stream: a deadline of the client ends it", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  const auto stream =
      lab.client().stream(kTransactions, "", {.metadata = {}, .deadline = milliseconds(200)});
  CHECK_FALSE(stream->read());
  CHECK(stream->finish().error_code() == grpc::StatusCode::DEADLINE_EXCEEDED);
  CHECK(eventually([&] { return lab.feed.open_sources() == 0; }));
}

TEST_CASE("stream: draining ends it with a status that says so", "[daml_api][rpc]") {
  Lab lab;
  REQUIRE(lab.start().ok());
  Client client = lab.client();
  const auto stream = client.stream(kTransactions, "");
  lab.feed.push("one");
  CHECK(stream->read() == "one");
  CHECK(lab.server->drain(5000).ok());
  CHECK_FALSE(stream->read());
  const grpc::Status status = stream->finish();
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK(error_info_of(status).reason() == "SERVER_IS_SHUTTING_DOWN");
  CHECK(eventually([&] { return lab.feed.open_sources() == 0; }));
  CHECK(error_info_of(client.stream(kTransactions, "")->finish()).reason() ==
        "SERVER_IS_SHUTTING_DOWN");
}

TEST_CASE("stream: stopping under load leaves no source and no thread behind",
          "[daml_api][rpc]") {
  Lab lab;
  std::atomic<std::size_t> asked = 0;
  lab.transactions = [&](const Call&, v1::GetTransactionsRequest&) {
    return Answer<std::unique_ptr<Source>>(std::make_unique<Endless>(10'000, asked));
  };
  REQUIRE(lab.start().ok());
  std::atomic<bool> over = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      Client client = lab.client();
      const auto stream = client.stream(kTransactions, "");
      while (stream->read() && !over) {
      }
      stream->cancel();
      static_cast<void>(stream->finish());
    });
  }
  CHECK(eventually([&] { return asked > 1000; }));
  lab.server->stop();
  const std::size_t after = asked;
  std::this_thread::sleep_for(milliseconds(50));
  CHECK(asked == after);
  over = true;
  for (std::thread& reader : readers)
    reader.join();
}

TEST_CASE("stream: one whose caller may not go on is ended", "[daml_api][rpc]") {
  ServerSettings settings;
  settings.stream_recheck_ms = 50;
  Lab lab(settings);
  std::atomic<bool> allowed = true;
  lab.hooks.still_valid = [&](const Claims& claims) -> Outcome {
    CHECK(claims.anybody);
    if (!allowed)
      return Failure(codes::kStaleStreamAuthorization, "the user's rights have changed");
    return {};
  };
  REQUIRE(lab.start().ok());
  const auto stream = lab.client().stream(kTransactions, "");
  std::this_thread::sleep_for(milliseconds(150));
  lab.feed.push("still there");
  CHECK(stream->read() == "still there");
  allowed = false;
  CHECK_FALSE(stream->read());
  const grpc::Status status = stream->finish();
  CHECK(status.error_code() == grpc::StatusCode::ABORTED);
  CHECK(error_info_of(status).reason() == "STALE_STREAM_AUTHORIZATION");
}

} // namespace tenon::daml_api::rpc::test
