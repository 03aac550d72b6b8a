// Turns a C++ consensus protocol into the table of abi/consensus.h, and the host's replica app into
// the C++ class that the protocol calls:
//
//   class MyProtocol : public tenon::plugin::Plugin, public tenon::plugin::Consensus { … };
//   TENON_CONSENSUS_PLUGIN(MyProtocol)
#pragma once

#include <memory>
#include <vector>

#include "tenon/plugin/consensus.hpp"
#include "tenon/plugin/export.hpp"

namespace tenon::plugin {

// A failure that the host reported by its status.
inline Status replica_failure(const tenon_status& status) {
  return status.code == TENON_OK
             ? fault("the host reported a failure without a code")
             : Status::from_abi(static_cast<std::int32_t>(status.code), status);
}

// The host's functions for state transfer, as the protocol sees them.
class StateTransferFromAbi final : public StateTransfer {
public:
  explicit StateTransferFromAbi(const tenon_replica_app* app) : app_(app) {}
  static bool offered(const tenon_replica_app& app) {
    return app.struct_size >= sizeof(tenon_replica_app) && app.import_abandon != nullptr;
  }

  [[nodiscard]] Result<std::uint64_t> oldest_block() const override {
    std::uint64_t height = 0;
    TENON_RETURN_IF_ERROR(checked(
        [&](tenon_status* status) { return app_->oldest_block(app_->self, &height, status); }));
    return height;
  }
  [[nodiscard]] Result<Bytes> export_target(std::uint64_t from_epoch,
                                            std::uint64_t height) override {
    return collected([&](tenon_sink sink, tenon_status* status) {
      return app_->export_target(app_->self, from_epoch, height, sink, status);
    });
  }
  [[nodiscard]] Result<Bytes> export_range(std::uint64_t height, const Hash& first,
                                           std::uint64_t max_bytes) override {
    const tenon_hash from = first.to_abi();
    return collected([&](tenon_sink sink, tenon_status* status) {
      return app_->export_range(app_->self, height, &from, max_bytes, sink, status);
    });
  }
  [[nodiscard]] Status import_begin(BytesView target) override {
    return checked([&](tenon_status* status) {
      return app_->import_begin(app_->self, to_abi(target), status);
    });
  }
  [[nodiscard]] Status import_range(std::uint64_t height, BytesView range) override {
    return checked([&](tenon_status* status) {
      return app_->import_range(app_->self, height, to_abi(range), status);
    });
  }
  [[nodiscard]] Result<std::optional<ReplicaImport>> import_missing() const override {
    ReplicaImport import;
    tenon_hash block_id{};
    TENON_ASSIGN_OR_RETURN(
        const auto spans, collected_optional([&](tenon_sink sink, tenon_status* status) {
          return app_->import_missing(app_->self, &import.height, &block_id, sink, status);
        }));
    if (!spans)
      return std::optional<ReplicaImport>();
    constexpr std::size_t kSpanBytes = 2 * Hash::kSize;
    if (spans->size() % kSpanBytes != 0)
      return fault("the host cut a span of missing key hashes short");
    import.block_id = Hash::from_abi(block_id);
    for (BytesView rest = *spans; !rest.empty(); rest.remove_prefix(kSpanBytes)) {
      import.missing.push_back({Hash::from_view(rest.substr(0, Hash::kSize)),
                                Hash::from_view(rest.substr(Hash::kSize, Hash::kSize))});
    }
    return std::optional<ReplicaImport>(std::move(import));
  }
  void import_finish(FinalizedCallback done) override {
    auto* const context = new FinalizedCallback(std::move(done));
    app_->import_finish(app_->self, context,
                        [](void* self, tenon_bytes, const tenon_status* status) {
                          guarded_void([&] {
                            const std::unique_ptr<FinalizedCallback> callback(
                                static_cast<FinalizedCallback*>(self));
                            (*callback)(status == nullptr ? Status() : replica_failure(*status));
                          });
                        });
  }
  [[nodiscard]] Status import_abandon() override {
    return checked(
        [&](tenon_status* status) { return app_->import_abandon(app_->self, status); });
  }

private:
  const tenon_replica_app* app_;
};

// The host's table, as the protocol sees it.
class ReplicaAppFromAbi final : public ReplicaApp {
public:
  explicit ReplicaAppFromAbi(const tenon_replica_app* app) : app_(app), transfer_(app) {}

  [[nodiscard]] Result<ReplicaHead> head() const override {
    ReplicaHead head;
    tenon_hash block_id;
    TENON_RETURN_IF_ERROR(checked([&](tenon_status* status) {
      return app_->head(app_->self, &head.height, &block_id, &head.view, status);
    }));
    head.block_id = Hash::from_abi(block_id);
    return head;
  }
  [[nodiscard]] Status check(BytesView batch) override {
    return checked(
        [&](tenon_status* status) { return app_->check(app_->self, to_abi(batch), status); });
  }
  [[nodiscard]] Result<Bytes> propose(const Proposal& proposal) override {
    std::vector<tenon_bytes> batches;
    batches.reserve(proposal.batches.size());
    for (const Bytes& batch : proposal.batches)
      batches.push_back(to_abi(batch));
    const tenon_proposal view = {sizeof(tenon_proposal),
                                 0,
                                 to_abi(proposal.parent_header),
                                 proposal.executed.to_abi(),
                                 proposal.epoch,
                                 proposal.view,
                                 batches.data(),
                                 batches.size()};
    return collected([&](tenon_sink sink, tenon_status* status) {
      return app_->propose(app_->self, &view, sink, status);
    });
  }
  [[nodiscard]] Status verify(BytesView block, BytesView parent_header,
                              const Hash& executed) override {
    const tenon_hash ancestor = executed.to_abi();
    return checked([&](tenon_status* status) {
      return app_->verify(app_->self, to_abi(block), to_abi(parent_header), &ancestor, status);
    });
  }
  void execute(BytesView block, ExecutedCallback done) override {
    auto* const context = new ExecutedCallback(std::move(done));
    app_->execute(app_->self, to_abi(block), context,
                  [](void* self, tenon_bytes output, const tenon_status* status) {
                    guarded_void([&] {
                      const std::unique_ptr<ExecutedCallback> callback(
                          static_cast<ExecutedCallback*>(self));
                      (*callback)(status == nullptr ? Result<Bytes>(Bytes(from_abi(output)))
                                                    : Result<Bytes>(replica_failure(*status)));
                    });
                  });
  }
  void finalized(const Hash& block_id, BytesView certificate, FinalizedCallback done) override {
    auto* const context = new FinalizedCallback(std::move(done));
    const tenon_hash id = block_id.to_abi();
    app_->finalized(app_->self, &id, to_abi(certificate), context,
                    [](void* self, tenon_bytes, const tenon_status* status) {
                      guarded_void([&] {
                        const std::unique_ptr<FinalizedCallback> callback(
                            static_cast<FinalizedCallback*>(self));
                        (*callback)(status == nullptr ? Status() : replica_failure(*status));
                      });
                    });
  }
  void abandon(const Hash& block_id) override {
    const tenon_hash id = block_id.to_abi();
    app_->abandon(app_->self, &id);
  }
  [[nodiscard]] Result<std::optional<Bytes>> read_block(std::uint64_t height,
                                                        BlockPart part) const override {
    return collected_optional([&](tenon_sink sink, tenon_status* status) {
      return app_->read_block(app_->self, height, static_cast<std::uint32_t>(part), sink, status);
    });
  }
  [[nodiscard]] Result<Bytes> schedule(const Hash& executed) const override {
    const tenon_hash block = executed.to_abi();
    return collected([&](tenon_sink sink, tenon_status* status) {
      return app_->schedule(app_->self, &block, sink, status);
    });
  }

  [[nodiscard]] StateTransfer* state_transfer() override {
    return StateTransferFromAbi::offered(*app_) ? &transfer_ : nullptr;
  }

private:
  const tenon_replica_app* app_;
  StateTransferFromAbi transfer_;
};

template <typename T> class ConsensusExport {
public:
  // The table, first so that both have one address, and the app that attach() wraps.
  struct Table {
    tenon_consensus table;
    std::unique_ptr<ReplicaAppFromAbi> app;
  };
  static constexpr BytesView kInterface = TENON_CONSENSUS_INTERFACE;

  static void fill(Table& out, const T&) {
    out.table = {sizeof(tenon_consensus), 0, attach, submit, describe};
  }

private:
  using Exporter = Export<T, ConsensusExport>;

  static std::int32_t attach(tenon_instance* instance, const tenon_replica_app* app,
                             tenon_status* status) noexcept {
    return guarded(status, [&] {
      auto& exported = *reinterpret_cast<typename Exporter::Instance*>(instance);
      exported.table.app = std::make_unique<ReplicaAppFromAbi>(app);
      return exported.object->attach(*exported.table.app);
    });
  }
  static std::int32_t submit(tenon_instance* instance, tenon_bytes batch,
                             tenon_status* status) noexcept {
    return guarded(status, [&] { return Exporter::object(instance).submit(from_abi(batch)); });
  }
  static std::int32_t describe(tenon_instance* instance, tenon_sink json,
                               tenon_status* status) noexcept {
    return guarded(status,
                   [&] { return write_result(Exporter::object(instance).describe(), json); });
  }
};

#define TENON_CONSENSUS_PLUGIN(Class)                                                              \
  using TenonExporter = ::tenon::plugin::Export<Class, ::tenon::plugin::ConsensusExport<Class>>;   \
  TENON_EXPORT_ENTRY(TenonExporter)

} // namespace tenon::plugin
