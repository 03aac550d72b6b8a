// What waits for a peer.
#include "network/send_queue.hpp"

#include <catch2/catch.hpp>

#include "cluster.hpp"

namespace tenon::host::network {

using Push = SendQueue::Push;

TEST_CASE("network: a queue takes frames only while its peer is connected", "[network][queue]") {
  SendQueue queue(1000);
  CHECK(queue.push({1, test::frame_of("early")}) == Push::kClosed);
  queue.open();
  CHECK(queue.push({1, test::frame_of("one")}) == Push::kTakenWake);
  queue.close();
  CHECK(queue.queued_bytes() == 0);
  CHECK(queue.push({1, test::frame_of("late")}) == Push::kClosed);
  queue.open();
  CHECK_FALSE(queue.pop().has_value());
}

TEST_CASE("network: a queue wakes its reader once for all that waits", "[network][queue]") {
  SendQueue queue(1000);
  queue.open();
  CHECK(queue.push({1, test::frame_of("one")}) == Push::kTakenWake);
  CHECK(queue.push({2, test::frame_of("two")}) == Push::kTaken);
  CHECK(*queue.pop()->frame == "one");
  const auto second = queue.pop();
  CHECK(second->slot == 2);
  CHECK(*second->frame == "two");
  // Not found empty yet.
  CHECK(queue.push({1, test::frame_of("three")}) == Push::kTaken);
  CHECK(*queue.pop()->frame == "three");
  CHECK_FALSE(queue.pop().has_value());
  CHECK(queue.push({1, test::frame_of("four")}) == Push::kTakenWake);
}

TEST_CASE("network: a full queue refuses until something has left it", "[network][queue]") {
  SendQueue queue(1000);
  queue.open();
  CHECK(queue.push({1, test::frame_of(Bytes(400, 'x'))}) == Push::kTakenWake);
  CHECK(queue.push({1, test::frame_of(Bytes(400, 'x'))}) == Push::kTaken);
  CHECK(queue.push({1, test::frame_of(Bytes(400, 'x'))}) == Push::kFull);
  CHECK(queue.pop().has_value());
  CHECK(queue.push({1, test::frame_of(Bytes(400, 'x'))}) == Push::kTaken);
}

TEST_CASE("network: frames without content fill a queue too", "[network][queue]") {
  SendQueue queue(10'000);
  queue.open();
  int taken = 0;
  while (queue.push({1, test::frame_of("")}) != Push::kFull)
    REQUIRE(++taken < 1000);
  CHECK(taken > 100);
}

} // namespace tenon::host::network
