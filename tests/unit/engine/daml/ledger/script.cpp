#include "script.hpp"

namespace tenon::daml::ledger {

PartySet parties(std::string_view words) {
  PartySet result;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0)
      result.insert(Party::literal(words.substr(0, end)));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return result;
}

Hash seed(std::string_view text) {
  return hash_private_key(text);
}

ContractId given_id(std::string_view name) {
  return ContractId::make(seed(name), "given").value();
}

Identifier template_id(std::string_view name) {
  return Identifier::literal("pkg:Main:" + std::string(name));
}

KeyWithMaintainers make_key(std::string_view template_name, std::string_view key,
                            std::string_view maintainers, TransactionVersion version) {
  std::optional<PackageName> package;
  if (has_package_names(version))
    package = PackageName::literal("main");
  return {GlobalKey::make(template_id(template_name), package, Value::text(std::string(key)))
              .value(),
          parties(maintainers)};
}

std::shared_ptr<const Contract> make_contract(const Facts& facts) {
  std::optional<KeyWithMaintainers> key;
  if (!facts.maintainers.empty())
    key = make_key(facts.template_name, facts.key, facts.maintainers, facts.version);
  std::optional<PackageName> package;
  if (has_package_names(facts.version))
    package = PackageName::literal("main");
  return std::make_shared<const Contract>(Contract{
      template_id(facts.template_name), package, facts.argument, "agreed",
      parties(facts.signatories), parties(facts.observers), std::move(key), facts.version});
}

Script::Script(std::string_view submitters, KeyMode mode, BuilderLimits limits)
    : builder_(TransactionBuilder::Options{seed("transaction"), Timestamp::from_micros(7).value(),
                                           parties(submitters), mode, limits}) {}

ContractId Script::given(std::string_view name, const Facts& facts) {
  const ContractId id = given_id(name);
  contracts_.insert_or_assign(id, make_contract(facts));
  return id;
}

ContractId Script::create(const Facts& facts) {
  auto contract = make_contract(facts);
  const auto id = builder_.create(contract);
  INFO(id.status().message());
  REQUIRE(id.ok());
  contracts_.insert_or_assign(*id, std::move(contract));
  return *id;
}

Status Script::try_create(const Facts& facts) {
  return builder_.create(make_contract(facts)).status();
}

Status Script::try_exercise(const ContractId& id, const Choice& choice) {
  const Contract& contract = this->contract(id);
  const bool upgradable = has_package_names(contract.version);
  ExerciseStep step{id,
                    contract.package_name,
                    upgradable ? std::optional(contract.template_id.package) : std::nullopt,
                    contract.template_id,
                    std::nullopt,
                    Name::literal(choice.name),
                    choice.consuming,
                    choice.by_key,
                    parties(choice.controllers),
                    parties(choice.observers),
                    std::nullopt,
                    Value::int64(1),
                    contract.version};
  if (choice.authorizers)
    step.choice_authorizers = parties(*choice.authorizers);
  return builder_.begin_exercise(std::move(step), contract);
}

void Script::exercise(const ContractId& id, const Choice& choice,
                      const std::function<void()>& consequences) {
  const Status begun = try_exercise(id, choice);
  INFO(begun.message());
  REQUIRE(begun.ok());
  consequences();
  REQUIRE(builder_.end_exercise(Value::boolean(true)).ok());
}

Status Script::try_fetch(const ContractId& id, bool by_key) {
  const Contract& contract = this->contract(id);
  return builder_.fetch({id, std::nullopt, by_key, contract.version}, contract);
}

void Script::fetch(const ContractId& id, bool by_key) {
  const Status status = try_fetch(id, by_key);
  INFO(status.message());
  REQUIRE(status.ok());
}

Status Script::try_lookup(const KeyWithMaintainers& key, const std::optional<ContractId>& result) {
  auto state = builder_.key_state(key);
  if (state.ok() && !state->known)
    builder_.answer_key(key, result);
  return builder_.lookup({key.key.package_name, key.key.template_id, key, result,
                          key.key.package_name ? TransactionVersion::k17
                                               : TransactionVersion::k15});
}

void Script::lookup(const KeyWithMaintainers& key, const std::optional<ContractId>& result) {
  const Status status = try_lookup(key, result);
  INFO(status.message());
  REQUIRE(status.ok());
}

void Script::undone(const std::function<void()>& steps) {
  REQUIRE(builder_.begin_try().ok());
  steps();
  REQUIRE(builder_.can_roll_back());
  builder_.roll_back_try();
}

void Script::tried(const std::function<void()>& steps) {
  REQUIRE(builder_.begin_try().ok());
  steps();
  builder_.end_try();
}

namespace {

class Sketch : public Visitor {
public:
  void leaf(NodeId, const Node& node) override { add(node); }
  bool begin(NodeId, const Node& node) override {
    add(node);
    text += "(";
    return true;
  }
  void end(NodeId, const Node&) override { text += ")"; }

  std::string text;

private:
  void add(const Node& node) {
    if (!text.empty() && text.back() != '(')
      text += " ";
    text += "CFXLR"[node.index()];
  }
};

} // namespace

std::string sketch(const Transaction& transaction) {
  Sketch sketch;
  walk(transaction, sketch);
  return sketch.text;
}

} // namespace tenon::daml::ledger
