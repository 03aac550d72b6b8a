// An engine for tests, whose transactions are lines of text:
//
//   pay FROM TO AMOUNT       moves between balances readable by their owner; an event for both
//   mint TO AMOUNT
//   put KEY VALUE READER…    VALUE is any word; READER "*" makes it public
//   expire KEY VALUE TIME    expires at that record time
//   delete KEY
//   count PREFIX KEY         writes under KEY how many keys begin with PREFIX
//   first PREFIX KEY         writes under KEY the first of them, looking no further
//   time KEY                 writes the record time, and says so in its time bounds
//   shout TEXT               a public event
//   seed KEY                 writes the transaction's seed
//   invite PARTY             is rejected unless the ledger has the party
//   fail REASON              is rejected
//   fault                    breaks this replica
//   swallow KEY              reads KEY and ignores what happens
//
// Keys "note/…" are indexed by their values. Queries: "get KEY", "list PREFIX", "index PREFIX".
#pragma once

#include <atomic>

#include "tenon/plugin/engine.hpp"

namespace tenon::test {

class ScriptEngine final : public plugin::Engine {
public:
  [[nodiscard]] Result<Hash> fingerprint() const override { return fingerprint_; }
  [[nodiscard]] Result<plugin::ExecutionResult>
  execute(const plugin::StateView& view, const plugin::EngineTransaction& transaction,
          const plugin::EngineContext& context) override;
  [[nodiscard]] Result<Bytes> prepare(const plugin::StateView& view, BytesView command,
                                      const plugin::EngineTransaction& submitter) override;
  [[nodiscard]] Result<Bytes> query(const plugin::StateView& view, BytesView request,
                                    const plugin::EngineTransaction& caller,
                                    const plugin::EngineContext& context) override;
  [[nodiscard]] Result<std::vector<plugin::EngineWrite>> index_of(BytesView key,
                                                                  BytesView value) override;
  [[nodiscard]] Result<Bytes> event_json(BytesView payload) override;

  void set_fingerprint(const Hash& fingerprint) { fingerprint_ = fingerprint; }
  [[nodiscard]] std::uint64_t executions() const { return executions_; }

private:
  Hash fingerprint_;
  std::atomic<std::uint64_t> executions_{0};
};

} // namespace tenon::test
