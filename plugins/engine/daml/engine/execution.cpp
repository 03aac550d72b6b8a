#include "engine/execution.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "engine/events.hpp"
#include "engine/json_values.hpp"
#include "engine/labels.hpp"
#include "engine/state_keys.hpp"
#include "ledger/blinding.hpp"
#include "ledger/projection.hpp"

namespace tenon::daml::engine {

namespace {

using ledger::Create;
using ledger::Exercise;
using ledger::NodeId;
using ledger::PartySet;
using plugin::KeyClass;

// Gathers the writes of one transaction.
class StateChange {
public:
  StateChange(const InterpretationParts& parts, const Submission& submission,
              const ledger::Transaction& transaction, const ledger::Blinding& blinding,
              const ledger::Effects& effects)
      : parts_(parts), submission_(submission), transaction_(transaction), effects_(effects),
        readers_(ledger::contract_readers(transaction, blinding)) {}

  Result<std::vector<plugin::EngineWrite>> make(const CreatedRecords& records) {
    for (const auto& [node, record] : records) {
      const auto& create = std::get<Create>(transaction_.at(node));
      created_.emplace(create.contract_id, &create);
      if (!effects_.archived.contains(create.contract_id))
        add_contract(create, record);
    }
    TENON_RETURN_IF_ERROR(add_archives());
    TENON_RETURN_IF_ERROR(add_divulged());
    TENON_RETURN_IF_ERROR(add_keys());
    return std::move(writes_);
  }

private:
  void put(Bytes key, Bytes value, std::vector<std::string> readers,
           std::uint64_t expires_at_us = 0) {
    writes_.push_back({KeyClass::kState, std::move(key), std::move(value), std::move(readers),
                       expires_at_us});
  }
  void remove(Bytes key, KeyClass key_class = KeyClass::kState) {
    writes_.push_back({key_class, std::move(key), std::nullopt, {}, 0});
  }
  void put_seen(const ContractId& id, const SeenBy& parties) {
    v1::Seen seen;
    for (const auto& [party, shown_at] : parties) {
      seen.add_parties(party.str());
      seen.add_shown_at_us(shown_at.micros());
    }
    put(keys::seen(id), seen.SerializeAsString(), {});
  }
  // These parties see it now, as far as they have no stake in it.
  void show(SeenBy& seen, const PartySet& parties, const PartySet& stakeholders) const {
    for (const Party& party : ledger::subtract(parties, stakeholders)) {
      const auto [place, added] = seen.try_emplace(party, submission_.ledger_time);
      place->second = std::max(place->second, submission_.ledger_time);
    }
  }

  void add_contract(const Create& create, const v1::Contract& record) {
    const auto shown = readers_.find(create.contract_id);
    const PartySet readers = shown == readers_.end()
                                 ? create.stakeholders
                                 : ledger::unite(create.stakeholders, shown->second);
    put(keys::contract(create.contract_id), record.SerializeAsString(), to_names(readers));
    for (Bytes& key : index_keys_of(record))
      writes_.push_back({KeyClass::kIndex, std::move(key), Bytes(), {}, 0});
    SeenBy seen;
    show(seen, readers, create.stakeholders);
    if (!seen.empty())
      put_seen(create.contract_id, seen);
  }

  // The id stays as long as the transaction that created it could be executed again. How long must
  // not depend on the record time: a result that was computed before its block is used in it.
  Status add_archives() {
    const std::uint64_t skew_us = parts_.settings.max_skew_us;
    const std::uint64_t expires_at_us =
        time_bounds(submission_, skew_us).max_us + 2 * skew_us + 1;
    for (const auto& [id, node] : effects_.archived) {
      put(keys::archived(id), Bytes(), {}, expires_at_us);
      if (!effects_.inputs.contains(id))
        continue;
      TENON_ASSIGN_OR_RETURN(const v1::Contract* const record, parts_.ledger.record(id));
      if (record == nullptr)
        return fault("an archived contract was not there");
      remove(keys::contract(id));
      for (Bytes& key : index_keys_of(*record))
        remove(std::move(key), KeyClass::kIndex);
      TENON_ASSIGN_OR_RETURN(const SeenBy seen, parts_.ledger.seen_by(id));
      if (!seen.empty())
        remove(keys::seen(id));
    }
    return {};
  }

  // Contracts of the ledger that are shown to parties without a stake in them, to some for the
  // first time.
  Status add_divulged() {
    for (const auto& [id, parties] : readers_) {
      if (!effects_.inputs.contains(id) || effects_.archived.contains(id))
        continue;
      TENON_ASSIGN_OR_RETURN(const v1::Contract* const record, parts_.ledger.record(id));
      if (record == nullptr)
        return fault("a divulged contract was not there");
      TENON_ASSIGN_OR_RETURN(const SeenBy seen, parts_.ledger.seen_by(id));
      TENON_ASSIGN_OR_RETURN(const PartySet stakeholders, to_parties(stakeholders_of(*record)));
      SeenBy now = seen;
      show(now, parties, stakeholders);
      if (now == seen)
        continue;
      if (now.size() > seen.size()) {
        PartySet readers = stakeholders;
        for (const auto& [party, shown_at] : now)
          readers.insert(party);
        put(keys::contract(id), record->SerializeAsString(), to_names(readers));
      }
      put_seen(id, now);
    }
    return {};
  }

  // A key is told to the stakeholders of its contract.
  Status add_keys() {
    for (const auto& [hash, output] : effects_.key_outputs) {
      if (output.contract_id) {
        put(keys::contract_key(hash), output.contract_id->bytes(),
            to_names(created_.at(*output.contract_id)->stakeholders));
        continue;
      }
      TENON_ASSIGN_OR_RETURN(const auto before, parts_.ledger.key(hash));
      if (before)
        remove(keys::contract_key(hash));
    }
    return {};
  }

  const InterpretationParts& parts_;
  const Submission& submission_;
  const ledger::Transaction& transaction_;
  const ledger::Effects& effects_;
  const std::map<ContractId, PartySet> readers_;
  std::map<ContractId, const Create*> created_; // and not undone
  std::vector<plugin::EngineWrite> writes_;
};

// Whoever is to see something must be somebody.
Status check_parties(const plugin::StateView& view, const ledger::Transaction& transaction) {
  PartySet parties;
  for (const ledger::Node& node : transaction.nodes) {
    if (ledger::is_action(node))
      parties.merge(ledger::informees_of(node));
  }
  for (const Party& party : parties) {
    TENON_ASSIGN_OR_RETURN(const bool known, view.has_party(party.str()));
    if (!known) {
      return not_found("PARTY_NOT_KNOWN_ON_LEDGER: Party not known on ledger: " + party.str() +
                       " has a part in the transaction and is not allocated");
    }
  }
  return {};
}

// {"archived": [contractId], "created": [{contractId, templateId}], "result": …}: what the
// submitters learn at once; all else is in the events. The result is that of the last command.
// Ids have no letter that JSON would escape, so they are put together without a tree of JSON.
Result<Bytes> make_response(interpreter::PackageStore& store,
                            const ledger::Transaction& transaction) {
  Bytes created;
  Bytes archived;
  for (const ledger::FlatEvent& event : ledger::flat_transaction(transaction)) {
    const ledger::Node& node = transaction.at(event.node);
    const std::string id = ledger::contract_of(node)->to_text();
    if (event.created) {
      created.append(created.empty() ? "" : ",").append(R"({"contractId":")").append(id);
      created.append(R"(","templateId":")").append(ledger::template_of(node)->to_text());
      created.append("\"}");
    } else {
      archived.append(archived.empty() ? "\"" : ",\"").append(id).append("\"");
    }
  }
  nlohmann::json result;
  if (!transaction.roots.empty()) {
    const ledger::Node& last = transaction.at(transaction.roots.back());
    if (const auto* create = std::get_if<Create>(&last))
      result = create->contract_id.to_text();
    if (const auto* exercise = std::get_if<Exercise>(&last)) {
      TENON_ASSIGN_OR_RETURN(const auto* const choice, choice_of(store, *exercise));
      TENON_ASSIGN_OR_RETURN(const Value named,
                             add_names(store, *choice->result, exercise->result.value_or(Value())));
      result = value_to_json(named);
    }
  }
  return R"({"archived":[)" + archived + R"(],"created":[)" + created + R"(],"result":)" +
         result.dump() + "}";
}

std::uint64_t micros_or_zero(std::int64_t micros) {
  return micros < 0 ? 0 : static_cast<std::uint64_t>(micros);
}

} // namespace

TimeBounds time_bounds(const Submission& submission, std::uint64_t max_skew_us) {
  const auto [first, last] = std::minmax(submission.submission_time, submission.ledger_time);
  const std::uint64_t latest = micros_or_zero(last.micros());
  return {latest > max_skew_us ? latest - max_skew_us : 0,
          micros_or_zero(first.micros()) + max_skew_us};
}

Status check_times(const Submission& submission, std::uint64_t max_skew_us,
                   std::uint64_t record_time_us) {
  const TimeBounds bounds = time_bounds(submission, max_skew_us);
  if (record_time_us >= bounds.min_us && record_time_us <= bounds.max_us)
    return {};
  const auto record_time = Timestamp::from_micros(static_cast<std::int64_t>(record_time_us));
  return failed_precondition(
      "INVALID_LEDGER_TIME: the ledger time " + submission.ledger_time.to_text() +
      " and the submission time " + submission.submission_time.to_text() +
      " must be within " + std::to_string(max_skew_us / 1000) + " ms of the record time" +
      (record_time.ok() ? " " + record_time->to_text() : "") + "; submit the command again");
}

Result<plugin::ExecutionResult> make_result(const InterpretationParts& parts,
                                            const Submission& submission,
                                            const Interpreted& interpreted,
                                            const Hash& transaction_id) {
  const ledger::Transaction& transaction = interpreted.finished.transaction;
  TENON_ASSIGN_OR_RETURN(
      const ledger::Verdict verdict,
      ledger::check_consistency(transaction, ledger::KeyMode::kStrict, parts.ledger));
  if (verdict.error)
    return verdict.error->to_status();
  TENON_RETURN_IF_ERROR(check_parties(parts.ledger.view(), transaction));
  TENON_ASSIGN_OR_RETURN(const ledger::Blinding blinding, ledger::blind(transaction));
  const EventContext context{transaction_id, submission.ledger_time, submission.workflow_id};
  TENON_ASSIGN_OR_RETURN(CreatedRecords records,
                         make_records(parts.library.store(), transaction, context));
  plugin::ExecutionResult result;
  TENON_ASSIGN_OR_RETURN(result.writes,
                         StateChange(parts, submission, transaction, blinding, verdict.effects)
                             .make(records));
  TENON_ASSIGN_OR_RETURN(result.events,
                         make_events(parts.library.store(), transaction,
                                     ledger::transaction_tree(transaction, blinding), context,
                                     std::move(records)));
  if (!submission.quiet) {
    TENON_ASSIGN_OR_RETURN(result.response, make_response(parts.library.store(), transaction));
  }
  const TimeBounds bounds = time_bounds(submission, parts.settings.max_skew_us);
  result.min_time_us = bounds.min_us;
  result.max_time_us = bounds.max_us;
  return result;
}

} // namespace tenon::daml::engine
