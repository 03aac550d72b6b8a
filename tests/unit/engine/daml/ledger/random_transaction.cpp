#include "random_transaction.hpp"

#include <random>

namespace tenon::daml::ledger {

namespace {

constexpr std::string_view kWords = "Alice Bank Bob Carol Dave Eve";

class Generator {
public:
  explicit Generator(std::uint64_t number)
      : random_(number), submitters_(some(random_parties(), 1)), script_(join(submitters_)) {}

  RandomTransaction run() {
    steps(3 + below(6), 0);
    return {submitters_, script_.finish()};
  }

private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }

  // At least `least` of them, while there are any.
  PartySet some(const PartySet& from, std::size_t least) {
    PartySet chosen;
    for (const Party& party : from) {
      if (chance(3))
        chosen.insert(party);
    }
    for (auto next = from.begin(); chosen.size() < least && next != from.end(); ++next)
      chosen.insert(*next);
    return chosen;
  }

  static std::string join(const PartySet& parties) {
    std::string words;
    for (const Party& party : parties)
      words += party.str() + " ";
    return words;
  }

  TransactionVersion version() {
    constexpr TransactionVersion kVersions[] = {
        TransactionVersion::k10, TransactionVersion::k11, TransactionVersion::k12,
        TransactionVersion::k13, TransactionVersion::k14, TransactionVersion::k15,
        TransactionVersion::k17};
    return in_undone_ ? kVersions[4 + below(3)] : kVersions[below(7)];
  }

  Value value() {
    switch (below(5)) {
    case 0:
      return Value::record(std::make_shared<const Identifier>(template_id("Iou")),
                           std::make_shared<const std::vector<std::string>>(
                               std::vector<std::string>{"owner", "amount"}),
                           {Value::party(Party::literal("Alice")),
                            Value::int64(static_cast<std::int64_t>(below(100)))});
    case 1:
      return Value::some(Value::contract_id(given_id("v" + std::to_string(below(9)))));
    case 2:
      return Value::list({Value::text("a"), Value::text("b")});
    case 3:
      return Value::variant({nullptr, Name::literal("Left"), 0}, Value::boolean(true));
    default:
      return Value::text("text " + std::to_string(below(1000)));
    }
  }

  Facts facts(const PartySet& signatories) {
    Facts result;
    result.template_name = chance(2) ? "Iou" : "Offer";
    result.signatories = join(signatories);
    result.observers = join(some(random_parties(), 0));
    result.argument = value();
    result.version = version();
    if (chance(3)) {
      result.maintainers = join(some(signatories, 1));
      result.key = "k" + std::to_string(next_key_++); // never twice: keys are tested elsewhere
    }
    return result;
  }

  void steps(std::size_t count, std::size_t depth) {
    for (std::size_t i = 0; i < count; ++i)
      step(depth);
  }

  void step(std::size_t depth) {
    const std::size_t kind = below(10);
    if (kind < 3)
      create();
    else if (kind < 6)
      exercise(depth);
    else if (kind < 7)
      fetch();
    else if (kind < 8)
      lookup();
    else if (depth < 5)
      attempt(depth, kind == 8);
  }

  void create() {
    const PartySet& authority = script_.builder().authorizers();
    if (authority.empty())
      return;
    const ContractId id = script_.create(facts(some(authority, 1)));
    usable_.push_back(id);
  }

  // One that is active, made here or given.
  std::optional<ContractId> contract() {
    if (chance(3)) {
      Facts given = facts(some(random_parties(), 1));
      const ContractId id = script_.given("g" + std::to_string(next_given_++), given);
      usable_.push_back(id);
      return id;
    }
    for (int tries = 0; tries < 4 && !usable_.empty(); ++tries) {
      const ContractId& id = usable_[below(usable_.size())];
      if (!gone_.contains(id) &&
          (!in_undone_ || has_rollback(script_.contract(id).version)))
        return id;
    }
    return std::nullopt;
  }

  void exercise(std::size_t depth) {
    const auto id = contract();
    const PartySet authority = script_.builder().authorizers();
    if (!id || authority.empty() || depth >= 5)
      return;
    const Contract& target = script_.contract(*id);
    Choice choice;
    choice.name = chance(2) ? "Transfer" : "Show";
    choice.controllers = join(some(authority, 1));
    choice.consuming = chance(2);
    choice.by_key = target.key && chance(2);
    if (target.version >= TransactionVersion::k11)
      choice.observers = join(some(random_parties(), 0));
    if (choice.consuming)
      gone_.insert(*id);
    script_.exercise(*id, choice, [&] { steps(below(4), depth + 1); });
  }

  void fetch() {
    const auto id = contract();
    if (!id)
      return;
    const Contract& target = script_.contract(*id);
    const PartySet stakeholders = unite(target.signatories, target.observers);
    if (intersects(stakeholders, script_.builder().authorizers()))
      script_.fetch(*id, target.key && chance(2));
  }

  void lookup() {
    const PartySet& authority = script_.builder().authorizers();
    if (authority.empty())
      return;
    const auto version = chance(2) ? TransactionVersion::k15 : TransactionVersion::k17;
    script_.lookup(make_key("Iou", "none" + std::to_string(next_key_++),
                            join(some(authority, 1)), version),
                   std::nullopt);
  }

  void attempt(std::size_t depth, bool undone) {
    const auto inside = [&] { steps(1 + below(3), depth + 1); };
    if (!undone) {
      script_.tried(inside);
      return;
    }
    const auto usable = usable_;
    const auto gone = gone_;
    const bool around = std::exchange(in_undone_, true);
    script_.undone(inside);
    in_undone_ = around;
    usable_ = usable;
    gone_ = gone;
  }

  std::mt19937_64 random_;
  PartySet submitters_;
  Script script_;
  std::vector<ContractId> usable_;
  std::set<ContractId> gone_;
  bool in_undone_ = false;
  int next_key_ = 0;
  int next_given_ = 0;
};

} // namespace

const PartySet& random_parties() {
  static const PartySet all = parties(kWords);
  return all;
}

RandomTransaction random_transaction(std::uint64_t number) {
  return Generator(number).run();
}

} // namespace tenon::daml::ledger
