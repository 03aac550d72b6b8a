#include "rpc/worker_pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>

namespace tenon::daml_api::rpc {

TEST_CASE("worker pool: what does not fit into the queue is refused, what continues is not",
          "[daml_api][rpc]") {
  WorkerPool pool(2);
  pool.start(1);
  std::promise<void> running;
  std::promise<void> go;
  std::string order;
  REQUIRE(pool.admit([&] {
    running.set_value();
    go.get_future().wait();
  }));
  running.get_future().wait();
  CHECK(pool.admit([&] { order += 'a'; }));
  CHECK(pool.admit([&] { order += 'b'; }));
  CHECK_FALSE(pool.admit([&] { order += 'c'; }));
  CHECK(pool.resume([&] { order += 'd'; }));
  CHECK(pool.resume([&] { order += 'e'; }));
  CHECK(pool.waiting() == 4);
  go.set_value();
  pool.stop();
  CHECK(order == "deab");
}

TEST_CASE("worker pool: a stopped one has run all it took, and takes nothing",
          "[daml_api][rpc]") {
  WorkerPool pool(1000);
  pool.start(4);
  std::atomic<int> ran = 0;
  for (int i = 0; i < 500; ++i)
    REQUIRE(pool.admit([&] { ++ran; }));
  pool.stop();
  CHECK(ran == 500);
  CHECK_FALSE(pool.admit([&] { ++ran; }));
  CHECK_FALSE(pool.resume([&] { ++ran; }));
}

} // namespace tenon::daml_api::rpc
