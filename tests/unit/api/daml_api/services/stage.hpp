// A ledger on a stage: transactions that tests write by hand, an engine that knows two templates
// and an interface, submissions that complete when the test says so; and the services over them,
// called without a server. One thread, but for those of the parts under test.
#pragma once

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "index/ledger_index.hpp"
#include "narrow_ledger.hpp"
#include "rpc/methods.hpp"
#include "services/service_parts.hpp"
#include "tenon/testkit/manual_host.hpp"

namespace tenon::daml_api::test {

using Parties = std::vector<std::string>;

inline const std::string kAsset = "pkg:Main:Asset";
inline const std::string kOther = "pkg:Main:Other";
inline const std::string kNamed = "pkg:Main:Named"; // an interface of both: its view is a name

// A transaction in the making. Ids of contracts are of any bytes; nodes are numbered as they come.
class Scene {
public:
  explicit Scene(Parties act_as = {"alice"}, std::string command = "command");
  Scene& create(const std::string& id, const std::string& owner, const Parties& observers = {},
                const std::string& type = kAsset);
  // `parent`: the exercise around it, its node + 1.
  Scene& archive(const std::string& id, const Parties& stakeholders, std::uint32_t parent = 0);
  Scene& exercise(const std::string& id, const Parties& stakeholders, const Parties& witnesses);
  // The last event happens within the exercise of that node.
  Scene& inside(std::uint32_t node);
  Scene& transient(); // the last event's contract comes and goes in this transaction
  Scene& reject(const std::string& reason, const std::string& message = "it was refused");
  Scene& submission(const std::string& id);
  Scene& deduplicated_since(std::uint64_t us);
  Scene& workflow(const std::string& id);
  Scene& trace(const std::string& parent);
  Scene& large(std::size_t bytes); // the last create, by its text

private:
  friend class StageIndex;
  struct Part {
    daml::engine::v1::Event event;
    Parties witnesses;
    bool transient = false;
  };
  void add(daml::engine::v1::Event event, Parties witnesses);

  index::IndexedCompletion completion_;
  std::vector<Part> parts_;
  std::string workflow_;
};

class StageIndex final : public index::LedgerIndex {
public:
  std::uint64_t add(const Scene& scene); // its offset: 1, 2 …
  void halt(Status why);

  index::Extent extent() const override;
  Status health() const override;
  std::unique_ptr<index::Subscription> subscribe(std::function<void()> moved) override;
  Result<index::TransactionPage> transactions(const index::Interest& interest, index::Shape shape,
                                              std::uint64_t after, std::uint64_t up_to,
                                              index::PageLimit limit) override;
  Result<std::shared_ptr<const index::IndexedTransaction>>
  transaction(std::string_view transaction_id) override;
  Result<std::optional<std::uint64_t>> record_time_us_of(std::uint64_t offset) override;
  Result<std::shared_ptr<const index::IndexedCompletion>>
  completion(std::uint64_t offset) override;
  Result<index::CompletionPage> completions(const std::string& application_id,
                                            const Parties& parties, std::uint64_t after,
                                            std::uint64_t up_to, index::PageLimit limit) override;
  Result<std::unique_ptr<index::ActiveContracts>> active_contracts(index::Interest interest,
                                                                   std::uint64_t at) override;
  Result<index::ContractEvents> contract_events(std::string_view contract_id) override;
  Result<index::KeyEvents> key_events(std::string_view key_hash, const Parties& parties,
                                      std::optional<index::Position> before) override;
  Result<std::map<std::string, std::uint64_t>> metering(std::uint64_t from_us, std::uint64_t to_us,
                                                        const std::string& application) override;
  Status prune(std::uint64_t up_to, bool all_divulged) override;

  std::optional<std::uint64_t> shown; // the end, where it is not that of all transactions
  index::KeyEvents next_key_events;
  std::optional<index::Position> asked_before;
  bool pruned_divulged = false;
  void wake();

private:
  class Subscribed;

  mutable std::recursive_mutex mutex_;
  std::vector<std::shared_ptr<const index::IndexedTransaction>> log_;
  std::uint64_t pruned_ = 0;
  Status health_;
  std::map<std::uint64_t, std::function<void()>> subscribers_;
  std::uint64_t next_subscriber_ = 1;
};

class StageLedger final : public api::NarrowLedger {
public:
  Status submit(const v1::Submission& submission, Completed done) override;
  Result<v1::QueryResponse> query(const v1::QueryRequest& request) override;
  Result<v1::TransactionsResponse> transactions(const v1::TransactionsRequest& request) override;
  Result<v1::PartiesResponse> parties(const v1::PartiesRequest& request) override;
  Result<v1::StatusResponse> status() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

  Status refusal; // of submissions, unless OK
  std::vector<v1::Submission> submissions;
  std::vector<Completed> waiting;
  std::map<std::string, Parties> implementing{{kNamed, {kAsset, kOther}}};
  std::vector<std::string> templates{kAsset, kOther};
  std::map<std::string, std::string> packages{{"pkg", "payload"}}; // id → payload
  std::vector<daml::engine::v1::Request> asked;
  bool view_fails = false;

private:
  daml::engine::v1::Response answer(const daml::engine::v1::Request& request) const;
  void describe_types(const std::string& name, daml::engine::v1::NamedTypes& types) const;
};

// What a method answered.
template <typename Response> struct Told {
  Response response;
  std::string failure; // the id, or empty
};

// What a stream tells until it waits or ends.
template <typename Response> struct Heard {
  std::vector<Response> messages;
  std::vector<std::size_t> sizes;
  bool ended = false;
  std::string failure;
  std::string cause;                           // of the failure
  std::map<std::string, std::string> metadata; // likewise
};

template <typename Response> Heard<Response> hear(rpc::Source& source) {
  Heard<Response> heard;
  for (;;) {
    const rpc::Source::Step step = source.next();
    if (std::holds_alternative<rpc::Source::Pending>(step))
      return heard;
    if (const auto* const end = std::get_if<rpc::Source::Ended>(&step)) {
      heard.ended = true;
      if (!end->outcome.ok()) {
        heard.failure = end->outcome.failure().code().id;
        heard.cause = end->outcome.failure().cause();
        heard.metadata = end->outcome.failure().metadata();
      }
      return heard;
    }
    REQUIRE(heard.messages.emplace_back().ParseFromString(std::get<std::string>(step)));
    heard.sizes.push_back(std::get<std::string>(step).size());
  }
}

class Stage {
public:
  explicit Stage(EventFormat format = EventFormat::k2_10);

  // A method that answers at once.
  template <typename Response, typename Request>
  Told<Response> call(const std::string& method, const Request& request) {
    std::optional<Told<Response>> told;
    start<Response>(method, request, [&](Told<Response> given) {
      REQUIRE_FALSE(told.has_value());
      told = std::move(given);
    });
    REQUIRE(told.has_value());
    return *std::move(told);
  }
  // `done` hears of the answer, whenever it comes and on whatever thread.
  template <typename Response, typename Request, typename Done>
  void start(const std::string& method, const Request& request, Done done) {
    run(method, request, [done](const Answer<std::string>& answer) {
      Told<Response> told;
      if (!answer.ok())
        told.failure = answer.failure().code().id;
      else if (!told.response.ParseFromString(*answer))
        told.failure = "not such a message";
      done(std::move(told));
    });
  }
  // Null: `failure` has the id.
  std::unique_ptr<rpc::Source> open(const std::string& method,
                                    const google::protobuf::Message& request);

  testkit::ManualHost host{Hash()};
  StageIndex index;
  StageLedger ledger;
  EngineQueries engine{ledger, "daml"};
  ServiceSettings settings;
  ServiceParts parts{ledger, index, engine, settings, host.host()};
  rpc::Methods methods;
  std::string failure;

private:
  void run(const std::string& method, const google::protobuf::Message& request,
           const rpc::Reply<rpc::Encoded>& reply);
};

[[nodiscard]] std::string offset(std::uint64_t number); // as clients see it

} // namespace tenon::daml_api::test
