// The shell's part in state transfer: what the core wants given to others or taken from them, done
// on the host's workers, because it reads and writes much.
#include "bft/shell/shell.hpp"

namespace tenon::consensus::bft {

namespace {

// What the ledger says is missing of the import under way.
Result<std::vector<merkle::KeySpan>> missing_of(const plugin::StateTransfer& transfer) {
  TENON_ASSIGN_OR_RETURN(const auto import, transfer.import_missing());
  if (!import)
    return failed_precondition("no import is under way");
  std::vector<merkle::KeySpan> spans;
  for (const plugin::KeyHashSpan& span : import->missing)
    spans.push_back({span.first, span.last});
  return spans;
}

} // namespace

// Whatever keeps a job from being done is like a peer's silence: the core asks again.
void Shell::on_worker(std::function<void()> job) {
  const Status posted = host_.post([self = shared_from_this(), job = std::move(job)] {
    if (!self->enter())
      return;
    job();
    self->leave();
  });
  if (!posted.ok())
    host_.log(plugin::LogLevel::kDebug, "a part of a state transfer was dropped");
}

void Shell::act_on(ServeTarget& serve) {
  on_worker([this, serve] {
    auto target = app_->state_transfer()->export_target(serve.from_epoch, serve.height);
    if (!target.ok()) {
      host_.log(plugin::LogLevel::kDebug,
                "peer " + serve.to + " was offered no state: " + target.status().message());
      return;
    }
    static_cast<void>(
        peers_->send(serve.to, plugin::Lane::kBulk, encode_target(serve, *std::move(target))));
  });
}

void Shell::act_on(ServeRange& serve) {
  on_worker([this, serve] {
    auto range =
        app_->state_transfer()->export_range(serve.height, serve.first, serve.max_bytes);
    if (!range.ok()) {
      host_.log(plugin::LogLevel::kDebug,
                "peer " + serve.to + " was given no range: " + range.status().message());
    }
    static_cast<void>(peers_->send(serve.to, plugin::Lane::kBulk,
                                   encode_range(serve, range.ok() ? *std::move(range) : Bytes())));
  });
}

// In the order asked for, one at a time, and never refused: an import that is begun or ended by
// chance would be another one than the core's.
void Shell::import_job(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    import_jobs_.push_back(std::move(job));
    if (importing_)
      return;
    importing_ = true;
  }
  if (!host_.post([self = shared_from_this()] { self->run_import_jobs(); }).ok())
    run_import_jobs();
}

void Shell::run_import_jobs() {
  for (;;) {
    std::function<void()> job;
    {
      const std::lock_guard lock(mutex_);
      if (import_jobs_.empty()) {
        importing_ = false;
        return;
      }
      job = std::move(import_jobs_.front());
      import_jobs_.pop_front();
    }
    if (!enter())
      continue; // stopped: what is imported lies in the ledger
    job();
    leave();
  }
}

void Shell::act_on(BeginImport& begin) {
  import_job([this, begin = std::move(begin)] {
    plugin::StateTransfer& transfer = *app_->state_transfer();
    const Status begun = transfer.import_begin(begin.target);
    Result<std::vector<merkle::KeySpan>> missing =
        begun.ok() ? missing_of(transfer) : Result<std::vector<merkle::KeySpan>>(begun);
    host_.log(plugin::LogLevel::kInfo,
              begun.ok() ? "takes over the state of block " + std::to_string(begin.height) +
                               " from its peers"
                         : "does not take over the state of block " +
                               std::to_string(begin.height) + ": " + begun.message());
    post([height = begin.height, missing](
             Core& core, TimeUs now_us) { core.import_begun(height, missing, now_us); },
         0);
  });
}

void Shell::act_on(AbandonImport&) {
  import_job([this] {
    if (const Status status = app_->state_transfer()->import_abandon(); status.fault())
      fail(status.with_context("an import could not be dropped"));
  });
}

void Shell::act_on(ImportRange& range) {
  auto shared = std::make_shared<ImportRange>(std::move(range));
  const auto import = [self = shared_from_this(), shared] {
    if (!self->enter())
      return;
    plugin::StateTransfer& transfer = *self->app_->state_transfer();
    const Status taken = transfer.import_range(shared->height, shared->range);
    const Result<std::vector<merkle::KeySpan>> missing =
        taken.ok() ? missing_of(transfer) : Result<std::vector<merkle::KeySpan>>(taken);
    self->post(
        [shared, missing](Core& core, TimeUs now_us) {
          core.range_imported(shared->from, shared->height, shared->first, missing, now_us);
        },
        0);
    self->leave();
  };
  if (!host_.post(import).ok())
    import(); // the executor's queue is full: this thread does it
}

void Shell::act_on(FinishImport& finish) {
  import_job([this, height = finish.height] {
    app_->state_transfer()->import_finish(
        [self = shared_from_this(), height](const Status& status) {
          self->finished(height, status);
        });
  });
}

void Shell::finished(Height height, const Status& status) {
  if (!enter())
    return;
  auto start = std::make_shared<Result<Start>>(status.ok() ? start_of(*app_)
                                                           : Result<Start>(status));
  if (start->ok()) {
    host_.log(plugin::LogLevel::kInfo, "has taken over the state of block " +
                                           std::to_string(height) +
                                           " and goes on with the blocks above it");
  }
  post([start](Core& core, TimeUs now_us) { core.imported(std::move(*start), now_us); }, 0);
  leave();
}

} // namespace tenon::consensus::bft
