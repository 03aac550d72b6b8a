// The strand on an executor whose turns the test runs by hand.
#include "pipeline/serial_strand.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "unit/pipeline/fakes/ports.hpp"

namespace tenon::host::pipeline {
namespace {

struct Bench {
  testkit::ManualHost host{Hash{}};
  test::ManualExecutor executor{host};
  std::vector<std::string> faults;
  SerialStrand strand{executor, [this](const Status& status) {
                        CHECK(status.fault());
                        faults.push_back(status.message());
                      }};
};

TEST_CASE("strand: tasks run one after the other, in their order, in several turns", "[pipeline]") {
  Bench bench;
  std::vector<int> ran;
  for (int i = 0; i < 100; ++i)
    bench.strand.post([&ran, i] { ran.push_back(i); });
  CHECK(ran.empty());
  bench.host.run_all();
  REQUIRE(ran.size() == 100);
  for (int i = 0; i < 100; ++i)
    CHECK(ran[static_cast<std::size_t>(i)] == i);
  CHECK(bench.faults.empty());
}

TEST_CASE("strand: a task that throws is reported as a fault, and those behind it still run",
          "[pipeline][fault]") {
  Bench bench;
  int ran = 0;
  bench.strand.post([] { throw std::runtime_error("memory ran out"); });
  bench.strand.post([&ran] { ++ran; });
  bench.strand.post([] { throw 7; });
  bench.host.run_all();
  CHECK(ran == 1);
  REQUIRE(bench.faults.size() == 2);
  CHECK(bench.faults[0] == "an exception ended a step of the pipeline: memory ran out");
  bench.strand.post([&ran] { ++ran; });
  bench.host.run_all();
  CHECK(ran == 2);
}

TEST_CASE("strand: once it is closed, waiting and later tasks run in place, whatever they throw",
          "[pipeline][fault]") {
  Bench bench;
  int ran = 0;
  bench.strand.post([] { throw std::runtime_error("waiting"); });
  bench.strand.post([&ran] { ++ran; });
  bench.strand.close();
  CHECK(ran == 1);
  bench.strand.post([] { throw std::runtime_error("later"); });
  bench.strand.post([&ran] { ++ran; });
  CHECK(ran == 2);
  CHECK(bench.faults.size() == 2);
  bench.host.run_all(); // the turn that was posted finds nothing to do
  CHECK(ran == 2);
}

} // namespace
} // namespace tenon::host::pipeline
