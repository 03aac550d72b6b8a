#include "tenon/testkit/manual_host.hpp"

#include <algorithm>
#include <cstring>

#include "tenon/core/encoding.hpp"
#include "tenon/crypto/sha256.hpp"
#include "tenon/plugin/guard.hpp"

namespace tenon::testkit {

namespace {

ManualHost& self_of(void* self) {
  return *static_cast<ManualHost*>(self);
}

crypto::PrivateKey key_from(std::uint64_t seed) {
  Bytes bytes;
  append_be64(bytes, seed);
  return *crypto::PrivateKey::from_seed(crypto::sha256(bytes).view());
}

ManualPeers& peers_of(void* self) {
  return *static_cast<ManualPeers*>(self);
}

Status unknown_key(tenon_bytes key_id) {
  return from_abi(key_id) == "node"
             ? Status()
             : not_found("there is no key \"" + std::string(from_abi(key_id)) + "\"");
}

} // namespace

ManualPeers::ManualPeers() {
  fill_table();
}

void ManualPeers::fill_table() {
  table_ = {
      sizeof(tenon_host_peers),
      0,
      this,
      [](void* self, const tenon_peers_handler* handler, tenon_status* status) {
        ManualPeers& peers = peers_of(self);
        if (peers.is_open()) {
          return Status(Code::kAlreadyExists, "the plugin has a peers handler open").to_abi(status);
        }
        peers.handler_ = *handler;
        for (const auto& [name, role] : peers.connected_)
          handler->connected(handler->context, to_abi(name), static_cast<std::uint32_t>(role));
        return std::int32_t{TENON_OK};
      },
      [](void* self) { peers_of(self).handler_.reset(); },
      [](void* self, tenon_bytes peer, std::uint32_t lane, tenon_bytes frame,
         tenon_status* status) {
        return peers_of(self)
            .send(std::string(from_abi(peer)), lane, from_abi(frame))
            .to_abi(status);
      },
      [](void* self, std::uint32_t lane, tenon_bytes frame, std::uint32_t* reached, tenon_status*) {
        std::uint32_t taken = 0;
        for (const auto& [name, role] : peers_of(self).connected_) {
          if (role == plugin::PeerRole::kReplica)
            taken += peers_of(self).send(name, lane, from_abi(frame)).ok() ? 1 : 0;
        }
        if (reached != nullptr)
          *reached = taken;
        return std::int32_t{TENON_OK};
      },
      [](void* self, tenon_bytes peer, tenon_bytes reason, tenon_status*) {
        peers_of(self).cuts_.push_back(
            {std::string(from_abi(peer)), std::string(from_abi(reason))});
        return std::int32_t{TENON_OK};
      },
      [](void*, tenon_sink json, tenon_status*) {
        plugin::write_sink(json, R"({"peers":[]})");
        return std::int32_t{TENON_OK};
      }};
}

Status ManualPeers::send(const std::string& peer, std::uint32_t lane, BytesView frame) {
  if (lane >= plugin::kLanes)
    return invalid_argument("there is no lane " + std::to_string(lane));
  if (!connected_.contains(peer))
    return unavailable(peer + " is not connected");
  if (refuse_frames_)
    return resource_exhausted("the queue to " + peer + " is full");
  sent_.push_back({peer, static_cast<plugin::Lane>(lane), Bytes(frame)});
  return {};
}

void ManualPeers::connect(const std::string& peer, plugin::PeerRole role) {
  connected_[peer] = role;
  if (handler_)
    handler_->connected(handler_->context, to_abi(peer), static_cast<std::uint32_t>(role));
}

void ManualPeers::disconnect(const std::string& peer) {
  if (connected_.erase(peer) != 0 && handler_)
    handler_->disconnected(handler_->context, to_abi(peer));
}

void ManualPeers::deliver(const std::string& peer, plugin::Lane lane, BytesView frame) {
  if (!handler_ || !connected_.contains(peer))
    return;
  // Of its own memory, gone after the call: whoever keeps the view is found out.
  const Bytes borrowed(frame);
  handler_->received(handler_->context, to_abi(peer), static_cast<std::uint32_t>(lane),
                     to_abi(borrowed));
}

ManualHost::ManualHost(const Hash& chain, std::uint64_t seed, std::string name)
    : chain_(chain), name_(std::move(name)), key_(key_from(seed)) {
  table_ = {sizeof(tenon_host), TENON_ABI_MAJOR, TENON_ABI_MINOR, this, query};
  fill_tables();
  fill_key_tables();
}

ManualHost::~ManualHost() {
  run_all();
  while (!timers_.empty())
    advance_us(timers_.begin()->first - now_us_);
}

const void* ManualHost::query(void* self, tenon_bytes interface_id) {
  const ManualHost& host = self_of(self);
  const std::map<BytesView, const void*> tables = {
      {TENON_HOST_LOG_INTERFACE, &host.log_table_},
      {TENON_HOST_EXECUTOR_INTERFACE, &host.executor_table_},
      {TENON_HOST_CLOCK_INTERFACE, &host.clock_table_},
      {TENON_HOST_KEYSTORE_INTERFACE, &host.keystore_table_},
      {TENON_HOST_NODE_INTERFACE, &host.node_table_},
      {TENON_HOST_PEERS_INTERFACE, host.peers_offered_ ? host.peers_.table() : nullptr}};
  const auto found = tables.find(from_abi(interface_id));
  return found == tables.end() ? nullptr : found->second;
}

void ManualHost::fill_tables() {
  log_table_ = {sizeof(tenon_host_log), TENON_LOG_TRACE, this,
                [](void* self, std::uint32_t, tenon_bytes message, tenon_bytes) {
                  self_of(self).log_.emplace_back(from_abi(message));
                }};
  executor_table_ = {sizeof(tenon_host_executor),
                     0,
                     this,
                     [](void* self, tenon_task task, void* context, tenon_status* status) {
                       if (self_of(self).refuse_tasks_)
                         return resource_exhausted("the task queue is full").to_abi(status);
                       self_of(self).post([task, context] { task(context); });
                       return std::int32_t{TENON_OK};
                     },
                     [](void* self, std::uint64_t delay_ms, tenon_task task, void* context,
                        std::uint64_t* timer, tenon_status*) {
                       *timer = self_of(self).after(delay_ms, [task, context] { task(context); });
                       return std::int32_t{TENON_OK};
                     },
                     [](void* self, std::uint64_t timer) {
                       return std::int32_t{self_of(self).cancel(timer) ? 1 : 0};
                     }};
  const auto now = [](void* self) { return self_of(self).now_us_; };
  clock_table_ = {sizeof(tenon_host_clock), 0, this, now, now, now,
                  [](void*, std::uint64_t, std::uint64_t, tenon_status* status) {
                    return failed_precondition("this clock runs").to_abi(status);
                  }};
}

void ManualHost::fill_key_tables() {
  keystore_table_ = {
      sizeof(tenon_host_keystore), 0, this,
      [](void* self, tenon_bytes key_id, std::uint8_t out[32], tenon_status* status) {
        const Bytes key = self_of(self).key_.public_key();
        std::memcpy(out, key.data(), key.size());
        return unknown_key(key_id).to_abi(status);
      },
      [](void* self, tenon_bytes key_id, tenon_bytes message, std::uint8_t out[64],
         tenon_status* status) {
        ManualHost& host = self_of(self);
        if (host.key_lost_)
          return fault("the key store does not answer").to_abi(status);
        const Result<Bytes> signature = host.key_.sign(from_abi(message));
        if (!signature.ok())
          return signature.status().to_abi(status);
        std::memcpy(out, signature->data(), signature->size());
        return unknown_key(key_id).to_abi(status);
      }};
  node_table_ = {sizeof(tenon_host_node),
                 0,
                 this,
                 [](void* self, tenon_hash* out) { *out = self_of(self).chain_.to_abi(); },
                 [](void* self, tenon_sink json, tenon_status*) {
                   const ManualHost& host = self_of(self);
                   plugin::write_sink(json, R"({"name":")" + host.name_ + R"(","role":")" +
                                                (host.peers_offered_ ? "replica" : "solo") +
                                                R"(","version":"0","key_unused":true})");
                   return std::int32_t{TENON_OK};
                 },
                 [](void* self, tenon_sink path, tenon_status* status) {
                   return plugin::guarded(status, [&]() -> Status {
                     auto& folder = self_of(self).folder_;
                     if (!folder)
                       folder.emplace();
                     plugin::write_sink(path, folder->path().string());
                     return {};
                   });
                 }};
}

void ManualHost::post(std::function<void()> task) {
  if (executor_)
    executor_(std::move(task));
  else
    tasks_.push_back(std::move(task));
}

std::uint64_t ManualHost::after(std::uint64_t delay_ms, std::function<void()> task) {
  timers_.emplace(now_us_ + delay_ms * 1000, std::pair(next_timer_, std::move(task)));
  return next_timer_++;
}

bool ManualHost::cancel(std::uint64_t timer) {
  for (auto it = timers_.begin(); it != timers_.end(); ++it) {
    if (it->second.first == timer) {
      timers_.erase(it);
      return true;
    }
  }
  return false;
}

bool ManualHost::run_one() {
  if (tasks_.empty())
    return false;
  const std::function<void()> task = std::move(tasks_.front());
  tasks_.pop_front();
  task();
  return true;
}

void ManualHost::run_all() {
  while (run_one()) {
  }
}

void ManualHost::advance_us(std::uint64_t by_us) {
  const std::uint64_t until_us = now_us_ + by_us;
  while (!timers_.empty() && timers_.begin()->first <= until_us) {
    now_us_ = std::max(now_us_, timers_.begin()->first);
    tasks_.push_back(std::move(timers_.begin()->second.second));
    timers_.erase(timers_.begin());
    run_all();
  }
  now_us_ = until_us;
}

} // namespace tenon::testkit
