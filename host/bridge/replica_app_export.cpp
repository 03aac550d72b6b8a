#include "bridge/replica_app_export.hpp"

#include <vector>

#include "tenon/plugin/guard.hpp"

namespace tenon::host::bridge {

namespace {

using plugin::guarded;

plugin::ReplicaApp& app_of(void* self) {
  return *static_cast<plugin::ReplicaApp*>(self);
}

std::int32_t head(void* self, std::uint64_t* height, tenon_hash* block_id, std::uint64_t* view,
                  tenon_status* status) noexcept {
  return guarded(status, [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(const plugin::ReplicaHead head, app_of(self).head());
    *height = head.height;
    *block_id = head.block_id.to_abi();
    *view = head.view;
    return {};
  });
}

std::int32_t check(void* self, tenon_bytes batch, tenon_status* status) noexcept {
  return guarded(status, [&] { return app_of(self).check(from_abi(batch)); });
}

std::int32_t propose(void* self, const tenon_proposal* proposal, tenon_sink block,
                     tenon_status* status) noexcept {
  return guarded(status, [&] {
    std::vector<Bytes> batches;
    batches.reserve(proposal->batch_count);
    for (std::uint64_t i = 0; i < proposal->batch_count; ++i)
      batches.emplace_back(from_abi(proposal->batches[i]));
    return plugin::write_result(
        app_of(self).propose({from_abi(proposal->parent_header),
                              Hash::from_abi(proposal->executed), proposal->epoch, proposal->view,
                              batches}),
        block);
  });
}

std::int32_t verify(void* self, tenon_bytes block, tenon_bytes parent_header,
                    const tenon_hash* executed, tenon_status* status) noexcept {
  return guarded(status, [&] {
    return app_of(self).verify(from_abi(block), from_abi(parent_header),
                               Hash::from_abi(*executed));
  });
}

void report(tenon_done done, void* context, BytesView output, const Status& status) {
  if (status.ok()) {
    done(context, to_abi(output), nullptr);
    return;
  }
  tenon_status out;
  status.to_abi(&out);
  done(context, {}, &out);
}

// Makes a request whose answer comes through `done`. One that cannot even be queued is answered
// here: every request gets exactly one call.
template <typename Request>
void request(void* context, tenon_done done, Request make_request) noexcept {
  tenon_status failure{};
  const std::int32_t code = plugin::guarded(&failure, [&]() -> Status {
    make_request();
    return {};
  });
  if (code != TENON_OK)
    plugin::guarded_void([&] { done(context, {}, &failure); });
}

void execute(void* self, tenon_bytes block, void* context, tenon_done done) noexcept {
  request(context, done, [&] {
    app_of(self).execute(from_abi(block), [context, done](Result<Bytes> result) {
      report(done, context, result.ok() ? BytesView(*result) : BytesView(), result.status());
    });
  });
}

void finalized(void* self, const tenon_hash* block_id, tenon_bytes certificate, void* context,
               tenon_done done) noexcept {
  request(context, done, [&] {
    app_of(self).finalized(
        Hash::from_abi(*block_id), from_abi(certificate),
        [context, done](const Status& status) { report(done, context, {}, status); });
  });
}

void abandon(void* self, const tenon_hash* block_id) noexcept {
  plugin::guarded_void([&] { app_of(self).abandon(Hash::from_abi(*block_id)); });
}

std::int32_t read_block(void* self, std::uint64_t height, std::uint32_t part, tenon_sink out,
                        tenon_status* status) noexcept {
  std::int32_t code = TENON_OK;
  const std::int32_t guard = guarded(status, [&]() -> Status {
    if (part >= TENON_BLOCK_PARTS) {
      return invalid_argument("block part " + std::to_string(part) + " is unknown: expected 0 to " +
                              std::to_string(TENON_BLOCK_PARTS - 1));
    }
    code = plugin::optional_to_abi(
        app_of(self).read_block(height, static_cast<plugin::BlockPart>(part)), out, status);
    return {};
  });
  return guard == TENON_OK ? code : guard;
}

std::int32_t schedule(void* self, const tenon_hash* executed, tenon_sink out,
                      tenon_status* status) noexcept {
  return guarded(status, [&] {
    return plugin::write_result(app_of(self).schedule(Hash::from_abi(*executed)), out);
  });
}

plugin::StateTransfer& transfer_of(void* self) {
  return *app_of(self).state_transfer();
}

std::int32_t oldest_block(void* self, std::uint64_t* height, tenon_status* status) noexcept {
  return guarded(status, [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(*height, transfer_of(self).oldest_block());
    return {};
  });
}

std::int32_t export_target(void* self, std::uint64_t from_epoch, std::uint64_t height,
                           tenon_sink out, tenon_status* status) noexcept {
  return guarded(status, [&] {
    return plugin::write_result(transfer_of(self).export_target(from_epoch, height), out);
  });
}

std::int32_t export_range(void* self, std::uint64_t height, const tenon_hash* first,
                          std::uint64_t max_bytes, tenon_sink out, tenon_status* status) noexcept {
  return guarded(status, [&] {
    return plugin::write_result(
        transfer_of(self).export_range(height, Hash::from_abi(*first), max_bytes), out);
  });
}

std::int32_t import_begin(void* self, tenon_bytes target, tenon_status* status) noexcept {
  return guarded(status, [&] { return transfer_of(self).import_begin(from_abi(target)); });
}

std::int32_t import_range(void* self, std::uint64_t height, tenon_bytes range,
                          tenon_status* status) noexcept {
  return guarded(status, [&] { return transfer_of(self).import_range(height, from_abi(range)); });
}

std::int32_t import_missing(void* self, std::uint64_t* height, tenon_hash* block_id,
                            tenon_sink spans, tenon_status* status) noexcept {
  std::int32_t code = TENON_OK;
  const std::int32_t guard = guarded(status, [&]() -> Status {
    TENON_ASSIGN_OR_RETURN(const auto under_way, transfer_of(self).import_missing());
    if (!under_way) {
      code = TENON_NOT_FOUND;
      return {};
    }
    *height = under_way->height;
    *block_id = under_way->block_id.to_abi();
    for (const plugin::KeyHashSpan& span : under_way->missing) {
      plugin::write_sink(spans, span.first.view());
      plugin::write_sink(spans, span.last.view());
    }
    return {};
  });
  return guard == TENON_OK ? code : guard;
}

void import_finish(void* self, void* context, tenon_done done) noexcept {
  request(context, done, [&] {
    transfer_of(self).import_finish(
        [context, done](const Status& status) { report(done, context, {}, status); });
  });
}

std::int32_t import_abandon(void* self, tenon_status* status) noexcept {
  return guarded(status, [&] { return transfer_of(self).import_abandon(); });
}

} // namespace

ReplicaAppExport::ReplicaAppExport(plugin::ReplicaApp& app)
    : table_{sizeof(tenon_replica_app),
             &app,
             head,
             check,
             propose,
             verify,
             execute,
             finalized,
             abandon,
             read_block,
             schedule,
             nullptr,
             nullptr,
             nullptr,
             nullptr,
             nullptr,
             nullptr,
             nullptr,
             nullptr} {
  if (app.state_transfer() == nullptr)
    return;
  table_.oldest_block = oldest_block;
  table_.export_target = export_target;
  table_.export_range = export_range;
  table_.import_begin = import_begin;
  table_.import_range = import_range;
  table_.import_missing = import_missing;
  table_.import_finish = import_finish;
  table_.import_abandon = import_abandon;
}

} // namespace tenon::host::bridge
