// A host without threads, for plugins' tests: tasks run when the test says so, time moves when the
// test says so, the key "node" is made from a seed. Gives the C tables that a plugin gets; outlives
// the plugin. One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tenon/abi/host.h"
#include "tenon/abi/plugin.h"
#include "tenon/crypto/ed25519.hpp"
#include "tenon/plugin/host.hpp"
#include "tenon/testkit/temporary_folder.hpp"

namespace tenon::testkit {

// The peers of a ManualHost: who is connected and what arrives is the test's to say; what the
// plugin sends waits here to be looked at. One thread, which is also the one that handlers are
// called on.
class ManualPeers {
public:
  struct Sent {
    std::string peer;
    plugin::Lane lane;
    Bytes frame;
  };
  struct Cut {
    std::string peer;
    std::string reason;
  };

  ManualPeers();
  ManualPeers(const ManualPeers&) = delete;
  ManualPeers& operator=(const ManualPeers&) = delete;

  [[nodiscard]] const tenon_host_peers* table() const { return &table_; }
  // Whether the plugin has a handler open.
  [[nodiscard]] bool is_open() const { return handler_.has_value(); }

  // Told to the handler at once, or when it opens.
  void connect(const std::string& peer, plugin::PeerRole role = plugin::PeerRole::kReplica);
  void disconnect(const std::string& peer);
  // A frame of a connected peer; nobody gets it while no handler is open.
  void deliver(const std::string& peer, plugin::Lane lane, BytesView frame);

  // Frames in the order in which they were sent; of a broadcast, one for each connected replica.
  [[nodiscard]] std::vector<Sent> take_sent() { return std::exchange(sent_, {}); }
  // Whom the plugin has cut. They stay connected until the test disconnects them.
  [[nodiscard]] const std::vector<Cut>& cuts() const { return cuts_; }
  // From now on no queue takes a frame.
  void refuse_frames(bool refuse) { refuse_frames_ = refuse; }

private:
  [[nodiscard]] Status send(const std::string& peer, std::uint32_t lane, BytesView frame);
  void fill_table();

  std::optional<tenon_peers_handler> handler_;
  std::map<std::string, plugin::PeerRole> connected_;
  std::vector<Sent> sent_;
  std::vector<Cut> cuts_;
  bool refuse_frames_ = false;
  tenon_host_peers table_{};
};

class ManualHost {
public:
  explicit ManualHost(const Hash& chain, std::uint64_t seed = 1, std::string name = "manual");
  // Runs what is left, timers too: every task that a plugin gave away runs exactly once.
  ~ManualHost();
  ManualHost(const ManualHost&) = delete;
  ManualHost& operator=(const ManualHost&) = delete;

  [[nodiscard]] const tenon_host* table() const { return &table_; }
  [[nodiscard]] plugin::Host host() const { return plugin::Host(&table_); }
  [[nodiscard]] const crypto::PrivateKey& node_key() const { return key_; }

  void post(std::function<void()> task);
  std::uint64_t after(std::uint64_t delay_ms, std::function<void()> task);
  bool cancel(std::uint64_t timer);
  // The next task to run; false when there is none.
  bool run_one();
  // Runs tasks, and those they post, until none is left. Timers wait for advance().
  void run_all();
  // Moves both clocks and runs what falls due.
  void advance_us(std::uint64_t by_us);
  [[nodiscard]] std::size_t waiting_tasks() const { return tasks_.size(); }

  [[nodiscard]] std::uint64_t now_us() const { return now_us_; }
  [[nodiscard]] const std::vector<std::string>& log() const { return log_; }

  // From now on tasks go there instead of waiting here: for tests with real threads.
  void give_tasks_to(std::function<void(std::function<void()>)> executor) {
    executor_ = std::move(executor);
  }
  // From now on post() refuses with RESOURCE_EXHAUSTED.
  void refuse_tasks(bool refuse) { refuse_tasks_ = refuse; }
  // From now on the host offers peers, which a host does that is part of a network.
  void offer_peers() { peers_offered_ = true; }
  [[nodiscard]] ManualPeers& peers() { return peers_; }
  // From now on sign() fails.
  void lose_key(bool lost) { key_lost_ = lost; }

private:
  static const void* query(void* self, tenon_bytes interface_id);
  void fill_tables();
  void fill_key_tables();

  Hash chain_;
  std::string name_;
  crypto::PrivateKey key_;
  std::uint64_t now_us_ = 1'700'000'000'000'000;
  std::deque<std::function<void()>> tasks_;
  std::multimap<std::uint64_t, std::pair<std::uint64_t, std::function<void()>>> timers_;
  std::uint64_t next_timer_ = 1;
  std::function<void(std::function<void()>)> executor_;
  std::vector<std::string> log_;
  bool refuse_tasks_ = false;
  bool key_lost_ = false;
  std::optional<TemporaryFolder> folder_; // made when it is asked for
  bool peers_offered_ = false;
  ManualPeers peers_;

  tenon_host table_{};
  tenon_host_log log_table_{};
  tenon_host_executor executor_table_{};
  tenon_host_clock clock_table_{};
  tenon_host_keystore keystore_table_{};
  tenon_host_node node_table_{};
};

} // namespace tenon::testkit
