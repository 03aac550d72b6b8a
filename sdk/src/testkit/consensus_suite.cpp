#include "tenon/testkit/consensus_suite.hpp"

#include <algorithm>
#include <cctype>
#include <random>

#include "tenon/crypto/sha256.hpp"
#include "tenon/testkit/fake_replica.hpp"
#include "tenon/testkit/manual_host.hpp"

namespace tenon::testkit {

namespace {

constexpr std::size_t kPlentyOfBytes = 1u << 20;

Status expect(bool holds, const std::string& what) {
  return holds ? Status() : Status(Code::kUnknown, "expected " + what);
}

Bytes batch_of(std::uint64_t number, std::size_t padding = 0) {
  v1::TransactionBatch batch;
  batch.set_client("client");
  batch.add_transactions("transaction " + std::to_string(number) + std::string(padding, '.'));
  return batch.SerializeAsString();
}

// A protocol under test between a manual host and a fake replica.
class Bench {
public:
  explicit Bench(const ConsensusSuiteOptions& options)
      : options_(options), host_(chain_), replica_(chain_, host_.node_key().public_key()) {}
  ~Bench() {
    if (made_.plugin != nullptr)
      made_.plugin->stop();
    settle(); // so that open requests end while the protocol can still take their answers
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  Status start(std::size_t max_queued_bytes = kPlentyOfBytes) {
    TENON_ASSIGN_OR_RETURN(made_, options_.make(host_.host(), max_queued_bytes));
    TENON_RETURN_IF_ERROR(made_.consensus->attach(replica_));
    return made_.plugin->start();
  }
  // Lets everything happen, timers included, until nothing more does.
  void settle() {
    for (int quiet = 0; quiet < 2; ++quiet) {
      host_.run_all();
      while (replica_.answer_one()) {
        host_.run_all();
        quiet = 0;
      }
      host_.advance_us(1'000'000);
      if (replica_.open_requests() > 0)
        quiet = 0;
    }
  }
  // What must hold at the end of every test.
  Status verdict(const std::vector<Bytes>& accepted) {
    if (!replica_.complaints().empty())
      return {Code::kUnknown, "a promise was broken: " + replica_.complaints().front()};
    std::vector<Bytes> expected = accepted;
    std::vector<Bytes> found = replica_.final_batches();
    std::sort(expected.begin(), expected.end());
    std::sort(found.begin(), found.end());
    return expect(found == expected, "every accepted batch in exactly one final block: " +
                                         std::to_string(expected.size()) + " accepted, " +
                                         std::to_string(found.size()) + " final");
  }
  bool ready() {
    auto description = consensus().describe();
    if (!description.ok())
      return false;
    std::erase_if(*description, [](unsigned char c) { return std::isspace(c) != 0; });
    return description->find("\"ready\":true") != Bytes::npos;
  }

  plugin::Consensus& consensus() { return *made_.consensus; }
  plugin::Plugin& plugin() { return *made_.plugin; }
  ManualHost& host() { return host_; }
  FakeReplica& replica() { return replica_; }

private:
  const ConsensusSuiteOptions& options_;
  Hash chain_ = crypto::sha256("consensus suite");
  ManualHost host_;
  FakeReplica replica_;
  ConsensusSuiteOptions::Made made_;
};

Status finalizes_every_batch_once(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  TENON_RETURN_IF_ERROR(bench.start());
  std::vector<Bytes> accepted;
  for (std::uint64_t i = 0; i < 100; ++i) {
    accepted.push_back(batch_of(i));
    TENON_RETURN_IF_ERROR(bench.consensus().submit(accepted.back()));
  }
  bench.settle();
  return bench.verdict(accepted);
}

Status survives_any_interleaving(const ConsensusSuiteOptions& options) {
  std::mt19937 random(options.seed);
  for (std::uint32_t round = 0; round < 50 * options.rounds; ++round) {
    Bench bench(options);
    TENON_RETURN_IF_ERROR(bench.start());
    std::vector<Bytes> accepted;
    for (int step = 0; step < 200; ++step) {
      switch (random() % 4) {
      case 0:
        accepted.push_back(batch_of(accepted.size(), random() % 2000));
        TENON_RETURN_IF_ERROR(bench.consensus().submit(accepted.back()));
        break;
      case 1:
        bench.replica().answer_one();
        break;
      case 2:
        bench.host().run_one();
        break;
      default:
        bench.host().advance_us(random() % 3000);
      }
    }
    bench.settle();
    TENON_RETURN_IF_ERROR(bench.verdict(accepted).with_context("round " + std::to_string(round)));
  }
  return {};
}

Status refuses_what_the_ledger_refuses(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  TENON_RETURN_IF_ERROR(bench.start());
  bench.replica().bad_batches.insert(batch_of(1));
  TENON_RETURN_IF_ERROR(expect(!bench.consensus().submit(batch_of(1)).ok(), "a refusal"));
  TENON_RETURN_IF_ERROR(expect(!bench.consensus().submit("no batch").ok(), "a refusal of junk"));
  TENON_RETURN_IF_ERROR(bench.consensus().submit(batch_of(2)));
  bench.settle();
  return bench.verdict({batch_of(2)});
}

Status bounds_its_queue(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  TENON_RETURN_IF_ERROR(bench.start(100'000));
  std::vector<Bytes> accepted;
  Status refused;
  for (std::uint64_t i = 0; i < 1000 && refused.ok(); ++i) {
    const Bytes batch = batch_of(i, 1000);
    refused = bench.consensus().submit(batch);
    if (refused.ok())
      accepted.push_back(batch);
  }
  TENON_RETURN_IF_ERROR(expect(
      refused.code() == Code::kResourceExhausted,
      "RESOURCE_EXHAUSTED from a full queue, which was to take about 100000 bytes; it took " +
          std::to_string(accepted.size()) + " batches of 1000" +
          (refused.ok() ? "" : " and then said " + refused.to_string())));
  bench.settle();
  TENON_RETURN_IF_ERROR(bench.verdict(accepted));
  accepted.push_back(batch_of(5000));
  TENON_RETURN_IF_ERROR(bench.consensus().submit(accepted.back()));
  bench.settle();
  return bench.verdict(accepted);
}

Status keeps_to_the_ledgers_block_limit(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  bench.replica().max_block_batches = 3;
  TENON_RETURN_IF_ERROR(bench.start());
  std::vector<Bytes> accepted;
  for (std::uint64_t i = 0; i < 50; ++i) {
    accepted.push_back(batch_of(i));
    TENON_RETURN_IF_ERROR(bench.consensus().submit(accepted.back()));
  }
  bench.settle();
  return bench.verdict(accepted);
}

Status stops_on(const ConsensusSuiteOptions& options,
                const std::function<void(Bench&)>& break_something) {
  Bench bench(options);
  TENON_RETURN_IF_ERROR(bench.start());
  TENON_RETURN_IF_ERROR(expect(bench.ready(), "to be ready after the start"));
  break_something(bench);
  TENON_RETURN_IF_ERROR(bench.consensus().submit(batch_of(1)));
  bench.settle();
  TENON_RETURN_IF_ERROR(expect(!bench.ready(), "not to be ready after a fault"));
  return expect(!bench.consensus().submit(batch_of(2)).ok(), "refusals after a fault");
}

Status drains_what_it_accepted(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  TENON_RETURN_IF_ERROR(bench.start());
  std::vector<Bytes> accepted;
  for (std::uint64_t i = 0; i < 20; ++i) {
    accepted.push_back(batch_of(i));
    TENON_RETURN_IF_ERROR(bench.consensus().submit(accepted.back()));
  }
  TENON_RETURN_IF_ERROR(
      expect(!bench.plugin().drain(1).ok(), "an unfinished drain while blocks are under way"));
  TENON_RETURN_IF_ERROR(
      expect(!bench.consensus().submit(batch_of(99)).ok(), "refusals while draining"));
  bench.settle();
  TENON_RETURN_IF_ERROR(bench.plugin().drain(1));
  return bench.verdict(accepted);
}

Status is_silent_after_stop(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  TENON_RETURN_IF_ERROR(bench.start());
  for (std::uint64_t i = 0; i < 5; ++i)
    TENON_RETURN_IF_ERROR(bench.consensus().submit(batch_of(i)));
  bench.host().run_one();
  bench.plugin().stop();
  const std::size_t calls = bench.replica().calls();
  bench.settle();
  return expect(bench.replica().calls() == calls, "no call of the ledger after stop");
}

Status goes_on_after_a_restart(const ConsensusSuiteOptions& options) {
  Bench bench(options);
  std::vector<Bytes> accepted;
  for (std::uint64_t life = 0; life < 5; ++life) {
    TENON_RETURN_IF_ERROR(bench.start());
    accepted.push_back(batch_of(life));
    TENON_RETURN_IF_ERROR(bench.consensus().submit(accepted.back()));
    bench.settle();
    bench.plugin().stop();
  }
  return bench.verdict(accepted);
}

} // namespace

std::vector<NamedTest> consensus_suite(const ConsensusSuiteOptions& options) {
  const auto stops = [options](const std::function<void(Bench&)>& breaks) {
    return [options, breaks] { return stops_on(options, breaks); };
  };
  const auto with = [options](Status (*test)(const ConsensusSuiteOptions&)) {
    return [options, test] { return test(options); };
  };
  return {
      {"every accepted batch is in exactly one final block", with(finalizes_every_batch_once)},
      {"blocks are executed, certified and final in order, however calls interleave",
       with(survives_any_interleaving)},
      {"a batch that the ledger refuses is refused", with(refuses_what_the_ledger_refuses)},
      {"a full queue refuses, and takes more once it has emptied", with(bounds_its_queue)},
      {"blocks keep to the ledger's limit", with(keeps_to_the_ledgers_block_limit)},
      {"a fault in execution stops the protocol",
       stops([](Bench& bench) { bench.replica().fail_execution = true; })},
      {"a fault in the commit stops the protocol",
       stops([](Bench& bench) { bench.replica().fail_commit = true; })},
      {"a key that cannot sign stops the protocol",
       stops([](Bench& bench) { bench.host().lose_key(true); })},
      {"a drain finishes what was accepted and refuses the rest", with(drains_what_it_accepted)},
      {"after stop the ledger is not called any more", with(is_silent_after_stop)},
      {"after a restart the chain goes on from its head", with(goes_on_after_a_restart)},
  };
}

} // namespace tenon::testkit
