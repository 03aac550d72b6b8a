#include "simulation/node.hpp"

#include "simulation/report.hpp"
#include "tenon/crypto/sha256.hpp"

namespace tenon::simulation {

Bytes SimulatedScheme::signature(BytesView key, BytesView message) {
  const Hash half = crypto::sha256({key, message});
  return Bytes(half.view()) + Bytes(half.view());
}

Node::Node(std::string name, const Hash& chain, Members members, const bft::Settings& settings,
           Clockwork& clock, Random& random, Network& network, Observer& observer)
    : name_(std::move(name)), chain_(chain), settings_(settings), clock_(clock), random_(random),
      network_(network), observer_(observer), scheme_(crypto::sha256(name_).str()),
      ledger_(chain, std::move(members)) {}

void Node::start() {
  ++life_;
  if (!disk_.intact()) {
    ++refused_logs_;
    lose_log();
  }
  core_ = std::make_unique<bft::Core>(chain_, crypto::sha256(name_).str(), name_, settings_,
                                      ledger_, scheme_);
  bft::Start start = ledger_.start();
  for (const Bytes& record : disk_.records()) {
    if (saboteur_ == nullptr || saboteur_->reads_back(record))
      start.records.push_back(record);
  }
  // Once something is in the new log, it says by itself that the one before was lost.
  log_lost_ = log_lost_ && disk_.records().empty();
  start.log_lost = log_lost_ && (saboteur_ == nullptr || saboteur_->notices_a_lost_log());
  tell([&](bft::Core& core) { core.start(std::move(start), clock_.now_us()); });
}

void Node::lose_store() {
  ledger_.lose_everything();
}

void Node::lose_everything() {
  lose_store();
  lose_log();
}

void Node::lose_log() {
  log_lost_ = true;
  disk_.lose_everything();
}

void Node::crash() {
  ++life_;
  crash_after_.reset();
  past_ = counters();
  core_.reset();
  disk_.crash(random_, [this](const Bytes& record) { observer_.written(name_, record); });
  ledger_.crash();
  if (ledger_.start().unfinished_import) {
    ++torn_imports_;
    ledger_.lose_ranges([this] { return random_.chance(0.3); });
  }
  executions_.clear();
  executing_ = false;
  syncing_ = false;
  acting_ = false;
  armed_us_ = 0;
}

const bft::Counters& Node::counters() const {
  sum_ = past_;
  if (core_ != nullptr)
    add(sum_, core_->counters());
  return sum_;
}

void Node::later(std::uint64_t delay_us, std::function<void()> task) {
  clock_.after(delay_us, [this, life = life_, task = std::move(task)] {
    if (life == life_)
      task();
  });
}

void Node::receive(const std::string& from, std::uint32_t, const Bytes& frame) {
  if (!up())
    return;
  if (villain_ != nullptr)
    villain_->hear(frame);
  tell([&](bft::Core& core) { core.receive(from, frame, clock_.now_us()); });
}

void Node::peer_up(const std::string& peer) {
  if (up())
    tell([&](bft::Core& core) { core.peer_up(peer, clock_.now_us()); });
}

void Node::peer_down(const std::string& peer) {
  if (up())
    tell([&](bft::Core& core) { core.peer_down(peer, clock_.now_us()); });
}

Status Node::submit(const Bytes& batch) {
  if (!up())
    return unavailable("down");
  Status status;
  tell([&](bft::Core& core) { status = core.submit(batch, clock_.now_us()); });
  return status;
}

void Node::act() {
  if (acting_)
    return;
  acting_ = true;
  const std::uint64_t life = life_;
  for (auto actions = core_->take_actions(); !actions.empty(); actions = core_->take_actions()) {
    for (bft::Action& action : actions) {
      if (crash_after_ && (*crash_after_)-- == 0)
        return crash();
      std::visit([this](auto& what) { act_on(what); }, action);
      if (life != life_)
        return;
    }
  }
  acting_ = false;
  sync();
  arm();
}

void Node::act_on(bft::Persist& persist) {
  const bool written = saboteur_ == nullptr || saboteur_->writes(persist.record);
  disk_.append(persist.sequence, written ? std::move(persist.record) : Bytes());
}
void Node::act_on(bft::RewriteLog& rewrite) {
  disk_.rewrite(rewrite.sequence, std::move(rewrite.records));
}

// One sync at a time covers everything written before it began.
void Node::sync() {
  const std::uint64_t written = disk_.last_written();
  if (syncing_ || written == 0)
    return;
  if (saboteur_ != nullptr && !saboteur_->waits_for_disk()) {
    later(0, [this, written] {
      tell([&](bft::Core& core) { core.persisted(written, clock_.now_us()); });
    });
  }
  syncing_ = true;
  later(random_.between(50, pace_.max_sync_us), [this, written] {
    syncing_ = false;
    disk_.sync(written, [this](const Bytes& record) { observer_.written(name_, record); });
    tell([&](bft::Core& core) { core.persisted(written, clock_.now_us()); });
  });
}

void Node::act_on(bft::Send& send) {
  observer_.sent(name_, send);
  if (villain_ != nullptr)
    return villain_->send(*core_, send);
  for (const std::string& name : everybody_) {
    if (name != name_ && (send.to.empty() || send.to == name) && sees(name))
      network_.send(name_, name, static_cast<std::uint32_t>(send.lane), send.frame);
  }
}

void Node::act_on(bft::Execute& execute) {
  executions_.push_back(std::move(execute));
  execute_next();
}

void Node::execute_next() {
  if (executing_ || executions_.empty())
    return;
  executing_ = true;
  later(random_.between(20, pace_.max_execution_us), [this] {
    const bft::Execute execute = std::move(executions_.front());
    executions_.pop_front();
    executing_ = false;
    const Result<ModelState> state = ledger_.execute(execute.id, execute.block);
    const bool told = saboteur_ == nullptr || saboteur_->tells_the_end_of_epochs();
    tell([&](bft::Core& core) {
      core.executed(execute.id, state.ok() ? Result<Hash>(state->result) : state.status(),
                    state.ok() && told ? state->epoch_end : 0, clock_.now_us());
    });
    if (up())
      execute_next();
  });
}

void Node::act_on(bft::Commit& commit) {
  const auto blocks = ledger_.commit(commit.id, commit.certificate);
  if (!blocks.ok()) {
    observer_.halted(name_, blocks.status());
    return;
  }
  for (const ModelBlock& block : *blocks)
    observer_.committed(name_, block);
  if (saboteur_ != nullptr)
    saboteur_->committed(*core_, *blocks);
  later(random_.between(100, pace_.max_commit_us), [this, height = commit.height] {
    ledger_.sync(height);
    const ModelBlock* const block = ledger_.block(height); // unless it is pruned already
    const bool over =
        block != nullptr && block->state.epoch_end == height && ledger_.height() == height;
    const std::uint64_t epoch = over ? block->state.epoch : 0;
    const std::uint64_t life = life_;
    tell([&](bft::Core& core) {
      core.keeps_from(ledger_.oldest());
      core.committed(height, clock_.now_us());
    });
    if (over && life == life_) {
      tell([&](bft::Core& core) { core.begin_epoch(ledger_.members(epoch + 1), clock_.now_us()); });
    }
  });
}

void Node::act_on(bft::ServeChain& serve) {
  const auto chain = bft::encode_chain(
      serve, [this](bft::Height height) -> Result<std::optional<bft::CommittedBlock>> {
        const ModelBlock* const block = ledger_.block(height);
        if (block == nullptr || height > ledger_.synced())
          return std::optional<bft::CommittedBlock>();
        return std::optional(bft::CommittedBlock{block->block, block->certificate});
      });
  if (!chain) {
    later(random_.between(20, pace_.max_import_us), [this, to = serve.to] {
      tell([&](bft::Core& core) {
        core.nothing_to_serve(to, ledger_.oldest(), clock_.now_us());
      });
    });
    return;
  }
  if (!sees(serve.to))
    return;
  if (villain_ != nullptr)
    return villain_->serve(*core_, serve.to, *chain);
  network_.send(name_, serve.to, 1, std::make_shared<const Bytes>(*chain));
}

void Node::act_on(bft::ServeTarget& serve) {
  later(random_.between(20, pace_.max_import_us), [this, serve] {
    // An old one, which only this liar still has.
    const bft::Height head = ledger_.synced();
    const bft::Height stale = head > 30 ? head - random_.below(30) : 0;
    const bool lies = villain_ != nullptr && serve.height == 0 && villain_->offers_stale_states();
    const auto target = ledger_.export_target(serve.from_epoch, lies ? stale : serve.height);
    if (!target || !sees(serve.to))
      return;
    Bytes frame = bft::encode_target(serve, *target);
    if (villain_ != nullptr)
      return villain_->give(*core_, serve.to, std::move(frame));
    network_.send(name_, serve.to, 1, std::make_shared<const Bytes>(std::move(frame)));
  });
}

void Node::act_on(bft::ServeRange& serve) {
  later(random_.between(20, pace_.max_import_us), [this, serve] {
    const auto range = ledger_.export_range(serve.height, serve.first);
    if (!sees(serve.to))
      return;
    Bytes frame = bft::encode_range(serve, range.value_or(Bytes()));
    if (villain_ != nullptr)
      return villain_->give(*core_, serve.to, std::move(frame));
    network_.send(name_, serve.to, 1, std::make_shared<const Bytes>(std::move(frame)));
  });
}

void Node::act_on(bft::BeginImport& begin) {
  later(random_.between(20, pace_.max_import_us), [this, begin] {
    const Status status = ledger_.import_begin(begin.target);
    const auto missing = status.ok() ? ledger_.import_missing()
                                     : Result<std::vector<merkle::KeySpan>>(status);
    tell([&](bft::Core& core) { core.import_begun(begin.height, missing, clock_.now_us()); });
  });
}

void Node::act_on(bft::ImportRange& range) {
  later(random_.between(20, pace_.max_import_us), [this, range] {
    ledger_.trusts_ranges = saboteur_ != nullptr && !saboteur_->checks_ranges();
    const Status status = ledger_.import_range(range.height, range.range);
    const auto missing = status.ok() ? ledger_.import_missing()
                                     : Result<std::vector<merkle::KeySpan>>(status);
    tell([&](bft::Core& core) {
      core.range_imported(range.from, range.height, range.first, missing, clock_.now_us());
    });
  });
}

void Node::act_on(bft::FinishImport& finish) {
  later(random_.between(20, pace_.max_import_us), [this, finish]() mutable {
    if (executing_)
      return act_on(finish); // after all that was asked for before
    const Status status = ledger_.import_finish();
    if (status.ok())
      observer_.imported(name_, *ledger_.block(ledger_.height()));
    tell([&](bft::Core& core) {
      core.imported(status.ok() ? Result<bft::Start>(ledger_.start()) : status, clock_.now_us());
    });
  });
}

void Node::arm() {
  const auto next = core_->next_deadline_us();
  if (!next || (armed_us_ > clock_.now_us() && armed_us_ <= *next))
    return;
  armed_us_ = *next;
  clock_.at(*next, [this, life = life_, due = *next] {
    if (life != life_ || armed_us_ != due)
      return;
    armed_us_ = 0;
    tell([&](bft::Core& core) { core.tick(clock_.now_us()); });
  });
}

} // namespace tenon::simulation
