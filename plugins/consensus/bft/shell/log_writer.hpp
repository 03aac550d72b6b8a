// Writes the vote log on the host's workers: takes what the core wants written, in order, and says
// when it is on stable storage; one sync covers everything that came in during the last. Owned by
// the shell, and by its tasks under way; any thread.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "bft/core/core.hpp"
#include "bft/shell/vote_log.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::consensus::bft {

class LogWriter : public std::enable_shared_from_this<LogWriter> {
public:
  // Called by one task at a time; after a failure never again.
  using Written = std::function<void(const Result<std::uint64_t>& sequence)>;

  LogWriter(plugin::Host host, VoteLog log, Written written);

  void write(Persist persist) { add(std::move(persist)); }
  void write(RewriteLog rewrite) { add(std::move(rewrite)); }
  // What is not written yet is dropped, for its votes have not been sent; waits for a write under
  // way.
  void stop();

private:
  using Item = std::variant<Persist, RewriteLog>;

  void add(Item item);
  void run();
  [[nodiscard]] Status write_all(std::vector<Item>& waiting);

  plugin::Host host_;
  VoteLog log_;
  Written written_;
  std::mutex writing_; // held while the file is written
  std::mutex mutex_;
  std::vector<Item> waiting_;
  bool posted_ = false;
  bool stopped_ = false;
};

} // namespace tenon::consensus::bft
