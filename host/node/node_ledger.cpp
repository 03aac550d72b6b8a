// What a node's ledger is, by its role: opened, started and ended. A replica and a solo node have a
// pipeline that consensus drives, a client node has one that follows the replicas'.
#include "node/node.hpp"
#include "services/files.hpp"

namespace tenon::host::node {

namespace {

constexpr std::size_t kMaxUnwedgeBytes = 1u << 20;

pipeline::Limits pipeline_limits(const config::Limits& configured) {
  pipeline::Limits limits;
  limits.max_pending_commands = configured.max_pending_commands;
  limits.max_queued_bytes = configured.max_queued_bytes;
  limits.max_command_bytes = configured.max_command_bytes;
  limits.max_batch_transactions = configured.max_batch_transactions;
  limits.max_batches_in_flight = configured.max_batches_in_flight;
  limits.max_staged_blocks = configured.max_staged_blocks;
  limits.max_pre_executions = configured.max_pre_executions;
  limits.max_cached_blocks = configured.max_cached_blocks;
  limits.default_deadline_ms = configured.default_deadline_ms;
  limits.default_dedup_window_ms = configured.default_dedup_window_ms;
  return limits;
}

} // namespace

pipeline::Options Node::ledger_options() const {
  pipeline::Options options;
  options.genesis = genesis_;
  options.client = config_.name;
  options.limits = pipeline_limits(config_.limits);
  options.pre_execute = config_.limits.max_pre_executions > 0;
  return options;
}

// Empty when there is none.
Result<Bytes> Node::read_unwedge() const {
  auto command = services::read_file(config_.unwedge_file, kMaxUnwedgeBytes, false);
  if (command.status().code() == Code::kNotFound && !config_.unwedge_is_named)
    return Bytes();
  if (command.ok() && !command->empty())
    return command;
  const std::string expected =
      "the unwedge file: expected what `tenon operator encode` wrote, in " +
      config_.unwedge_file.string();
  if (command.ok())
    return failed_precondition(expected + ", found an empty file: remove it, or write it again");
  return command.status().with_context(expected);
}

Status Node::make_ledger() {
  std::vector<pipeline::EngineBinding> bindings;
  for (std::size_t i = 0; i < engine_clients_.size(); ++i)
    bindings.push_back({config_.engines[i].id, engine_clients_[i].get()});
  pipeline::Parts parts{*store_client_, std::move(bindings), *keys_, clock_,
                        random_,        *executor_,          log_,   metrics_};
  pipeline::Options options = ledger_options();
  if (is_client()) {
    auto opened = link::ClientLedger::open({std::move(parts), *network_}, std::move(options));
    if (!opened.ok())
      return opened.status().with_context("the ledger cannot be opened");
    const std::lock_guard lock(mutex_);
    client_ledger_ = *std::move(opened);
    ledger_ = client_ledger_.get();
    return {};
  }
  TENON_ASSIGN_OR_RETURN(options.unwedge, read_unwedge());
  options.prune = [this](std::uint64_t keep_from) { return store_client_->prune(keep_from); };
  auto opened = pipeline::Pipeline::open(std::move(parts), std::move(options));
  if (!opened.ok())
    return opened.status().with_context("the ledger cannot be opened");
  const std::lock_guard lock(mutex_);
  pipeline_ = *std::move(opened);
  ledger_ = pipeline_.get();
  // Time that stands still goes on where the ledger stopped.
  return clock_.is_static() ? clock_.set_wall_us(0, pipeline_->ledger_time_us()) : Status();
}

// The genesis document's word counts until there is a ledger; then the ledger's.
Status Node::make_membership() {
  auto genesis = pipeline::parse_genesis(genesis_);
  if (!genesis.ok())
    return genesis.status().with_context(config_.genesis_file.string());
  const auto members = [this] {
    return client_ledger_ ? client_ledger_->members() : pipeline_->members();
  };
  const auto version = [this] {
    return client_ledger_ ? client_ledger_->members_version() : pipeline_->members_version();
  };
  auto made = std::make_unique<Membership>(
      Membership::Parts{config_, *network_, *ledger_.load(), members, version,
                        keys_->private_key(), data_->keys(), *executor_, log_});
  TENON_RETURN_IF_ERROR(made->begin(pipeline::members_of(*genesis)));
  const std::lock_guard lock(mutex_);
  membership_ = std::move(made);
  return {};
}

// From here on the ledger moves. Whoever connects finds somebody who answers: the two ends of the
// link begin before the network does, and a replica refuses batches until consensus runs.
Status Node::start_ledger() {
  if (membership_)
    membership_->start();
  start_scrubber();
  if (is_client()) {
    TENON_RETURN_IF_ERROR(keys_->mark_used());
    TENON_RETURN_IF_ERROR(client_ledger_->start());
    return network_->start();
  }
  if (!network_)
    return start_consensus();
  link_server_ =
      std::make_unique<link::LinkServer>(*pipeline_, *network_, *executor_, log_, metrics_);
  TENON_RETURN_IF_ERROR(link_server_->start());
  TENON_RETURN_IF_ERROR(network_->start());
  return start_consensus();
}

void Node::start_scrubber() {
  scrubber_ = std::make_unique<StoreScrubber>(StoreScrubber::Parts{
      *store_client_, *executor_, random_, metrics_, !is_client(), [this](const Status& why) {
        if (client_ledger_)
          client_ledger_->halt(why);
        else
          pipeline_->halt(why);
      }});
}

// What was accepted is finished within the time that is left; APIs have ended, and so client nodes
// are sent to other replicas first.
void Node::stop_ledger(FunctionRef<std::uint64_t()> left_ms) {
  if (membership_)
    membership_->stop();
  scrubber_.reset();
  if (link_server_)
    link_server_->stop();
  Status drained;
  if (client_ledger_)
    drained = client_ledger_->drain(left_ms());
  if (pipeline_)
    drained = pipeline_->drain(left_ms());
  if (!drained.ok())
    log_.write(plugin::LogLevel::kWarn, "node", drained.to_string());
  for (const auto& instance : consensus_)
    instance->drain(left_ms());
  for (const auto& instance : consensus_)
    instance->stop();
  ledger_ = nullptr;
  if (client_ledger_)
    client_ledger_->stop();
  if (pipeline_)
    pipeline_->stop();
}

} // namespace tenon::host::node
