// What the two ends of the link stand between in tests: peers whose coming, going and frames are
// the test's to say, and a ledger that remembers what it was asked. One thread.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "../../pipeline/fakes/ports.hpp"
#include "../fakes.hpp"
#include "link/envelope.hpp"
#include "link/limits.hpp"
#include "ports/client_service.hpp"
#include "ports/peers.hpp"

namespace tenon::host::link::test {

// Knows how many timers are still to fire.
class CountingExecutor final : public Executor {
public:
  explicit CountingExecutor(testkit::ManualHost& host) : host_(host) {}
  void post(Task task) override { host_.post(std::move(task)); }
  std::uint64_t after(std::uint64_t delay_ms, Task task) override {
    timers_ += 1;
    return host_.after(delay_ms, [this, task = std::move(task)] {
      timers_ -= 1;
      task();
    });
  }
  bool cancel(std::uint64_t timer) override {
    const bool is_cancelled = host_.cancel(timer);
    timers_ -= is_cancelled ? 1 : 0;
    return is_cancelled;
  }
  [[nodiscard]] int timers() const { return timers_; }

private:
  testkit::ManualHost& host_;
  int timers_ = 0;
};

class FakePeers final : public Peers {
public:
  struct Sent {
    std::string peer;
    Lane lane;
    Bytes frame;
  };

  void connect(const std::string& peer, PeerRole role) {
    if (handler_ != nullptr)
      handler_->connected(peer, role);
  }
  void disconnect(const std::string& peer) {
    if (handler_ != nullptr)
      handler_->disconnected(peer);
  }
  void deliver(const std::string& peer, BytesView frame, Lane lane = Lane::kControl) {
    if (handler_ != nullptr)
      handler_->received(peer, lane, Bytes(frame)); // gone after the call
  }

  [[nodiscard]] std::vector<Sent> take_sent() { return std::exchange(sent_, {}); }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& cuts() const {
    return cuts_;
  }
  [[nodiscard]] bool is_open() const { return handler_ != nullptr; }
  // From now on send() gives this; OK for frames up to the limit.
  void answer_sends_with(Status status) { send_status_ = std::move(status); }
  void limit_frames(std::size_t bytes) { limit_ = bytes; }
  // Called when a frame has been taken.
  std::function<void()> on_sent;

  Status open(Protocol protocol, PeerHandler& handler) override {
    if (protocol != Protocol::kLink || handler_ != nullptr)
      return {Code::kAlreadyExists, "the protocol has a handler already"};
    handler_ = &handler;
    return {};
  }
  void close(Protocol) override { handler_ = nullptr; }
  Status send(Protocol, std::string_view peer, Lane lane, SharedFrame frame) override {
    if (frame->size() > limit_)
      return invalid_argument("a frame has " + std::to_string(frame->size()) + " bytes");
    if (!send_status_.ok())
      return send_status_;
    sent_.push_back({std::string(peer), lane, *frame});
    if (on_sent)
      on_sent();
    return {};
  }
  Result<std::uint32_t> broadcast(Protocol, Lane, SharedFrame) override { return 0U; }
  Status cut(std::string_view peer, std::string_view reason) override {
    cuts_.emplace_back(peer, reason);
    return {};
  }
  [[nodiscard]] std::string describe() const override { return "{}"; }

private:
  PeerHandler* handler_ = nullptr;
  std::vector<Sent> sent_;
  std::vector<std::pair<std::string, std::string>> cuts_;
  Status send_status_;
  std::size_t limit_ = 32u << 20;
};

// A page of one block, as if the head were there.
inline v1::StreamPage page_at(std::uint64_t height) {
  v1::StreamPage page;
  page.set_head_height(height);
  page.add_blocks()->set_header("block " + std::to_string(height));
  return page;
}

class FakeService final : public ClientService {
public:
  // What it does; by default it takes every batch, has one block above every height below the head,
  // and proves nothing in particular.
  std::function<Status(const std::string& client, BytesView batch)> take_batch;
  std::function<Result<v1::StreamPage>(const v1::StreamRequest& request)> give_page;
  std::function<Result<v1::LedgerProof>(const v1::ProofRequest& request)> give_proof;

  Status submit_batch(const std::string& client, BytesView batch) override {
    batches.emplace_back(client, batch);
    return take_batch ? take_batch(client, batch) : Status();
  }
  Result<v1::StreamPage> stream(const v1::StreamRequest& request) override {
    looks.push_back(request);
    if (give_page)
      return give_page(request);
    if (request.after_height() < head)
      return page_at(head);
    v1::StreamPage nothing;
    nothing.set_head_height(head);
    return nothing;
  }
  Result<v1::LedgerProof> prove_for(const std::string& client,
                                    const v1::ProofRequest& request) override {
    proofs.emplace_back(client);
    if (give_proof)
      return give_proof(request);
    v1::LedgerProof proof;
    proof.set_version(1);
    return proof;
  }
  Result<v1::StatePart> visible_state(const v1::StateRequest& request) override {
    states.push_back(request);
    return v1::StatePart();
  }
  std::uint64_t watch(std::function<void(std::uint64_t)> moved) override {
    moved_ = std::move(moved);
    return 7;
  }
  void unwatch(std::uint64_t) override { moved_ = nullptr; }

  void move_to(std::uint64_t height) {
    head = height;
    if (moved_)
      moved_(height);
  }
  [[nodiscard]] bool is_watched() const { return static_cast<bool>(moved_); }

  std::uint64_t head = 0;
  std::vector<std::pair<std::string, Bytes>> batches;
  std::vector<v1::StreamRequest> looks;
  std::vector<std::string> proofs;
  std::vector<v1::StateRequest> states;

private:
  std::function<void(std::uint64_t)> moved_;
};

inline pb::Request batch_request(Bytes batch) {
  pb::Request request;
  request.set_batch(std::move(batch));
  return request;
}
inline pb::Request stream_request(std::uint64_t after_height, std::uint64_t wait_ms,
                                  std::uint64_t max_bytes = 0) {
  pb::Request request;
  request.mutable_stream()->set_after_height(after_height);
  request.mutable_stream()->set_wait_ms(wait_ms);
  request.mutable_stream()->set_max_bytes(max_bytes);
  return request;
}
inline pb::Request proof_request(const Bytes& key = "k") {
  pb::Request request;
  request.mutable_proof()->mutable_keys()->add_keys(key);
  return request;
}
inline Bytes encoded(pb::Request request, std::uint64_t id) {
  request.set_id(id);
  return request.SerializeAsString();
}

} // namespace tenon::host::link::test
