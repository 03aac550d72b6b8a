// A store driven as the node drives it: blocks are staged while earlier ones are being committed,
// at most kBlocksInCommit of them. Each commit that is to be synced has a sync of its own: the node
// would let one cover all that wait. Owned and called by one thread; commits have one of their own.
#pragma once

#include <boost/asio/thread_pool.hpp>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>

#include "subject.hpp"
#include "tenon/plugin/store.hpp"

namespace tenon::bench {

class TenonStore final : public Subject {
public:
  static constexpr std::size_t kBlocksInCommit = 16; // of consensus `simple`, by default

  explicit TenonStore(plugin::Store& store) : store_(store) {}
  TenonStore(const TenonStore&) = delete;
  TenonStore& operator=(const TenonStore&) = delete;
  ~TenonStore() override { committer_.join(); }

  Status write(const Updates& updates, bool sync) override;
  Status finish() override;
  Result<bool> has(BytesView key) override;

private:
  void commit_one(bool sync);

  plugin::Store& store_;
  std::shared_ptr<plugin::StoreStage> newest_;
  std::unique_ptr<plugin::StoreSnapshot> view_;

  std::mutex mutex_; // guards what follows
  std::condition_variable committed_;
  std::deque<std::shared_ptr<plugin::StoreStage>> waiting_; // for their commit, or in it
  Status failure_;

  std::uint64_t height_ = 0; // of the next commit; the committer's
  boost::asio::thread_pool committer_{1};
};

} // namespace tenon::bench
