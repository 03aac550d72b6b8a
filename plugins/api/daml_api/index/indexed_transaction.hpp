// A transaction of the ledger as the index keeps it and the services read it: its outcome for
// whoever submitted it, and its events decoded. Made once by the index; constant and shared from
// then on, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <google/protobuf/arena.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tenon/daml/engine/v1/engine.pb.h"
#include "tenon/daml_api/v1/context.pb.h"

namespace tenon::daml_api::index {

namespace engine = tenon::daml::engine::v1;

// Where an event stands in the ledger. What continuation tokens of contract keys are made of.
struct Position {
  std::uint64_t offset = 0;
  std::uint32_t node = 0;

  friend auto operator<=>(const Position&, const Position&) = default;
};

// What became of a command that was submitted with an application's name.
struct IndexedCompletion {
  std::uint64_t offset = 0;
  std::uint64_t record_time_us = 0;
  std::string transaction_id; // 32 bytes
  std::vector<std::string> act_as;
  std::uint32_t code = 0; // google.rpc code; 0: accepted
  std::string reason;     // of a rejection: its error id, and the text
  std::string message;
  // Application, command and submission id …
  ::tenon::daml_api::context::v1::SubmissionContext context;

  [[nodiscard]] bool accepted() const { return code == 0; }
};

// One create or exercise.
struct IndexedEvent {
  const engine::Event* event = nullptr; // of the arena below
  std::shared_ptr<const google::protobuf::Arena> arena; // shared by the events of a page
  std::string contract_id;                              // lower hex
  // Who sees it, sorted. Empty in active contracts and events of contracts and keys, which are for
  // stakeholders only.
  std::vector<std::string> witnesses;
  // Of a create and of a consuming exercise: the same transaction does the other of the two.
  bool transient = false;

  [[nodiscard]] bool is_create() const { return event->has_created(); }
  [[nodiscard]] bool is_archive() const {
    return event->has_exercised() && event->exercised().consuming();
  }
  // Creates and archives are what flat transactions consist of.
  [[nodiscard]] bool is_flat() const { return is_create() || is_archive(); }
  [[nodiscard]] std::uint32_t node() const { return event->node(); }
  // The exercise around it: its node + 1, or 0.
  [[nodiscard]] std::uint32_t parent() const { return event->parent(); }
  [[nodiscard]] const std::string& template_id() const { // "package:Module:Name"
    return is_create() ? event->created().template_() : event->exercised().template_();
  }
  [[nodiscard]] const std::string& package_name() const { // empty before language version 1.8
    return is_create() ? event->created().package_name() : event->exercised().package_name();
  }
  // Of its contract.
  [[nodiscard]] bool has_stakeholder(std::string_view party) const;
  [[nodiscard]] std::vector<std::string_view> stakeholders() const;
};

struct IndexedTransaction {
  std::uint64_t offset = 0;
  std::uint64_t record_time_us = 0;
  std::string transaction_id; // 32 bytes
  // Nothing when it is not known who submitted it, or not by this API.
  std::shared_ptr<const IndexedCompletion> completion;
  std::vector<IndexedEvent> events; // in the order of their nodes; none: rejected
  std::uint64_t bytes = 0;          // about what it takes in memory

  // Of events only.
  [[nodiscard]] std::string_view workflow_id() const;
  [[nodiscard]] std::int64_t ledger_time_us() const;
  [[nodiscard]] bool is_submitter(std::string_view party) const;
};

// A contract that is active, and since where.
struct ActiveContract {
  std::uint64_t offset = 0; // of the transaction that created it
  IndexedEvent created;     // tells transaction id, workflow id and time
};

// What somebody wants to see: of each party everything, or what comes of some templates.
struct Interest {
  // Of a party; empty: all.
  using Templates = std::set<std::string, std::less<>>;
  std::map<std::string, Templates, std::less<>> parties;

  // The contract has a stakeholder among the parties, of whom the template is wanted.
  [[nodiscard]] bool wants(const IndexedEvent& event) const;
};

// Flat: creates and archives, to stakeholders, by template. Tree: all events, to witnesses,
// whatever their template.
enum class Shape : std::uint8_t { kFlat, kTree };

// Does the transaction, seen this way, show anything? To its submitters a flat transaction is shown
// even when nothing is left of it, so that they hear of every command whose effects concern them.
[[nodiscard]] bool is_visible(const IndexedTransaction& transaction, const Interest& interest,
                              Shape shape);

// Of a flat transaction: does this event stand in it?
[[nodiscard]] bool is_in_flat(const IndexedEvent& event, const Interest& interest);

// Of a transaction tree: does anybody of the interest see this event?
[[nodiscard]] bool is_in_tree(const IndexedEvent& event, const Interest& interest);

} // namespace tenon::daml_api::index
