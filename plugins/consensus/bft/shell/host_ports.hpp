// What the core asks for at once, answered by the host: the replica behind the C border, and
// signatures with the node's key. Owned by the shell; the core's thread.
#pragma once

#include "bft/core/core.hpp"
#include "tenon/plugin/consensus.hpp"
#include "tenon/plugin/host.hpp"

namespace tenon::consensus::bft {

class ReplicaLedger final : public Ledger {
public:
  void attach(plugin::ReplicaApp& app) { app_ = &app; }
  [[nodiscard]] Result<Bytes> propose(BytesView parent_header, const Hash& executed,
                                      std::uint64_t epoch, View view,
                                      std::span<const Bytes> batches) override {
    return app_->propose({parent_header, executed, epoch, view, batches});
  }
  [[nodiscard]] Status verify(BytesView block, BytesView parent_header,
                              const Hash& executed) override {
    return app_->verify(block, parent_header, executed);
  }

private:
  plugin::ReplicaApp* app_ = nullptr;
};

// Ed25519 (RFC 8032).
class HostScheme final : public Scheme {
public:
  explicit HostScheme(plugin::Host host) : host_(host) {}
  [[nodiscard]] Result<Bytes> sign(BytesView message) override;
  [[nodiscard]] bool verify(std::span<const SignatureCheck> checks) override;

  // How many of each, so far.
  [[nodiscard]] std::uint64_t made() const { return made_; }
  [[nodiscard]] std::uint64_t checked() const { return checked_; }

private:
  plugin::Host host_;
  std::uint64_t made_ = 0;
  std::uint64_t checked_ = 0;
};

// Everything the core needs to start on the replica's committed head.
[[nodiscard]] Result<Start> start_of(plugin::ReplicaApp& app);

// When the epoch ends as the state after the block has it, 0 for an open end; and who comes next.
struct EpochEnd {
  Height last_height = 0;
  std::optional<tenon::v1::ValidatorSet> next; // nothing when wedged or open
};
[[nodiscard]] Result<EpochEnd> epoch_end_of(const plugin::ReplicaApp& app, const Hash& block);

} // namespace tenon::consensus::bft
