#include "ledger/transaction_builder.hpp"

#include <algorithm>
#include <cstdlib>

#include "ledger/authorization.hpp"
#include "ledger/normal_form.hpp"
#include "values/hashing.hpp"
#include "values/transformation.hpp"

namespace tenon::daml::ledger {

namespace {

void require(bool fits) {
  if (!fits)
    std::abort(); // a step that does not fit is a bug of the interpreter
}

template <typename Fact>
std::optional<Fact> told_since_17(std::optional<Fact> fact, TransactionVersion version) {
  return has_package_names(version) ? std::move(fact) : std::nullopt;
}

Error limit_error(std::string_view what, std::uint64_t found, std::uint64_t limit) {
  Error error(ErrorKind::kLimit, std::string(what) + ": " + std::to_string(found) +
                                     "; at most " + std::to_string(limit) + " are allowed");
  error.found = found;
  error.limit = limit;
  return error;
}

} // namespace

TransactionBuilder::TransactionBuilder(Options options)
    : options_(std::move(options)), states_(options_.key_mode) {
  Context root;
  root.kind = Context::Kind::kRoot;
  root.authorizers = std::make_shared<const PartySet>(options_.authorizers);
  root.seed = options_.seed;
  contexts_.push_back(std::move(root));
  constexpr std::size_t kUsualNodes = 8; // most transactions have fewer; nodes are large to move
  nodes_.reserve(kUsualNodes);
}

// ---- Questions.

Status TransactionBuilder::check_usable(const ContractId& id, const Identifier* template_id) {
  if (error_)
    return error_->to_status();
  auto error = states_.check_usable(id);
  return error ? refuse(*std::move(error), template_id) : Status();
}

Result<ContractStates::KeyState> TransactionBuilder::key_state(const KeyWithMaintainers& key) {
  if (error_)
    return error_->to_status();
  TENON_RETURN_IF_ERROR(check_maintainers(key));
  return states_.key_state(key.key.hash);
}

std::optional<ContractId>
TransactionBuilder::answer_key(const KeyWithMaintainers& key,
                               const std::optional<ContractId>& found) {
  return states_.resolve_key(key, found);
}

// ---- Leaves.

Result<ContractId> TransactionBuilder::create(const std::shared_ptr<const Contract>& contract) {
  const Identifier* const name = &contract->template_id;
  TENON_RETURN_IF_ERROR(check_new_node());
  if (contract->key)
    TENON_RETURN_IF_ERROR(check_maintainers(*contract->key));
  TENON_RETURN_IF_ERROR(check_parties("signatories", contract->signatories, name));
  TENON_RETURN_IF_ERROR(check_parties("observers", contract->observers, name));
  const Hash seed = next_seed();
  PartySet stakeholders = unite(contract->signatories, contract->observers);
  const ContractId id(
      derive_contract_discriminator(seed, options_.submission_time, stakeholders));
  TENON_ASSIGN_OR_RETURN(Value argument, normal(contract->argument, contract->version, name));
  TENON_ASSIGN_OR_RETURN(auto key, normal_key(contract->key, contract->version, *name));
  Node node = Create{id,
                     told_since_17(contract->package_name, contract->version),
                     contract->template_id,
                     std::move(argument),
                     contract->agreement,
                     contract->signatories,
                     std::move(stakeholders),
                     std::move(key),
                     contract->version};
  if (auto error = authorize(node, authorizers()))
    return refuse(*std::move(error), name);
  if (auto error = states_.visit(next_node(), node))
    return refuse(*std::move(error), name);
  seeds_.push_back({next_node(), seed});
  add_leaf(std::move(node));
  return id;
}

Status TransactionBuilder::fetch(const FetchStep& step, const Contract& contract) {
  const Identifier* const name = &contract.template_id;
  TENON_RETURN_IF_ERROR(check_new_node());
  PartySet stakeholders = unite(contract.signatories, contract.observers);
  PartySet actors = intersect(authorizers(), stakeholders);
  TENON_ASSIGN_OR_RETURN(auto key, normal_key(contract.key, step.version, *name));
  Node node = Fetch{step.contract_id,
                    told_since_17(contract.package_name, step.version),
                    contract.template_id,
                    told_since_17(step.interface_id, step.version),
                    std::move(actors),
                    contract.signatories,
                    std::move(stakeholders),
                    std::move(key),
                    step.by_key,
                    step.version};
  TENON_RETURN_IF_ERROR(visit_and_authorize(node));
  auto& fetch = std::get<Fetch>(node);
  fetch.by_key = fetch.by_key && has_rollback(step.version);
  add_leaf(std::move(node));
  return {};
}

Status TransactionBuilder::lookup(LookupStep step) {
  TENON_RETURN_IF_ERROR(check_new_node());
  TENON_RETURN_IF_ERROR(check_maintainers(step.key));
  TENON_ASSIGN_OR_RETURN(step.key.key.value,
                         normal(step.key.key.value, step.version, &step.template_id));
  step.key.key.template_id = step.template_id;
  Node node =
      LookupByKey{told_since_17(std::move(step.package_name), step.version),
                  std::move(step.template_id), std::move(step.key), std::move(step.result),
                  step.version};
  TENON_RETURN_IF_ERROR(visit_and_authorize(node));
  add_leaf(std::move(node));
  return {};
}

// ---- Exercises.

Status TransactionBuilder::begin_exercise(ExerciseStep step, const Contract& contract) {
  const Identifier* const name = &step.template_id;
  TENON_RETURN_IF_ERROR(check_new_node());
  TENON_RETURN_IF_ERROR(check_nesting());
  TENON_RETURN_IF_ERROR(check_parties("controllers", step.controllers, name));
  TENON_RETURN_IF_ERROR(check_parties("choice observers", step.choice_observers, name));
  TENON_ASSIGN_OR_RETURN(Value argument, normal(step.argument, step.version, name));
  TENON_ASSIGN_OR_RETURN(auto key, normal_key(contract.key, step.version, step.template_id));
  Node node = Exercise{std::move(step.contract_id),
                       told_since_17(std::move(step.package_name), step.version),
                       told_since_17(std::move(step.creation_package), step.version),
                       std::move(step.template_id),
                       std::move(step.interface_id),
                       std::move(step.choice),
                       step.consuming,
                       std::move(step.controllers),
                       std::move(argument),
                       contract.signatories,
                       unite(contract.signatories, contract.observers),
                       std::move(step.choice_observers),
                       std::move(step.choice_authorizers),
                       std::nullopt,
                       std::move(key),
                       step.by_key,
                       step.version,
                       {}};
  TENON_RETURN_IF_ERROR(visit_and_authorize(node));
  auto& exercise = std::get<Exercise>(node);
  exercise.by_key = exercise.by_key && has_rollback(step.version);
  Context context;
  context.kind = Context::Kind::kExercise;
  context.node = next_node();
  context.authorizers = std::make_shared<const PartySet>(authorizers_within(exercise));
  context.seed = next_seed();
  seeds_.push_back({context.node, context.seed});
  nodes_.push_back(std::move(node));
  contexts_.push_back(std::move(context));
  return {};
}

Status TransactionBuilder::end_exercise(const Value& result) {
  require(contexts_.back().kind == Context::Kind::kExercise);
  if (error_)
    return error_->to_status();
  const auto& exercise = std::get<Exercise>(nodes_[index_of(contexts_.back().node)]);
  TENON_ASSIGN_OR_RETURN(Value normal_result,
                         normal(result, exercise.version, &exercise.template_id));
  close_exercise(std::move(normal_result));
  return {};
}

void TransactionBuilder::abort_exercise() {
  require(contexts_.back().kind == Context::Kind::kExercise);
  close_exercise(std::nullopt);
}

void TransactionBuilder::close_exercise(std::optional<Value> result) {
  Context context = std::move(contexts_.back());
  contexts_.pop_back();
  auto& exercise = std::get<Exercise>(nodes_[index_of(context.node)]);
  exercise.result = std::move(result);
  exercise.children = std::move(context.children);
  add_child(context.node, std::min(exercise.version, context.oldest));
}

// ---- Tries.

Status TransactionBuilder::begin_try() {
  TENON_RETURN_IF_ERROR(check_new_node());
  TENON_RETURN_IF_ERROR(check_nesting());
  const Context& around = contexts_.back();
  Context context;
  context.kind = Context::Kind::kTry;
  context.node = next_node();
  context.authorizers = around.authorizers;
  context.seed = around.seed;
  context.next_child = around.next_child;
  nodes_.emplace_back(Rollback{});
  contexts_.push_back(std::move(context));
  states_.begin_rollback();
  return {};
}

void TransactionBuilder::end_try() {
  require(contexts_.back().kind == Context::Kind::kTry);
  const Context context = std::move(contexts_.back());
  contexts_.pop_back();
  Context& around = contexts_.back();
  around.children.insert(around.children.end(), context.children.begin(), context.children.end());
  around.next_child = context.next_child;
  around.oldest = std::min(around.oldest, context.oldest);
  states_.drop_rollback();
}

bool TransactionBuilder::can_roll_back() const {
  require(contexts_.back().kind == Context::Kind::kTry);
  return has_rollback(contexts_.back().oldest);
}

void TransactionBuilder::roll_back_try() {
  require(can_roll_back());
  Context context = std::move(contexts_.back());
  contexts_.pop_back();
  std::get<Rollback>(nodes_[index_of(context.node)]).children = std::move(context.children);
  Context& around = contexts_.back();
  around.children.push_back(context.node);
  around.next_child = context.next_child;
  around.oldest = std::min(around.oldest, context.oldest);
  states_.end_rollback();
}

// ---- The end.

Result<FinishedTransaction> TransactionBuilder::finish() && {
  require(contexts_.size() == 1);
  if (error_)
    return error_->to_status();
  FinishedTransaction finished;
  Compacted compacted = compact({std::move(contexts_.back().children), std::move(nodes_)});
  for (const NodeSeed& seed : seeds_)
    finished.seeds.push_back({*compacted.places[index_of(seed.node)], seed.seed});
  finished.transaction = std::move(compacted.transaction);
  finished.input_contracts = states_.inputs();
  finished.key_inputs = states_.key_inputs();
  finished.used_packages = packages_of(finished.transaction);
  return finished;
}

// ---- Parts of the steps.

Status TransactionBuilder::refuse(Error error, const Identifier* template_id) {
  error.node = next_node();
  if (!error.template_id && template_id)
    error.template_id = *template_id;
  error_ = std::move(error);
  return error_->to_status();
}

Status TransactionBuilder::check_new_node() {
  if (error_)
    return error_->to_status();
  if (nodes_.size() < options_.limits.max_nodes)
    return {};
  return refuse(limit_error("nodes of a transaction", nodes_.size() + 1,
                            options_.limits.max_nodes),
                nullptr);
}

Status TransactionBuilder::check_nesting() {
  if (depth() < options_.limits.max_nesting)
    return {};
  return refuse(limit_error("exercises and tries within each other", depth() + 1,
                            options_.limits.max_nesting),
                nullptr);
}

Status TransactionBuilder::check_parties(std::string_view what, const PartySet& parties,
                                         const Identifier* name) {
  if (parties.size() <= options_.limits.max_parties)
    return {};
  return refuse(limit_error(what, parties.size(), options_.limits.max_parties), name);
}

Status TransactionBuilder::check_maintainers(const KeyWithMaintainers& key) {
  const Identifier& name = key.key.template_id;
  if (!key.maintainers.empty())
    return check_parties("maintainers", key.maintainers, &name);
  Error error(ErrorKind::kNoMaintainers,
              "a key of " + name.module.str() + ":" + name.name.str() + " without maintainers");
  error.key = key.key;
  return refuse(std::move(error), &name);
}

Status TransactionBuilder::visit_and_authorize(const Node& node) {
  if (auto error = states_.visit(next_node(), node))
    return refuse(*std::move(error), template_of(node));
  if (auto error = authorize(node, authorizers()))
    return refuse(*std::move(error), template_of(node));
  const std::size_t inputs = states_.inputs().size();
  if (inputs <= options_.limits.max_input_contracts)
    return {};
  return refuse(limit_error("contracts that a transaction uses", inputs,
                            options_.limits.max_input_contracts),
                template_of(node));
}

Result<Value> TransactionBuilder::normal(const Value& value, TransactionVersion version,
                                         const Identifier* name) {
  auto result = daml::normalize(value, version);
  if (result.ok())
    return result;
  return refuse(Error(ErrorKind::kInvalidValue, result.status().message()), name);
}

Result<std::optional<KeyWithMaintainers>>
TransactionBuilder::normal_key(std::optional<KeyWithMaintainers> key, TransactionVersion version,
                               const Identifier& name) {
  if (key) {
    TENON_ASSIGN_OR_RETURN(key->key.value, normal(key->key.value, version, &name));
    key->key.template_id = name;
  }
  return key;
}

Hash TransactionBuilder::next_seed() const {
  return derive_node_seed(contexts_.back().seed, contexts_.back().next_child);
}

void TransactionBuilder::add_leaf(Node node) {
  const NodeId id = next_node();
  const TransactionVersion version = *version_of(node);
  nodes_.push_back(std::move(node));
  add_child(id, version);
}

void TransactionBuilder::add_child(NodeId id, TransactionVersion oldest) {
  Context& context = contexts_.back();
  context.children.push_back(id);
  ++context.next_child;
  context.oldest = std::min(context.oldest, oldest);
}

} // namespace tenon::daml::ledger
