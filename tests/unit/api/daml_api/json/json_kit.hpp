// A ledger of one template in memory, seen from the JSON API: an index, an engine that types
// commands and keys, services with a few answers, and tokens. Requests are made without sockets.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/json/json_text.hpp"
#include "json/json_api.hpp"
#include "json/stream.hpp"
#include "narrow_ledger.hpp"
#include "tenon/daml/v1/value.pb.h"

namespace tenon::daml_api::json::test {

using api::Json;

inline const std::string kAsset = "pkg:Main:Asset"; // has the key (owner, name)
inline const std::string kOther = "pkg:Main:Other"; // the same, of another name
inline const std::string kNamed = "pkg:Main:Named"; // an interface of Asset: its view is the name
inline const std::string kAlice = "Alice";
inline const std::string kBob = "Bob";

daml::v1::Value text_value(const std::string& text);
daml::v1::Value party_value(const std::string& party);
daml::v1::Value record_value(const std::vector<std::pair<std::string, daml::v1::Value>>& fields);

// The index of a ledger that is written by hand.
class MemoryIndex final : public index::LedgerIndex {
public:
  // Appends a transaction by `submitter`; gives its offset. Ids are contract ids in lower hex.
  std::uint64_t create(const std::string& id, const std::string& owner, const std::string& name,
                       const std::string& type = kAsset,
                       const std::vector<std::string>& observers = {});
  std::uint64_t archive(const std::string& id);
  // Both in one transaction.
  std::uint64_t replace(const std::string& old_id, const std::string& new_id,
                        const std::string& name);
  void prune_up_to(std::uint64_t offset);
  [[nodiscard]] std::string last_transaction();
  // Of an active contract with that key; empty: none.
  [[nodiscard]] std::string find_key(const std::string& type, const std::string& owner,
                                     const std::string& name);

  index::Extent extent() const override;
  Status health() const override { return {}; }
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
                                            const std::vector<std::string>& parties,
                                            std::uint64_t after, std::uint64_t up_to,
                                            index::PageLimit limit) override;
  Result<std::unique_ptr<index::ActiveContracts>> active_contracts(index::Interest interest,
                                                                   std::uint64_t at) override;
  Result<index::ContractEvents> contract_events(std::string_view contract_id) override;
  Result<index::KeyEvents> key_events(std::string_view key_hash,
                                      const std::vector<std::string>& parties,
                                      std::optional<index::Position> before) override;
  Result<std::map<std::string, std::uint64_t>> metering(std::uint64_t from_us, std::uint64_t to_us,
                                                        const std::string& application) override;
  Status prune(std::uint64_t up_to, bool all_divulged) override;

  std::int64_t divulgence_pruned_us = 0; // what extent() says

private:
  class Ending;
  std::uint64_t append(std::vector<daml::engine::v1::Event> events);

  mutable std::recursive_mutex mutex_;
  std::vector<std::shared_ptr<const index::IndexedTransaction>> log_;
  std::uint64_t pruned_ = 0;
  std::map<std::uint64_t, std::function<void()>> subscribers_;
  std::uint64_t next_subscriber_ = 1;
};

// Executes commands of the template, and answers the engine's queries.
class MemoryLedger final : public api::NarrowLedger {
public:
  explicit MemoryLedger(MemoryIndex& index) : index_(index) {}

  Status submit(const tenon::v1::Submission& submission, Completed done) override;
  Result<tenon::v1::QueryResponse> query(const tenon::v1::QueryRequest& request) override;
  Result<tenon::v1::TransactionsResponse>
  transactions(const tenon::v1::TransactionsRequest& request) override;
  Result<tenon::v1::PartiesResponse> parties(const tenon::v1::PartiesRequest& request) override;
  Result<tenon::v1::StatusResponse> status() override;
  Result<std::unique_ptr<Watch>> watch(HeadMoved head_moved) override;

  std::optional<tenon::v1::Completion> next_completion; // instead of executing the command
  std::vector<tenon::v1::Submission> submissions;

private:
  tenon::v1::Completion execute(const Json& command);

  MemoryIndex& index_;
  std::uint64_t next_id_ = 1;
};

struct Reply {
  unsigned status = 0;
  std::string type;
  Json body; // discarded where it is no JSON
  std::string text;
};

class Desk {
public:
  explicit Desk(bool open = false, JsonLimits limits = {});
  ~Desk();

  // Of custom claims; trusted.
  static std::string token(const std::vector<std::string>& act_as,
                           const std::vector<std::string>& read_as = {});
  static std::string user_token(const std::string& user);

  Reply get(const std::string& target, const std::string& token);
  Reply post(const std::string& target, const std::string& token, const Json& body);
  Reply post_text(const std::string& target, const std::string& token, const std::string& body);
  // 16 hexadecimal digits.
  static std::string offset(std::uint64_t offset);
  static std::string id(std::uint64_t number); // of a contract

  std::unique_ptr<api::http::Stream> open_stream(ReadStreamRequest read,
                                                 const std::vector<std::string>& parties);

  MemoryIndex index;
  MemoryLedger ledger{index};
  EngineQueries engine{ledger, "daml"};
  rpc::Methods methods;
  bool ready = true;
  bool tokens_valid = true;
  JsonLimits limits;

private:
  [[nodiscard]] Parts make_parts(bool open);
  Reply ask(api::http::RequestHead head, const std::string& body);

  std::unique_ptr<Submitter> submitter_;
  std::unique_ptr<IndexWaiter> waiter_;

public:
  std::unique_ptr<Parts> parts; // of all the above
  std::unique_ptr<JsonApi> api;
};

} // namespace tenon::daml_api::json::test
