#include "tenon_store.hpp"

#include <boost/asio/post.hpp>

namespace tenon::bench {

Status TenonStore::write(const Updates& updates, bool sync) {
  std::vector<plugin::StoreWrite> writes;
  writes.reserve(updates.size());
  for (const auto& [key, entry] : updates)
    writes.push_back({plugin::KeyClass::kState, false, key, entry});
  TENON_ASSIGN_OR_RETURN(std::shared_ptr<plugin::StoreStage> stage,
                         store_.stage(newest_.get(), writes));
  newest_ = std::move(stage);
  {
    std::unique_lock lock(mutex_);
    committed_.wait(lock, [this] { return waiting_.size() < kBlocksInCommit; });
    TENON_RETURN_IF_ERROR(failure_);
    waiting_.push_back(newest_);
  }
  boost::asio::post(committer_, [this, sync] { commit_one(sync); });
  return {};
}

Status TenonStore::finish() {
  view_.reset();
  std::unique_lock lock(mutex_);
  committed_.wait(lock, [this] { return waiting_.empty(); });
  return failure_;
}

Result<bool> TenonStore::has(BytesView key) {
  if (!view_) {
    TENON_ASSIGN_OR_RETURN(view_, store_.snapshot(plugin::kHeadHeight));
  }
  TENON_ASSIGN_OR_RETURN(const auto entry, view_->get(plugin::KeyClass::kState, key));
  return entry.has_value();
}

void TenonStore::commit_one(bool sync) {
  plugin::StoreBlock block;
  block.height = height_++;
  std::unique_lock lock(mutex_);
  const auto stage = waiting_.front();
  lock.unlock();
  const Status status = store_.commit(*stage, block, sync);
  lock.lock();
  waiting_.pop_front();
  if (failure_.ok())
    failure_ = status;
  committed_.notify_one();
}

} // namespace tenon::bench
